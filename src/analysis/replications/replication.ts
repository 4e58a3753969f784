import { randomStream } from "../../core/random.ts";
import type { MeasurementWindow } from "../../serving/config.ts";
import type { RequestRecords, RunMetrics } from "../../serving/result.ts";
import { runSeriesOf, seriesFrom, type RunSeries } from "../statistics/run-series.ts";
import { judgeSteadiness, type Verdict } from "../statistics/steadiness.ts";

/** What one of several equal runs with different seeds contributes. */
export interface Replication {
  readonly seed: number;
  readonly verdict: Verdict;
  /** What its requests saw once it had settled. */
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
  const { verdict, settledFromSeconds } = judgeSteadiness(series);
  return { seed, verdict, series: seriesFrom(series, settledFromSeconds), metrics };
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
