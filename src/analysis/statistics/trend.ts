import type { MeanError } from "./error-of-mean.ts";
import { lagOneCorrelation, meanOf } from "./series.ts";

/** A straight line through points, by least squares. */
export interface Trend extends MeanError {
  readonly slope: number;
  /** Share of the variance that the line explains, 0..1. */
  readonly explained: number;
}

/**
 * The trend of y over x. Its error is widened by what correlation is left between neighbouring residuals.
 * @param x at least three values, not all equal
 * @param y as many
 */
export function trendOf(x: Float64Array, y: Float64Array): Trend {
  const meanX = meanOf(x);
  const meanY = meanOf(y);
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let i = 0; i < x.length; i++) {
    const dx = x[i]! - meanX;
    const dy = y[i]! - meanY;
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  const slope = xy / xx;
  const residuals = y.map((value, i) => value - meanY - slope * (x[i]! - meanX));
  const left = residuals.reduce((sum, value) => sum + value * value, 0);
  const correlation = Math.max(0, lagOneCorrelation(residuals));
  const degreesOfFreedom = x.length - 2;
  const variance = (left / degreesOfFreedom / xx) * ((1 + correlation) / (1 - correlation));
  return {
    slope,
    explained: yy === 0 ? 0 : 1 - left / yy,
    standardError: Math.sqrt(variance),
    degreesOfFreedom,
  };
}
