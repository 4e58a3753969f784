import { batchMeansOf } from "./series.ts";

/** Values of one batch. */
const BATCH = 5;
/** Batches that a cut must leave: a few of them are equal by chance. */
const LEAST_LEFT = 5;

export interface Warmup {
  /** Values at the start that are best left out. */
  readonly values: number;
  /** False when the best cut lies in the second half: the run has not settled. */
  readonly settled: boolean;
}

/**
 * How much of the start of a run to leave out, by MSER-5: of all cuts between batches of five values, the one that leaves
 * the smallest error of the mean of the rest. Source: White, Cobb, Spratt, "A comparison of five steady-state truncation
 * heuristics for simulation", Winter Simulation Conference 2000.
 * @param values in order of time
 */
export function detectWarmup(values: Float64Array): Warmup {
  const batches = Math.floor(values.length / BATCH);
  if (batches < 2) return { values: 0, settled: true };
  const means = batchMeansOf(values.subarray(0, batches * BATCH), batches);
  // From the end on: sums over what a cut leaves. About the last mean, so that close values do not cancel away.
  const origin = means[batches - 1]!;
  let sum = 0;
  let squares = 0;
  let best = 0;
  let least = Infinity;
  for (let cut = batches - 1; cut >= 0; cut--) {
    const deviation = means[cut]! - origin;
    sum += deviation;
    squares += deviation * deviation;
    const left = batches - cut;
    if (left < LEAST_LEFT) continue;
    const error = Math.max(0, squares - (sum * sum) / left) / (left * left);
    if (error <= least) {
      least = error;
      best = cut;
    }
  }
  return { values: best * BATCH, settled: best <= batches / 2 };
}

/**
 * The warm-up that several runs share, found on their mean: a cut chosen for each run by itself would also cut away what
 * is large there by chance.
 * @param runs at least one, each in order of time
 */
export function detectCommonWarmup(runs: readonly Float64Array[]): Warmup {
  const shortest = runs.reduce((least, { length }) => Math.min(least, length), Infinity);
  const mean = new Float64Array(shortest);
  for (const run of runs) for (let i = 0; i < shortest; i++) mean[i]! += run[i]! / runs.length;
  return detectWarmup(mean);
}
