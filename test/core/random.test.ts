import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/core/random.ts";

const draws = (count: number, seed: number, name: string): number[] => {
  const random = randomStream(seed, name);
  return Array.from({ length: count }, random);
};

/** Pearson correlation of two equally long series. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: readonly number[], mx: number, y: readonly number[], my: number) =>
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
  return product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
}

describe("a random stream", () => {
  test("repeats for equal seed and name", () => {
    expect(draws(100, 7, "arrivals")).toEqual(draws(100, 7, "arrivals"));
  });

  test("gives the draws that results on file were made with", () => {
    // Reckoned apart in Python: hashlib.sha256(b"42/arrivals") as eight big-endian words, xorshift7's recurrence on
    // them, and (word >> 11) · 2^-21 + next word · 2^-53 for each draw.
    expect(draws(2, 42, "arrivals")).toEqual([0.8746768836877282, 0.2810089606309566]);
  });

  test("does not notice draws from another stream", () => {
    const alone = draws(20, 1, "lengths");
    const lengths = randomStream(1, "lengths");
    const arrivals = randomStream(1, "arrivals");
    const beside = Array.from({ length: 20 }, () => {
      arrivals();
      return lengths();
    });
    expect(beside).toEqual(alone);
  });

  test("differs for any two seeds and any two names, however long the name", () => {
    const stream = fc.tuple(fc.integer(), fc.string({ maxLength: 60 }));
    fc.assert(
      fc.property(stream, stream, ([seedA, nameA], [seedB, nameB]) => {
        fc.pre(seedA !== seedB || nameA !== nameB);
        expect(draws(2, seedA, nameA)).not.toEqual(draws(2, seedB, nameB));
      }),
    );
    const seeds = Array.from(
      { length: 1000 },
      (_, seed) => draws(1, seed, "workload/arrivals/interactive")[0],
    );
    expect(new Set(seeds).size).toBe(1000);
  });

  test.each([
    ["neighbouring seeds", draws(20_000, 1, "arrivals"), draws(20_000, 2, "arrivals")],
    ["neighbouring names", draws(20_000, 1, "class-1"), draws(20_000, 1, "class-2")],
    ["successive draws", draws(20_000, 3, "x"), draws(20_001, 3, "x").slice(1)],
  ])("is uncorrelated between %s", (_what, a, b) => {
    // The correlation of n independent pairs has a standard deviation of 1/√n; five of them.
    expect(Math.abs(correlation(a, b))).toBeLessThan(5 / Math.sqrt(20_000));
  });

  test("is uniform: a hundred bins fill evenly", () => {
    const random = randomStream(5, "uniform");
    const bins = new Array<number>(100).fill(0);
    for (let i = 0; i < 100_000; i++) bins[Math.floor(random() * 100)]!++;
    const chiSquare = bins.reduce((sum, bin) => sum + (bin - 1000) ** 2 / 1000, 0);
    // 99 degrees of freedom: the 0.01 % and 99.99 % quantiles.
    expect(chiSquare).toBeGreaterThan(53);
    expect(chiSquare).toBeLessThan(161);
  });

  test("uses all 53 bits of a double and stays inside (0, 1)", () => {
    const seen = { low: 0n, high: 0n };
    const everyBit = (1n << 53n) - 1n;
    for (const value of draws(200, 9, "bits")) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(1);
      const bits = BigInt(value * 2 ** 53);
      expect(Number(bits) / 2 ** 53, "a multiple of 2^-53").toBe(value);
      seen.high |= bits;
      seen.low |= ~bits & everyBit;
    }
    expect(seen).toEqual({ low: everyBit, high: everyBit });
  });
});
