import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GpuProductModel } from "../../src/perf/gpu/matrix-product.ts";
import { treeCycles, treeRowsWithin } from "../../src/perf/hda/mac-tree.ts";
import {
  outputStationaryCycles,
  systolicCycles,
  weightStationaryCycles,
  type ArrayShape,
} from "../../src/perf/hda/systolic-array.ts";
import { splitTokens, type TokenSplit } from "../../src/perf/hda/token-split.ts";
import { causalPairs } from "../../src/perf/prefill-work.ts";
import { findDevice } from "../../src/hardware/catalog.ts";
import type { GpuDevice } from "../../src/hardware/device.ts";

const array = (rows: number, columns: number, more: Partial<ArrayShape> = {}): ArrayShape => {
  return { arrays: 1, rows, columns, doubleBuffered: false, ...more };
};
const utilisation = (shape: ArrayShape, m: number, k: number, n: number) =>
  (m * k * n) / (outputStationaryCycles(shape, m, k, n) * shape.arrays * shape.rows * shape.columns);

const size = fc.integer({ min: 1, max: 3000 });
const arrays = fc.record({
  arrays: fc.integer({ min: 1, max: 128 }),
  rows: fc.constantFrom(8, 16, 64, 128),
  columns: fc.constantFrom(8, 16, 64, 128),
  doubleBuffered: fc.boolean(),
});
const trees = fc.record({
  trees: fc.integer({ min: 1, max: 512 }),
  width: fc.constantFrom(8, 16, 48, 64),
  reuse: fc.integer({ min: 1, max: 16 }),
});

describe("systolic arrays", () => {
  // Rows of the published look-up tables (LLMCompass systolic_array_model): folds · (K + R + C - 2) cycles.
  test.each([
    [64, 64, 0.985],
    [1, 64, 0.0154],
    [64, 128, 0.485],
  ])("output-stationary utilisation at K = 8192 with M = %d on a square of %d is %d", (m, side, expected) => {
    expect(utilisation(array(side, side), m, 8192, side)).toBeCloseTo(expected, 3);
  });

  test("a fold of K = 100 on 16 × 32 takes 146 cycles, four arrays share nine folds in three rounds", () => {
    expect(outputStationaryCycles(array(16, 32), 16, 100, 32)).toBe(100 + 16 + 32 - 2);
    expect(outputStationaryCycles(array(16, 32, { arrays: 4 }), 48, 100, 96)).toBe(3 * 146);
  });

  test("a weight-stationary fold takes M + 2R + C - 2 cycles, and max(M, R) back to back", () => {
    expect(weightStationaryCycles(array(64, 64), 10, 64, 64)).toBe(10 + 128 + 64 - 2);
    expect(weightStationaryCycles(array(64, 64, { doubleBuffered: true }), 10, 128, 64)).toBe(
      64 + 64 + 10 + 126,
    );
    expect(weightStationaryCycles(array(64, 64, { doubleBuffered: true }), 500, 128, 64)).toBe(
      64 + 500 + 500 + 126,
    );
  });

  test("no mapping beats the arithmetic peak, and double buffering never hurts", () => {
    fc.assert(
      fc.property(arrays, size, size, size, (shape, m, k, n) => {
        const cycles = systolicCycles(shape, m, k, n);
        expect(cycles * shape.arrays * shape.rows * shape.columns).toBeGreaterThanOrEqual(m * k * n);
        const plain = systolicCycles({ ...shape, doubleBuffered: false }, m, k, n);
        expect(systolicCycles({ ...shape, doubleBuffered: true }, m, k, n)).toBeLessThanOrEqual(plain);
      }),
    );
  });
});

