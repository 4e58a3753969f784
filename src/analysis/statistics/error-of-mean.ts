import { batchMeansOf, lagOneCorrelation, meanOf, sampleVarianceOf } from "./series.ts";

/** How far a mean may lie from the true one. */
export interface MeanError {
  readonly standardError: number;
  readonly degreesOfFreedom: number;
}

/** Finds the error of the mean of values that depend on each other; undefined when there are too few to tell. */
export type ErrorOfMean = (values: Float64Array) => MeanError | undefined;

/** Batches whose means make an interval, most first. */
const BATCHES = [40, 20, 10];
/** Every batch is made of so many small ones. */
const PARTS = 10;
/** Small batches may be correlated up to here: ten of them joined are then nearly uncorrelated. */
const MOST_CORRELATION = 0.4;

/** Fewer values than this make no batches. */
export const FEWEST_VALUES = BATCHES.at(-1)! * PARTS;

/**
 * The error of the mean of one run's output, in order of time, by batch means. The check that batches are long enough is
 * that of Law and Carson ("A sequential procedure for determining the length of a steady-state simulation", Operations
 * Research 27(5), 1979): means of batches a tenth as long must have a lag-1 correlation below 0.4. What correlation is
 * then left between batches widens the error as in a first-order autoregressive process.
 */
export function errorFromBatches(values: Float64Array): MeanError | undefined {
  const batches = BATCHES.find((count) => {
    const parts = count * PARTS;
    return values.length >= parts && lagOneCorrelation(batchMeansOf(values, parts)) < MOST_CORRELATION;
  });
  if (batches === undefined) return undefined;
  const means = batchMeansOf(values, batches);
  const left = Math.max(0, lagOneCorrelation(means));
  const widening = (1 + left) / (1 - left);
  return {
    standardError: Math.sqrt((sampleVarianceOf(means) / batches) * widening),
    degreesOfFreedom: batches - 1,
  };
}

/**
 * The error of the mean of several independent runs' outputs, joined one after the other.
 * @param lengths values of each run, at least two runs
 */
export function errorFromReplications(lengths: readonly number[]): ErrorOfMean {
  const runs = lengths.length;
  return (values) => {
    // What each run adds to the pooled mean, about that mean: longer runs must not look like larger values.
    const mean = meanOf(values);
    const perRun = values.length / runs;
    let from = 0;
    const shares = Float64Array.from(lengths, (length) => {
      let sum = 0;
      for (const to = from + length; from < to; from++) sum += values[from]! - mean;
      return sum / perRun;
    });
    return { standardError: Math.sqrt(sampleVarianceOf(shares) / runs), degreesOfFreedom: runs - 1 };
  };
}
