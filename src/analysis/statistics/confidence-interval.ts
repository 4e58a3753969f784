import { meanOf, sampleVarianceOf } from "./series.ts";
import { CONFIDENCE, studentTQuantile } from "./student-t.ts";

/** An estimate and the interval that covers the true value with the stated confidence; in the unit of what is estimated. */
export interface ConfidenceInterval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** 0..1 */
  readonly confidence: number;
}

/**
 * Symmetric interval around an estimate whose standard error was found with so many degrees of freedom.
 * @param standardError in the unit of the estimate, at least 0
 */
export function studentInterval(
  estimate: number,
  standardError: number,
  degreesOfFreedom: number,
  confidence = CONFIDENCE,
): ConfidenceInterval {
  const half = studentTQuantile((1 + confidence) / 2, degreesOfFreedom) * standardError;
  return { estimate, low: estimate - half, high: estimate + half, confidence };
}

/**
 * Interval on the mean of independent values: the results of replications, or means of uncorrelated batches.
 * @param values at least two
 */
export function meanInterval(values: Float64Array, confidence = CONFIDENCE): ConfidenceInterval {
  const standardError = Math.sqrt(sampleVarianceOf(values) / values.length);
  return studentInterval(meanOf(values), standardError, values.length - 1, confidence);
}

/** Half the width of an interval as a share of its estimate; 0 for a sure zero, Infinity for an unsure one. */
export function relativeHalfWidth({ estimate, low, high }: ConfidenceInterval): number {
  return high === low ? 0 : (high - low) / 2 / Math.abs(estimate);
}