describe("MAC trees", () => {
  // Weights per cycle that saturate a memory: bandwidth / (bytes · clock).
  test.each([
    [2.0e12, 2, 1.5e9, 667],
    [3.35e12, 2, 1.5e9, 1117],
    [2.0e12, 2, 1.0e9, 1000],
    [2.0e12, 1, 1.5e9, 1333],
  ])(
    "to stream %d B/s of %d-byte weights at %d Hz takes %d multipliers",
    (bandwidth, bytes, clock, multipliers) => {
      const streamed = (lanes: number) =>
        (8192 * 4 * lanes * bytes * clock) /
        treeCycles({ trees: lanes, width: 1, reuse: 1 }, 1, 8192, 4 * lanes);
      expect(streamed(Math.ceil(multipliers * 1.02))).toBeGreaterThan(bandwidth);
      expect(streamed(Math.floor(multipliers * 0.98))).toBeLessThan(bandwidth);
    },
  );

  test("16 trees of width 16 take a 4096 × 4096 weight in 65536 beats, again for every batch beyond the reuse", () => {
    const shape = { trees: 16, width: 16, reuse: 4 };
    expect(treeCycles(shape, 1, 4096, 4096)).toBe(256 * 256 + 8);
    expect(treeCycles(shape, 4, 4096, 4096)).toBe(256 * 256 + 8);
    expect(treeCycles(shape, 5, 4096, 4096)).toBe(2 * 256 * 256 + 8);
  });

  test("an inner dimension that is no multiple of the width loses the rest of its last beat", () => {
    const shape = { trees: 1, width: 64, reuse: 1 };
    expect(treeCycles(shape, 1, 65, 1) - treeCycles(shape, 1, 64, 1)).toBe(1);
  });

  test("the rows said to fit are the most that fit", () => {
    fc.assert(
      fc.property(trees, size, size, fc.integer({ min: 0, max: 1e6 }), (shape, k, n, cycles) => {
        const rows = treeRowsWithin(shape, cycles, k, n);
        if (rows > 0) expect(treeCycles(shape, rows, k, n)).toBeLessThanOrEqual(cycles);
        expect(treeCycles(shape, rows + 1, k, n)).toBeGreaterThan(cycles);
      }),
    );
  });
});

describe("dealing rows to both units", () => {
  test("no other whole split is done earlier, and both units are done in the time told", () => {
    fc.assert(
      fc.property(
        arrays,
        trees,
        fc.integer({ min: 1, max: 200 }),
        size,
        size,
        size,
        (a, t, m, k, n, other) => {
          const split: TokenSplit = { treeRows: 0, cycles: 0 };
          splitTokens(a, t, m, k, n, other, split);
          let best = Infinity;
          for (let rows = 0; rows <= m; rows++) {
            best = Math.min(best, Math.max(treeCycles(t, rows, k, n), systolicCycles(a, m - rows, k, n)));
          }
          expect(split.cycles).toBe(best);
          const bound = Math.max(best, other);
          expect(treeCycles(t, split.treeRows, k, n)).toBeLessThanOrEqual(bound);
          expect(systolicCycles(a, m - split.treeRows, k, n)).toBeLessThanOrEqual(bound);
        },
      ),
    );
  });
});

describe("GPU matrix products", () => {
  test("come close to measured times of a 12288 × 12288 weight on an A100", () => {
    // PrincetonUniversity/LLMCompass ae/figure5/ab/real_hardware/matmul_A100.csv: rows and µs with launch.
    const device = findDevice("a100-80gb") as GpuDevice;
    const products = new GpuProductModel(device, device.tensorFlopsPerSecond);
    for (const [m, measured] of [
      [64, 190],
      [128, 200],
      [256, 319],
      [512, 612],
      [2048, 2360],
      [16384, 17000],
    ] as const) {
      const bytes = 2 * (12288 * 12288 + 2 * m * 12288);
      const seconds = products.seconds(m, 12288, 12288, bytes);
      expect(Math.abs((seconds * 1e6) / measured - 1)).toBeLessThan(0.13);
    }
  });
});

describe("causal pairs", () => {
  test("count the keys of every new token one by one", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 600 }),
        fc.constantFrom(1, 7, 128, 256, 4096, Infinity),
        (newTokens, context, window) => {
          let pairs = 0;
          for (let i = 1; i <= newTokens; i++) pairs += Math.min(context + i, window);
          expect(causalPairs(newTokens, context, window)).toBe(pairs);
        },
      ),
    );
  });
});
