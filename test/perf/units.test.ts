import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GpuProductModel } from "../../src/perf/gpu/matrix-product.ts";
import {
  crossoverBatch,
  matchingWeightsPerCycle,
  tailLoss,
  beatCycles,
  rowsWithinBeats,
  treeBeats,
  type TreeShape,
} from "../../src/perf/hda/mac-tree.ts";
import { dataflowCosts, rowsBytes, rowsCycles } from "../../src/perf/hda/dataflow-costs.ts";
import { arrayRowsCycles, splitRows, type RowSplit } from "../../src/perf/hda/row-split.ts";
import {
  DATAFLOWS,
  steadyArrayCycles,
  type ArrayShape,
  type Dataflow,
} from "../../src/perf/hda/systolic-array.ts";
import { causalPairs } from "../../src/perf/prefill-work.ts";
import { findDevice } from "../../src/hardware/catalog.ts";
import type { GpuDevice } from "../../src/hardware/device.ts";

const array = (rows: number, columns: number, more: Partial<ArrayShape> = {}): ArrayShape => {
  return { arrays: 1, rows, columns, doubleBuffered: false, ...more };
};
const costsIn = (shape: ArrayShape, dataflow: Dataflow, k: number, n: number, bytes = [2, 2, 2]) => {
  const [inputBytes, weightBytes, outputBytes] = bytes as [number, number, number];
  const all = dataflowCosts(shape, k, n, { inputBytes, weightBytes, outputBytes });
  return all[DATAFLOWS.indexOf(dataflow)]!;
};
const arrayCycles = (shape: ArrayShape, dataflow: Dataflow, m: number, k: number, n: number) =>
  rowsCycles(costsIn(shape, dataflow, k, n), m);
const utilisation = (shape: ArrayShape, m: number, k: number, n: number) =>
  (m * k * n) /
  (arrayCycles(shape, "output-stationary", m, k, n) * shape.arrays * shape.rows * shape.columns);

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

const treeCycles = (shape: TreeShape, rows: number, k: number, n: number) =>
  beatCycles(shape, rows, treeBeats(shape, k, n));

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
    expect(arrayCycles(array(16, 32), "output-stationary", 16, 100, 32)).toBe(100 + 16 + 32 - 2);
    expect(arrayCycles(array(16, 32, { arrays: 4 }), "output-stationary", 48, 100, 96)).toBe(3 * 146);
  });

  test("a weight-stationary fold takes M + 2R + C - 2 cycles, and max(M, R) back to back", () => {
    expect(arrayCycles(array(64, 64), "weight-stationary", 10, 64, 64)).toBe(10 + 128 + 64 - 2);
    expect(arrayCycles(array(64, 64, { doubleBuffered: true }), "weight-stationary", 10, 128, 64)).toBe(
      64 + 64 + 10 + 126,
    );
    expect(arrayCycles(array(64, 64, { doubleBuffered: true }), "weight-stationary", 500, 128, 64)).toBe(
      64 + 500 + 500 + 126,
    );
  });

  test("an input-stationary fold is a weight-stationary one with rows and columns of the product exchanged", () => {
    expect(arrayCycles(array(64, 64), "input-stationary", 64, 64, 10)).toBe(10 + 128 + 64 - 2);
  });

  test("back to back, results leave between output-stationary folds and the skew is paid once", () => {
    expect(arrayCycles(array(64, 64, { doubleBuffered: true }), "output-stationary", 192, 500, 64)).toBe(
      3 * 500 + 2 * 63 + 126,
    );
  });

  test("no dataflow beats the arithmetic peak, and double buffering never hurts", () => {
    fc.assert(
      fc.property(arrays, size, size, size, (shape, m, k, n) => {
        for (const dataflow of DATAFLOWS) {
          const cycles = arrayCycles(shape, dataflow, m, k, n);
          expect(cycles * shape.arrays * shape.rows * shape.columns).toBeGreaterThanOrEqual(m * k * n);
          const plain = arrayCycles({ ...shape, doubleBuffered: false }, dataflow, m, k, n);
          expect(arrayCycles({ ...shape, doubleBuffered: true }, dataflow, m, k, n)).toBeLessThanOrEqual(
            plain,
          );
        }
      }),
    );
  });

  test("a long run of equal products takes what a steady one takes, each", () => {
    fc.assert(
      fc.property(arrays, size, size, size, fc.constantFrom(...DATAFLOWS), (shape, m, k, n, dataflow) => {
        const one = { ...shape, arrays: 1 };
        const { rows, columns } = one;
        // The same product 1000 times, as one whose folds are as many times more.
        const [tallM, wideN] =
          dataflow === "input-stationary"
            ? [Math.ceil(m / columns) * columns * 1000, n]
            : [m, Math.ceil(n / columns) * columns * 1000];
        const run = arrayCycles(one, dataflow, tallM, k, wideN) / 1000;
        const ends = (m + n + k + 3 * (rows + columns)) / 1000;
        expect(Math.abs(run - steadyArrayCycles(one, dataflow, m, k, n))).toBeLessThanOrEqual(ends);
      }),
    );
  });

  test("a square output-stationary array reads 64 + 64 bf16 words a cycle: 384 GB/s at 1.5 GHz", () => {
    const bytes = rowsBytes(costsIn(array(64, 64), "output-stationary", 1e6, 64, [2, 2, 0]), 64);
    expect((bytes / 1e6) * 1.5e9).toBeCloseTo(384e9, -3);
  });

  test("held weights are read once, and partial sums written for every fold and read for all but the first", () => {
    const bytes = rowsBytes(costsIn(array(16, 16), "weight-stationary", 48, 32, [2, 1, 2]), 100);
    expect(bytes).toBe(2 * (100 * 48 * 2) + 48 * 32 + 4 * 100 * 32 * (3 + 2));
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
        const rows = rowsWithinBeats(shape, cycles, treeBeats(shape, k, n));
        if (rows > 0) expect(treeCycles(shape, rows, k, n)).toBeLessThanOrEqual(cycles);
        expect(treeCycles(shape, rows + 1, k, n)).toBeGreaterThan(cycles);
      }),
    );
  });
});

