import type { RunTarget } from "../../serving/config.ts";
import { meanInterval } from "../statistics/confidence-interval.ts";
import type { Estimate } from "../statistics/output-series.ts";
import { QUANTILES, replicationIntervals, type RunIntervals } from "../statistics/run-statistics.ts";
import type { Replication } from "./replication.ts";

/** A quantity of a run by its name in result files, such as `ttft_p99`. */
export type EstimatedTarget = Pick<RunTarget, "metric"> & {
  readonly statistic: "mean" | keyof typeof QUANTILES;
};

/** What several replications come to. */
export interface ReplicationEstimates {
  readonly intervals: RunIntervals;
  /** Percentiles of the gaps between tokens, each a mean over the runs; undefined where a run has none. */
  readonly tbt: Readonly<Record<keyof typeof QUANTILES, Estimate | undefined>>;
  readonly rates: Readonly<Record<RateName, Estimate | undefined>>;
}

/** Figures that a run has one of, by their names in result files. */
const RATES = {
  request_throughput_rps: ({ requestsPerSecond }) => requestsPerSecond,
  output_throughput_tps: ({ outputTokensPerSecond }) => outputTokensPerSecond,
  goodput_rps: ({ slo }) => slo.goodputPerSecond,
  slo_attainment: ({ slo }) => slo.attainment,
} as const satisfies Record<string, (metrics: Replication["metrics"]) => number | null>;
export type RateName = keyof typeof RATES;

/** @param replications at least two */
export function estimatesOf(replications: readonly Replication[]): ReplicationEstimates {
  const metrics = replications.map((replication) => replication.metrics);
  const names = Object.keys(QUANTILES) as (keyof typeof QUANTILES)[];
  return {
    intervals: replicationIntervals(replications.map(({ series }) => series)),
    tbt: Object.fromEntries(
      names.map((name) => [name, meanOfRuns(metrics.map(({ tbt }) => tbt[name]))]),
    ) as ReplicationEstimates["tbt"],
    rates: Object.fromEntries(
      Object.entries(RATES).map(([name, rateOf]) => [name, meanOfRuns(metrics.map(rateOf))]),
    ) as ReplicationEstimates["rates"],
  };
}

/** The estimate that a target names; undefined where no request has such a quantity. */
export function estimateOf(
  { intervals, tbt }: ReplicationEstimates,
  { metric, statistic }: EstimatedTarget,
): Estimate | undefined {
  if (metric !== "tbt") return intervals.quantities[metric]?.[statistic];
  return statistic === "mean" ? intervals.tbtMean : tbt[statistic];
}

function meanOfRuns(values: readonly (number | null)[]): Estimate | undefined {
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? meanInterval(Float64Array.from(known)) : undefined;
}
