import { expect, test } from "vitest";
import { meanInterval, relativeHalfWidth } from "../../../src/analysis/statistics/confidence-interval.ts";
import { studentTQuantile } from "../../../src/analysis/statistics/student-t.ts";

// Source: NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2, table of Student's t.
test.each([
  { probability: 0.975, degreesOfFreedom: 1, quantile: 12.706 },
  { probability: 0.975, degreesOfFreedom: 9, quantile: 2.262 },
  { probability: 0.975, degreesOfFreedom: 29, quantile: 2.045 },
  { probability: 0.95, degreesOfFreedom: 10, quantile: 1.812 },
  { probability: 0.999, degreesOfFreedom: 100, quantile: 3.174 },
])("t of $probability with $degreesOfFreedom degrees of freedom is $quantile", (row) => {
  expect(studentTQuantile(row.probability, row.degreesOfFreedom)).toBeCloseTo(row.quantile, 3);
});

test.each([
  [1, 5],
  [0.5, 0],
  [NaN, 5],
])("t of %d with %d degrees of freedom is refused", (probability, degreesOfFreedom) => {
  expect(() => studentTQuantile(probability, degreesOfFreedom)).toThrow(RangeError);
});

test("an interval on a mean is what one reckons by hand", () => {
  // Mean 3, variance 2.5 over five values: 2.776 · sqrt(2.5 / 5) to either side.
  const interval = meanInterval(Float64Array.of(1, 2, 3, 4, 5));
  expect(interval).toMatchObject({ estimate: 3, confidence: 0.95 });
  expect(interval.high - 3).toBeCloseTo(1.9632, 3);
  expect(relativeHalfWidth(interval)).toBeCloseTo(1.9632 / 3, 3);
});

test("equal values have an interval without width", () => {
  const { low, high } = meanInterval(new Float64Array(20).fill(0.1));
  expect([low, high]).toEqual([0.1, 0.1]);
});
