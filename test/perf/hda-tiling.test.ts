import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HELD, tileHolding, type Tile } from "../../src/perf/hda/tiling.ts";

const GRAIN = { m: 16, k: 16, n: 16 };

/** The tile that reads least. */
function tileOf(m: number, k: number, n: number, inputBytes: number, weightBytes: number, capacity: number) {
  const tiles = HELD.flatMap((held) => {
    const tile: Tile = { m: 0, k: 0, n: 0, inputPasses: 0, weightPasses: 0 };
    const fits = tileHolding(held, { m, k, n, inputBytes, weightBytes }, capacity, GRAIN, tile);
    const traffic = m * k * inputBytes * tile.inputPasses + k * n * weightBytes * tile.weightPasses;
    return fits ? [{ ...tile, traffic }] : [];
  });
  return tiles.reduce((least, tile) => (tile.traffic < least.traffic ? tile : least));
}

const extent = fc.integer({ min: 1, max: 30_000 });
const elementBytes = fc.constantFrom(0.5, 1, 2);
/** Room for a few grains at least. */
const capacity = fc.integer({ min: 2 ** 13, max: 2 ** 26 });

describe("a tile", () => {
  test("fits the memory, with its sums in fp32 beside both operands", () => {
    fc.assert(
      fc.property(extent, extent, extent, elementBytes, elementBytes, capacity, (m, k, n, a, b, bytes) => {
        const tile = tileOf(m, k, n, a, b, bytes);
        const held = a * tile.m * tile.k + b * tile.k * tile.n + 4 * tile.m * tile.n;
        expect(held).toBeLessThanOrEqual(bytes * (1 + 1e-8));
      }),
    );
  });

  test("reads every operand at least once and moves no less than 2mnk/√S - 2S words in all", () => {
    fc.assert(
      fc.property(extent, extent, extent, elementBytes, elementBytes, capacity, (m, k, n, a, b, bytes) => {
        const { traffic } = tileOf(m, k, n, a, b, bytes);
        expect(traffic).toBeGreaterThanOrEqual(m * k * a + k * n * b);
        const word = Math.min(a, b);
        const words = bytes / word;
        // The bound includes the outputs.
        const moved = traffic + m * n * word;
        expect(moved).toBeGreaterThanOrEqual(word * ((2 * m * n * k) / Math.sqrt(words) - 2 * words));
      }),
    );
  });

  test("never reads more with more capacity", () => {
    fc.assert(
      fc.property(
        extent,
        extent,
        extent,
        elementBytes,
        elementBytes,
        capacity,
        fc.double({ min: 1, max: 4, noNaN: true }),
        (m, k, n, a, b, bytes, factor) => {
          const more = tileOf(m, k, n, a, b, bytes * factor).traffic;
          expect(more).toBeLessThanOrEqual(tileOf(m, k, n, a, b, bytes).traffic);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("reads weights once while all rows of inputs fit", () => {
    // 256 rows of 4096 bf16 inputs are 2 MiB; the tile keeps them and streams the weights past.
    const tile = tileOf(256, 4096, 28672, 2, 2, 2 ** 22);
    expect(tile.weightPasses).toBe(1);
    expect(tile.inputPasses).toBe(1);
  });

  test("of 128 × 128 × 128 in fp16 just fits half of 192 KB, where a quarter of that must read more", () => {
    // LLMCompass (ISCA 2024): 192 KB is just enough for 128 × 128 × 128 tiles with double buffering; sums in fp16 there.
    expect(3 * 128 * 128 * 2).toBe((192 * 2 ** 10) / 2);
    const large = tileOf(4096, 4096, 4096, 2, 2, 96 * 2 ** 10);
    expect(large.m * large.n).toBeGreaterThanOrEqual(128 * 128);
    expect(tileOf(4096, 4096, 4096, 2, 2, 24 * 2 ** 10).traffic).toBeGreaterThan(1.8 * large.traffic);
  });
});
