import { quantileOfSorted } from "../../core/quantiles.ts";

/** How far predictions lie from measurements; errors are fractions of the measured value. */
export interface ErrorStatistics {
  readonly n: number;
  /** Median and 90th percentile of the absolute error. */
  readonly mdape: number;
  readonly p90ape: number;
  /** Median of the signed error: above 0 where the model says more than was measured. */
  readonly bias: number;
}

/** @param signedErrors predicted / measured - 1, at least one */
export function errorStatistics(signedErrors: readonly number[]): ErrorStatistics {
  const signed = Float64Array.from(signedErrors).sort();
  const absolute = signed.map(Math.abs).sort();
  return {
    n: signed.length,
    mdape: quantileOfSorted(absolute, 0.5),
    p90ape: quantileOfSorted(absolute, 0.9),
    bias: quantileOfSorted(signed, 0.5),
  };
}
