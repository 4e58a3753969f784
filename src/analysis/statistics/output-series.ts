import { quantileOfSorted } from "../../core/quantiles.ts";
import { studentInterval, type ConfidenceInterval } from "./confidence-interval.ts";
import { errorFromBatches, FEWEST_VALUES, type ErrorOfMean, type MeanError } from "./error-of-mean.ts";
import { meanOf, sampleVarianceOf } from "./series.ts";
import { CONFIDENCE, studentTQuantile } from "./student-t.ts";

/** There were too few values for an interval: about so many are needed, more where they vary more slowly than seen. */
export interface Shortage {
  readonly values: number;
  readonly needed: number;
}

export type Estimate = ConfidenceInterval | Shortage;

export function isInterval(estimate: Estimate): estimate is ConfidenceInterval {
  return "estimate" in estimate;
}

/** A percentile, how sure its rank is, and what a rank is worth in the unit of the values. */
export interface RankedQuantile {
  readonly estimate: number;
  /** Half the width of the interval on the share of values below the estimate. */
  readonly halfWidth: number;
  /** Independent values that lie beyond the percentile. */
  readonly beyond: number;
  /** Units from one end of the interval to the other over the difference of their ranks (0..1). */
  readonly unitsPerRank: number;
  readonly low: number;
  readonly high: number;
}

/**
 * How much the values depend on each other is asked at this percentile for all beyond it, which themselves hold too few
 * values to tell.
 */
const MOST_COMMON = 0.9;
/** Independent values that must lie beyond a percentile before it has an interval. */
const FEWEST_BEYOND = 5;
/** How many times as long a run should be whose batches are still correlated. */
export const LONGER = 4;

/**
 * What a simulation put out, value by value in order of time: intervals on its mean and on its percentiles that allow for
 * the values depending on each other.
 */
export class OutputSeries {
  readonly values: Float64Array;
  readonly #errorOf: ErrorOfMean;
  #sorted: Float64Array | undefined;

  /**
   * @param values of one run in order of time, or of several runs joined
   * @param errorOf how the error of a mean is found: from batches of one run, or by `errorFromReplications`
   */
  constructor(values: Float64Array, errorOf: ErrorOfMean = errorFromBatches) {
    this.values = values;
    this.#errorOf = errorOf;
  }

  mean(confidence = CONFIDENCE): Estimate {
    const error = this.values.length === 0 ? undefined : this.#errorOf(this.values);
    if (error === undefined) return this.#shortage(LONGER);
    return studentInterval(meanOf(this.values), error.standardError, error.degreesOfFreedom, confidence);
  }

  /** Interval on a percentile; see `rankedQuantile`. */
  quantile(fraction: number, confidence = CONFIDENCE): Estimate {
    const ranked = this.rankedQuantile(fraction, confidence);
    if ("needed" in ranked) return ranked;
    const { estimate, low, high } = ranked;
    return { estimate, low, high, confidence };
  }

  /**
   * The share of values above a percentile's estimate is itself a mean, of zeros and ones: its interval, read back as
   * percentiles, is that of the percentile. (Sections of the run, each with a percentile of its own, cover far less in
   * the tail, where each section holds few values.)
   * @param fraction within (0, 1)
   */
  rankedQuantile(fraction: number, confidence = CONFIDENCE): RankedQuantile | Shortage {
    if (this.values.length === 0) return this.#shortage(LONGER);
    const independent = this.#independentValues(Math.min(fraction, MOST_COMMON));
    if (independent === undefined) return this.#shortage(LONGER);
    const beyond = Math.min(fraction, 1 - fraction) * independent;
    if (beyond < FEWEST_BEYOND) return this.#shortage(FEWEST_BEYOND / beyond);
    const estimate = quantileOfSorted(this.#ascending(), fraction);
    const error = this.#errorOf(this.above(estimate));
    if (error === undefined) return this.#shortage(LONGER);
    const halfWidth = rareHalfWidth(error, beyond, confidence);
    if (fraction + halfWidth >= 1) return this.#shortage((halfWidth / (1 - fraction)) ** 2);
    const from = Math.max(0, fraction - halfWidth);
    const to = fraction + halfWidth;
    const low = quantileOfSorted(this.#ascending(), from);
    const high = quantileOfSorted(this.#ascending(), to);
    const unitsPerRank = to > from ? (high - low) / (to - from) : 0;
    return { estimate, halfWidth, beyond, unitsPerRank, low, high };
  }

  /** 1 for every value above `bound`, 0 for the others. */
  above(bound: number): Float64Array {
    return this.values.map((value) => (value > bound ? 1 : 0));
  }

  /** As many independent values would tell as much about the share that lies above a percentile. */
  #independentValues(fraction: number): number | undefined {
    const above = this.above(quantileOfSorted(this.#ascending(), fraction));
    const error = this.#errorOf(above);
    if (error === undefined) return undefined;
    const count = this.values.length;
    return error.standardError === 0
      ? count
      : Math.min(count, sampleVarianceOf(above) / error.standardError ** 2);
  }

  #shortage(times: number): Shortage {
    const values = this.values.length;
    return { values, needed: Math.max(FEWEST_VALUES, Math.ceil(values * times)) };
  }

  #ascending(): Float64Array {
    return (this.#sorted ??= this.values.slice().sort());
  }
}

/**
 * Half the width of the interval on a mean of which so many independent values are rare events. Counts of rare events
 * scatter like Poisson counts, whose excess kurtosis 1/n makes the estimate of their variance less sure than normal
 * values would: Satterthwaite's degrees of freedom 2 / (Var(s²)/σ⁴) allow for it.
 */
export function rareHalfWidth(error: MeanError, events: number, confidence: number): number {
  const { standardError, degreesOfFreedom } = error;
  const freedom = Math.max(1, 2 / (1 / events + 2 / degreesOfFreedom));
  return studentTQuantile((1 + confidence) / 2, freedom) * standardError;
}
