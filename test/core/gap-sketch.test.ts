import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GAP_SKETCH_RELATIVE_ERROR, GapSketch } from "../../src/core/gap-sketch.ts";
import { distributionOf, EMPTY_DISTRIBUTION, quantileOfSorted } from "../../src/core/quantiles.ts";

interface Gap {
  readonly seconds: number;
  readonly weight: number;
}

const sketchOf = (gaps: Iterable<Gap>): GapSketch => {
  const sketch = new GapSketch();
  for (const { seconds, weight } of gaps) sketch.add(seconds, weight);
  return sketch;
};

const unpacked = (gaps: readonly Gap[]): Float64Array =>
  Float64Array.from(gaps.flatMap(({ seconds, weight }) => new Array<number>(weight).fill(seconds)));

/** Equal to 1e-9 of the larger magnitude or of a second. */
const expectClose = (actual: number | null, expected: number | null): void => {
  const tolerance = 1e-9 * Math.max(1, Math.abs(expected!));
  expect(Math.abs(actual! - expected!)).toBeLessThanOrEqual(tolerance);
};

/** Same buckets, count and extremes; moments up to rounding. */
const expectSame = (actual: GapSketch, expected: GapSketch): void => {
  expect(actual.cumulative()).toEqual(expected.cumulative());
  const a = actual.distribution();
  const e = expected.distribution();
  expect({ ...a, mean: 0, std: 0 }).toEqual({ ...e, mean: 0, std: 0 });
  expectClose(a.mean, e.mean);
  expectClose(a.std, e.std);
  expectClose(actual.sum / actual.count, expected.sum / expected.count);
};

/** Uniform in the exponent. (fc.double favours tiny numbers.) */
const powerOfTen = (low: number, high: number) =>
  fc.integer({ min: low * 1e6, max: high * 1e6 }).map((millionths) => 10 ** (millionths / 1e6));
const anyFraction = fc.integer({ min: 0, max: 1e6 }).map((millionths) => millionths / 1e6);

// Microseconds to a quarter of an hour, and round values, some of which bound a bucket.
const anySeconds = fc.oneof(powerOfTen(-6, 3), fc.constantFrom(1, 0.5, 2, 0.001, 1000));
const anyGap = fc.record({ seconds: anySeconds, weight: fc.integer({ min: 1, max: 20 }) });
const someGaps = fc.array(anyGap, { minLength: 1, maxLength: 60 });
const anyRamp = fc.record({
  first: anySeconds,
  slope: fc.oneof(fc.constant(0), powerOfTen(-12, -3)),
  steps: fc.integer({ min: 1, max: 500 }),
  weight: fc.integer({ min: 1, max: 256 }),
});

