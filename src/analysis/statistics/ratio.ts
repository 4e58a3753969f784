import { studentInterval } from "./confidence-interval.ts";
import { errorFromBatches, type ErrorOfMean } from "./error-of-mean.ts";
import { LONGER, type Estimate } from "./output-series.ts";
import { meanOf } from "./series.ts";
import { CONFIDENCE } from "./student-t.ts";

/** Sums over the requests of a run, in order of time: of seconds and of the gaps that they are spread over, say. */
export interface RatioSeries {
  readonly numerators: Float64Array;
  readonly denominators: Float64Array;
}

/** Interval on Σ numerators / Σ denominators. */
export function ratioInterval(
  series: RatioSeries,
  errorOf: ErrorOfMean = errorFromBatches,
  confidence = CONFIDENCE,
): Estimate {
  const { ratio, terms } = linearised(series);
  return intervalOf(ratio, terms, errorOf, confidence);
}

/** Interval on the difference of the ratios of two systems under the same requests, second minus first. */
export function ratioDifference(
  first: RatioSeries,
  second: RatioSeries,
  errorOf: ErrorOfMean = errorFromBatches,
  confidence = CONFIDENCE,
): Estimate {
  const a = linearised(first);
  const b = linearised(second);
  const terms = b.terms.map((term, i) => term - a.terms[i]!);
  return intervalOf(b.ratio - a.ratio, terms, errorOf, confidence);
}

/** To first order a ratio is off by the mean of (numerator − ratio · denominator) / mean denominator. */
function linearised({ numerators, denominators }: RatioSeries): { ratio: number; terms: Float64Array } {
  const meanDenominator = meanOf(denominators);
  const ratio = meanOf(numerators) / meanDenominator;
  const terms = numerators.map((value, i) => (value - ratio * denominators[i]!) / meanDenominator);
  return { ratio, terms };
}

function intervalOf(
  estimate: number,
  terms: Float64Array,
  errorOf: ErrorOfMean,
  confidence: number,
): Estimate {
  const error = errorOf(terms);
  if (error === undefined) return { values: terms.length, needed: LONGER * terms.length };
  return studentInterval(estimate, error.standardError, error.degreesOfFreedom, confidence);
}
