import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distributionOf, EMPTY_DISTRIBUTION, quantileOfSorted } from "../../src/core/quantiles.ts";

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();
// Uniform numbers with many digits among fast-check's own choice, which favours the tiny ones.
const anyValue = fc.oneof(
  fc.integer({ min: 0, max: 1e9 }).map((number) => number / 997),
  fc.double({ min: 0, max: 1e6, noNaN: true }),
);
const someValues = fc.array(anyValue, { minLength: 1, maxLength: 200 });

describe("a quantile of kept values", () => {
  // numpy.quantile([1, 2, 4, 8], q), whose default method is "linear" (type 7).
  test.each([
    [0, 1],
    [0.25, 1.75],
    [0.5, 3],
    [0.75, 5],
    [0.9, 6.8],
    [1, 8],
  ])("at %f of 1, 2, 4, 8 is %f as in NumPy", (fraction, value) => {
    expect(quantileOfSorted(sorted([1, 2, 4, 8]), fraction)).toBeCloseTo(value, 14);
  });

  test("is the one value when there is only one", () => {
    for (const fraction of [0, 0.5, 0.999, 1]) expect(quantileOfSorted(sorted([7]), fraction)).toBe(7);
  });

  test("lies where the piecewise linear function through the points (i / (n - 1), i-th value) lies", () => {
    fc.assert(
      fc.property(someValues, fc.integer({ min: 0, max: 1e6 }), (values, millionths) => {
        const fraction = millionths / 1e6;
        const ascending = sorted(values);
        const last = ascending.length - 1;
        // Weights of all points by their distance to the rank: a hat function around each of them.
        let expected = 0;
        for (const [i, value] of ascending.entries()) {
          expected += Math.max(0, 1 - Math.abs(fraction * last - i)) * value;
        }
        const tolerance = 1e-12 * Math.max(1, ascending[last]!);
        expect(Math.abs(quantileOfSorted(ascending, fraction) - expected)).toBeLessThanOrEqual(tolerance);
      }),
    );
  });
});

describe("the distribution of kept values", () => {
  test("is empty for no values", () => {
    expect(distributionOf(new Float64Array(0))).toEqual(EMPTY_DISTRIBUTION);
  });

  test("has the moments and percentiles of the values, in whatever order they come", () => {
    const values = Float64Array.from([2, 4, 4, 4, 5, 5, 7, 9].reverse());
    // The textbook example of a population standard deviation: mean 5, deviation 2.
    expect(distributionOf(values)).toEqual({
      count: 8,
      mean: 5,
      std: 2,
      min: 2,
      p50: 4.5,
      p90: expect.closeTo(7.6, 12),
      p95: expect.closeTo(8.3, 12),
      p99: expect.closeTo(8.86, 12),
      p999: expect.closeTo(8.986, 12),
      max: 9,
    });
  });

  test("of equal values is that value without deviation, to the last bit", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 300 }),
        (value, count) => {
          const { mean, std, min, p50, p999, max } = distributionOf(new Float64Array(count).fill(value));
          expect([mean, std, min, p50, p999, max]).toEqual([value, 0, value, value, value, value]);
        },
      ),
    );
  });

  test("keeps its figures in order: min ≤ p50 ≤ … ≤ p999 ≤ max, and the mean between the extremes", () => {
    fc.assert(
      fc.property(someValues, (values) => {
        const { min, p50, p90, p95, p99, p999, max, mean } = distributionOf(Float64Array.from(values));
        const rising = [min!, p50!, p90!, p95!, p99!, p999!, max!];
        expect(rising).toEqual([...rising].sort((a, b) => a - b));
        expect(mean).toBeGreaterThanOrEqual(min!);
        expect(mean).toBeLessThanOrEqual(max!);
      }),
      { numRuns: 1000 },
    );
  });

  test("scales with its values", () => {
    fc.assert(
      fc.property(someValues, fc.constantFrom(0.5, 2, 1024), (drawn, factor) => {
        // Away from the subnormal numbers, where halving rounds.
        const values = drawn.map((value) => value + 1e-9);
        const plain = distributionOf(Float64Array.from(values));
        const scaled = distributionOf(Float64Array.from(values, (value) => value * factor));
        expect(scaled.p99).toBe(plain.p99! * factor);
        expect(Math.abs(scaled.std! - plain.std! * factor)).toBeLessThanOrEqual(
          1e-12 * Math.max(1, scaled.std!),
        );
      }),
    );
  });
});