describe("the sketch of gaps", () => {
  test("keeps quantiles within 0.1 % of the exact ones and within the exact extremes", () => {
    fc.assert(
      fc.property(someGaps, anyFraction, (gaps, fraction) => {
        const values = unpacked(gaps).sort();
        const exact = quantileOfSorted(values, fraction);
        const quantile = sketchOf(gaps).quantile(fraction);
        expect(Math.abs(quantile / exact - 1)).toBeLessThanOrEqual(GAP_SKETCH_RELATIVE_ERROR * (1 + 1e-9));
        expect(quantile).toBeGreaterThanOrEqual(values[0]!);
        expect(quantile).toBeLessThanOrEqual(values.at(-1)!);
      }),
      { numRuns: 500 },
    );
  });

  test("keeps count, sum, extremes and moments exactly", () => {
    fc.assert(
      fc.property(someGaps, (gaps) => {
        const values = unpacked(gaps);
        const exact = distributionOf(values);
        const sketch = sketchOf(gaps);
        const { count, mean, std, min, max } = sketch.distribution();
        expect([count, min, max]).toEqual([exact.count, exact.min, exact.max]);
        expect([sketch.count, sketch.max]).toEqual([exact.count, exact.max]);
        expectClose(mean, exact.mean);
        expectClose(std, exact.std);
        expectClose(sketch.sum / count, exact.mean);
      }),
    );
  });

  test("sees the spread of gaps that differ in the ninth digit", () => {
    const gaps = Array.from({ length: 10_000 }, (_, i) => ({
      seconds: 0.025 * (1 + (i % 2) * 1e-9),
      weight: 3,
    }));
    // Two equally frequent values: the deviation is half their distance.
    const distance = 0.025 * (1 + 1e-9) - 0.025;
    expect(sketchOf(gaps).distribution().std! / (distance / 2)).toBeCloseTo(1, 9);
  });

  test("is not thrown off by a first gap a thousand times the others", () => {
    const gaps = [
      { seconds: 20, weight: 1 },
      ...Array.from({ length: 1e5 }, (_, i) => ({ seconds: 0.02 + i * 1e-9, weight: 5 })),
    ];
    const exact = distributionOf(unpacked(gaps));
    expectClose(sketchOf(gaps).distribution().std, exact.std);
  });

  test("takes a weight as so many equal gaps", () => {
    fc.assert(
      fc.property(someGaps, (gaps) => {
        const oneByOne = sketchOf(
          gaps.flatMap(({ seconds, weight }) => new Array<Gap>(weight).fill({ seconds, weight: 1 })),
        );
        expectSame(sketchOf(gaps), oneByOne);
      }),
    );
  });

  test("does not care in which order gaps come", () => {
    fc.assert(
      fc.property(someGaps, (gaps) => {
        expectSame(sketchOf(gaps), sketchOf([...gaps].reverse()));
      }),
    );
  });

  test("adds a ramp as it would its gaps one by one", () => {
    fc.assert(
      fc.property(fc.array(anyRamp, { minLength: 1, maxLength: 4 }), (ramps) => {
        const whole = new GapSketch();
        const oneByOne = new GapSketch();
        for (const { first, slope, steps, weight } of ramps) {
          whole.addRamp(first, slope, steps, weight);
          for (let j = 0; j < steps; j++) oneByOne.add(first + slope * j, weight);
        }
        expectSame(whole, oneByOne);
      }),
      { numRuns: 300 },
    );
  });

  test("adds a ramp cut at any step as it would the whole", () => {
    fc.assert(
      fc.property(anyRamp, fc.nat(), ({ first, slope, steps, weight }, cut) => {
        fc.pre(steps > 1);
        const head = 1 + (cut % (steps - 1));
        const inTwo = new GapSketch();
        inTwo.addRamp(first, slope, head, weight);
        inTwo.addRamp(first + slope * head, slope, steps - head, weight);
        const whole = new GapSketch();
        whole.addRamp(first, slope, steps, weight);
        expect(inTwo.count).toBe(whole.count);
        expectClose(inTwo.distribution().std, whole.distribution().std);
        // A gap on the edge of a bucket may be rounded into the next one.
        for (const fraction of [0, 0.5, 0.9, 1]) {
          expect(inTwo.quantile(fraction) / whole.quantile(fraction)).toBeCloseTo(1, 2);
        }
      }),
    );
  });

  test("merges into what one sketch of all gaps would be", () => {
    fc.assert(
      fc.property(fc.array(someGaps, { minLength: 1, maxLength: 4 }), (parts) => {
        const merged = new GapSketch();
        for (const part of parts) merged.merge(sketchOf(part));
        expectSame(merged, sketchOf(parts.flat()));
      }),
      { numRuns: 300 },
    );
  });

  test("merges a longest gap of one second, whose bucket is number 0", () => {
    const merged = sketchOf([{ seconds: 0.5, weight: 1 }]);
    merged.merge(
      sketchOf([
        { seconds: 0.25, weight: 1 },
        { seconds: 1, weight: 1000 },
      ]),
    );
    expect(merged.quantile(0.5)).toBeCloseTo(1, 2);
    expect(merged.cumulative().map(({ share }) => share)).toEqual([1 / 1002, 2 / 1002, 1]);
  });

  test("leaves the sketch that is merged into another as it was", () => {
    const part = sketchOf([{ seconds: 0.02, weight: 5 }]);
    const merged = new GapSketch();
    merged.merge(part);
    merged.add(0.02, 1);
    merged.merge(new GapSketch());
    expect([part.count, merged.count]).toEqual([5, 6]);
    expect(part.cumulative()).toHaveLength(1);
  });

  test("draws a rising curve: as many gaps as it says lie at or below each of its points", () => {
    fc.assert(
      fc.property(someGaps, (gaps) => {
        const values = unpacked(gaps).sort();
        const curve = sketchOf(gaps).cumulative();
        expect(curve.at(-1)).toEqual({ seconds: values.at(-1), share: 1 });
        const shareUpTo = (seconds: number) =>
          values.filter((value) => value <= seconds).length / values.length;
        for (const { seconds, share } of curve) {
          // A gap on the bound of a bucket may be rounded to either side of it.
          expect(share).toBeGreaterThanOrEqual(shareUpTo(seconds * (1 - 1e-12)));
          expect(share).toBeLessThanOrEqual(shareUpTo(seconds * (1 + 1e-12)));
        }
      }),
    );
  });

  test("is empty until something is added", () => {
    const sketch = new GapSketch();
    expect(sketch.distribution()).toEqual(EMPTY_DISTRIBUTION);
    expect(sketch.quantile(0.5)).toBeNaN();
    expect([sketch.count, sketch.sum, sketch.max, sketch.cumulative()]).toEqual([0, 0, -Infinity, []]);
  });
});
