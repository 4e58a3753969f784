import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/core/random.ts";
import { createLengthSampler, type LengthSpec } from "../../src/workload/lengths/length-sampler.ts";
import { moments, refusalOf } from "./support.ts";

function draw(spec: LengthSpec, count: number, seed = 1): number[] {
  return Array.from({ length: count }, createLengthSampler(spec, randomStream(seed, "lengths"), "input"));
}

const bounds = fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 5000 }));
const boundedLengths: fc.Arbitrary<LengthSpec & { min: number; max: number }> = bounds.chain(([min, width]) =>
  fc.oneof(
    fc.constant({ kind: "uniform" as const, min, max: min + width }),
    fc.record({
      kind: fc.constant("lognormal" as const),
      median: fc.double({ min: 0.5, max: 1e4, noNaN: true }),
      sigma: fc.double({ min: 0.01, max: 5, noNaN: true }),
      min: fc.constant(min),
      max: fc.constant(min + width),
    }),
    fc.record({
      kind: fc.constant("zipf" as const),
      exponent: fc.double({ min: 0.01, max: 6, noNaN: true }),
      min: fc.constant(min),
      max: fc.constant(min + width),
    }),
  ),
);

test("lengths are whole numbers within their bounds, and equal seeds give equal lengths", () => {
  fc.assert(
    fc.property(boundedLengths, fc.integer(), (spec, seed) => {
      const lengths = draw(spec, 50, seed);
      for (const length of lengths) {
        expect(Number.isInteger(length)).toBe(true);
        expect(length).toBeGreaterThanOrEqual(spec.min);
        expect(length).toBeLessThanOrEqual(spec.max);
      }
      expect(draw(spec, 50, seed)).toEqual(lengths);
    }),
  );
});

describe("lengths are distributed as described", () => {
  test("fixed", () => {
    expect(new Set(draw({ kind: "fixed", tokens: 7 }, 100))).toEqual(new Set([7]));
  });

  test("uniform: every value equally often, both bounds included", () => {
    const counts = countsOf(draw({ kind: "uniform", min: 3, max: 6 }, 100_000));
    expect(new Set(counts.keys())).toEqual(new Set([3, 4, 5, 6]));
    for (const count of counts.values()) expect(Math.abs(count / 25_000 - 1)).toBeLessThan(0.03);
  });

  test("lognormal: median, mean = median · exp(sigma² / 2), CV² = exp(sigma²) - 1", () => {
    const lengths = draw({ kind: "lognormal", median: 1000, sigma: 0.8 }, 200_000).sort((a, b) => a - b);
    const { mean, cv } = moments(lengths);
    expect(Math.abs(lengths[100_000]! / 1000 - 1)).toBeLessThan(0.01);
    expect(Math.abs(mean / (1000 * Math.exp(0.32)) - 1)).toBeLessThan(0.015);
    expect(Math.abs(cv / Math.sqrt(Math.exp(0.64) - 1) - 1)).toBeLessThan(0.04);
  });

  test.each([0.6, 1, 1.5, 3])("zipf with exponent %d: frequencies fall as rank^-exponent", (exponent) => {
    const counts = countsOf(draw({ kind: "zipf", exponent, min: 10, max: 59 }, 200_000));
    const weights = Array.from({ length: 50 }, (_, i) => (i + 1) ** -exponent);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    // Pearson's chi-squared over the ranks that are drawn often enough; 99.99 % of 49 degrees of freedom is below 94.
    let chiSquared = 0;
    weights.forEach((weight, i) => {
      const expected = (200_000 * weight) / total;
      if (expected > 5) chiSquared += ((counts.get(10 + i) ?? 0) - expected) ** 2 / expected;
    });
    expect(chiSquared).toBeLessThan(94);
  });

  test("empirical: values by weight, a weight of 0 never", () => {
    const counts = countsOf(draw({ kind: "empirical", values: [5, 9, 700], weights: [1, 0, 3] }, 100_000));
    expect(counts.has(9)).toBe(false);
    expect(Math.abs(counts.get(700)! / 75_000 - 1)).toBeLessThan(0.01);
    const even = countsOf(draw({ kind: "empirical", values: [5, 9] }, 100_000));
    expect(Math.abs(even.get(5)! / 50_000 - 1)).toBeLessThan(0.02);
  });
});

test.each([
  { spec: { kind: "fixed", tokens: 0 }, key: "input.tokens" },
  { spec: { kind: "fixed", tokens: 2.5 }, key: "input.tokens" },
  { spec: { kind: "fixed", tokens: 2 ** 24 + 1 }, key: "input.tokens" },
  { spec: { kind: "uniform", min: 5, max: 4 }, key: "input.min" },
  { spec: { kind: "lognormal", median: -1, sigma: 1 }, key: "input.median" },
  { spec: { kind: "lognormal", median: 1, sigma: NaN }, key: "input.sigma" },
  { spec: { kind: "zipf", exponent: 0, min: 1, max: 2 }, key: "input.exponent" },
  { spec: { kind: "empirical", values: [] }, key: "input.values" },
  { spec: { kind: "empirical", values: [1, 2], weights: [1] }, key: "input.weights" },
  { spec: { kind: "empirical", values: [1, 0] }, key: "input.values[1]" },
  { spec: { kind: "empirical", values: [1], weights: [0] }, key: "sum of input.weights" },
] as { spec: LengthSpec; key: string }[])("$spec is refused at $key", ({ spec, key }) => {
  expect(refusalOf(() => draw(spec, 1)).problems[0]!.key).toBe(key);
});

function countsOf(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