describe("MAC trees beside a memory", () => {
  test.each([
    [2.0e12, 2, 1.5e9, 667],
    [3.35e12, 2, 1.5e9, 1117],
    [2.0e12, 2, 1.0e9, 1000],
    [2.0e12, 1, 1.0e9, 2000],
  ])("%d B/s of %d-byte weights at %d Hz bring %d weights a cycle", (bandwidth, bytes, clock, weights) => {
    expect(Math.round(matchingWeightsPerCycle(bandwidth, bytes, clock))).toBe(weights);
  });

  test("32 × (16 × 16) trees match 77 % of 2 TB/s as one tree of 16 lanes a core, and 13 rows of it as 16 trees", () => {
    // 16 weights a cycle and core are 1.536 TB/s; 256 are 24.6 TB/s.
    const oneTree = { trees: 32, width: 16, reuse: 16 };
    const sixteen = { trees: 512, width: 16, reuse: 1 };
    expect(crossoverBatch({ ...oneTree, reuse: 1 }, 2e12, 2, 1.5e9)).toBeCloseTo(0.768, 3);
    expect(crossoverBatch(oneTree, 2e12, 2, 1.5e9)).toBeCloseTo(12.288, 3);
    expect(crossoverBatch(sixteen, 2e12, 2, 1.5e9)).toBeCloseTo(12.288, 3);
  });

  test("trees are done before the weights have arrived up to the crossover batch, and not beyond", () => {
    const shape = { trees: 512, width: 16, reuse: 1 };
    const crossover = crossoverBatch(shape, 2e12, 2, 1.5e9);
    const streamCycles = (8192 * 8192 * 2 * 1.5e9) / 2e12;
    expect(treeCycles(shape, Math.floor(crossover), 8192, 8192)).toBeLessThan(streamCycles);
    expect(treeCycles(shape, Math.ceil(crossover), 8192, 8192)).toBeGreaterThan(streamCycles);
  });

  test("widths up to 64 lose nothing on hidden sizes, which are multiples of 64; others lose the last beat's rest", () => {
    for (const width of [8, 16, 32, 64]) expect(tailLoss({ trees: 1, width, reuse: 1 }, 5120)).toBe(0);
    expect(tailLoss({ trees: 1, width: 128, reuse: 1 }, 64 * 45)).toBeCloseTo(1 - 2880 / 2944, 12);
  });
});

describe("dealing rows to both units", () => {
  const core = fc.record({
    arrays,
    trees,
    localBytesPerCycle: fc.constantFrom(16, 512, 1e9),
    arraysBesideTrees: fc.boolean(),
  });
  const work = fc.record({
    dataflow: fc.constantFrom(...DATAFLOWS),
    m: fc.integer({ min: 1, max: 200 }),
    k: size,
    n: size,
    weightBytes: fc.constantFrom(0.5, 1, 2),
  });

  test("no other split is done earlier, and both units are done in the time told", () => {
    fc.assert(
      fc.property(core, work, (shape, { dataflow, m, k, n, weightBytes }) => {
        const costs = costsIn(shape.arrays, dataflow, k, n, [2, weightBytes, 2]);
        const cyclesOf = (treeRows: number) =>
          Math.max(treeCycles(shape.trees, treeRows, k, n), arrayRowsCycles(shape, costs, m - treeRows));
        const split: RowSplit = { treeRows: 0, cycles: 0 };
        splitRows(shape, costs, treeBeats(shape.trees, k, n), m, split);
        let best = Infinity;
        for (let rows = 0; rows <= m; rows++) {
          if (shape.arraysBesideTrees || rows === 0 || rows === m) best = Math.min(best, cyclesOf(rows));
        }
        expect(split.cycles).toBe(best);
        expect(cyclesOf(split.treeRows)).toBe(best);
        if (!shape.arraysBesideTrees) expect([0, m]).toContain(split.treeRows);
      }),
      { numRuns: 300 },
    );
  });
});

describe("GPU matrix products", () => {
  test("come close to measured times of a 12288 × 12288 weight on an A100", () => {
    // PrincetonUniversity/LLMCompass ae/figure5/ab/real_hardware/matmul_A100.csv: rows and µs with launch.
    const device = findDevice("a100-80gb") as GpuDevice;
    const products = new GpuProductModel(device, 1);
    for (const [m, measured] of [
      [64, 190],
      [128, 200],
      [256, 319],
      [512, 612],
      [2048, 2360],
      [16384, 17000],
    ] as const) {
      const seconds = products.seconds(m, 12288, 12288, 2, 2);
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
