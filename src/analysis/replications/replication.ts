import { randomStream } from "../../core/random.ts";
import type { MeasurementWindow } from "../../serving/config.ts";
import type { RequestRecords, RunMetrics } from "../../serving/result.ts";
import { runSeriesOf, type RunSeries } from "../statistics/run-series.ts";
import { judgeSteadiness, type Verdict } from "../statistics/steadiness.ts";

/** What one of several equal runs with different seeds contributes. */
export interface Replication {
  readonly seed: number;
  readonly verdict: Verdict;
  /** What its requests saw, from the first on. */
  readonly series: RunSeries;
  readonly metrics: RunMetrics;
}

export function replicationOf(
  seed: number,
  records: RequestRecords,
  window: MeasurementWindow,
  metrics: RunMetrics,
): Replication {
  const series = runSeriesOf(records, window);
  return { seed, verdict: judgeSteadiness(series).verdict, series, metrics };
}

/** Seed of replication `index`: the scenario's own for the first, then one from the named stream of each. */
export function replicationSeed(seed: number, index: number): number {
  return index === 0 ? seed : Math.floor(randomStream(seed, `replication/${index}`)() * 2 ** 32);
}

/** Whether two runs saw exactly the same: then nothing in them is random, and replications tell nothing. */
export function areAlike(a: RunSeries, b: RunSeries): boolean {
  return (
    a.ttft.length === b.ttft.length &&
    a.ttft.every((value, i) => value === b.ttft[i]) &&
    a.e2e.every((value, i) => value === b.e2e[i])
  );
}
