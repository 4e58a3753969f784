import { expect } from "vitest";

/** Two-sided 95 % quantile of Student's t with 29 degrees of freedom: for 30 replications. */
const T_QUANTILE = 2.045;

/**
 * Expects theory within the 95 % confidence interval of the mean of 30 independent replications, and the interval narrow
 * enough, as a fraction of theory, to be a test at all.
 */
export function meanWithin(values: readonly number[], theory: number, widest: number): void {
  expect(values.length).toBe(30);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const halfWidth = T_QUANTILE * Math.sqrt(variance / values.length);
  expect(Math.abs(mean - theory), `${mean} against ${theory} ± ${halfWidth}`).toBeLessThanOrEqual(halfWidth);
  expect(halfWidth / theory).toBeLessThan(widest);
}
