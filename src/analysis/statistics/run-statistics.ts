import type { MeasurementWindow } from "../../serving/config.ts";
import type { RequestRecords } from "../../serving/result.ts";
import { errorFromBatches, errorFromReplications, type ErrorOfMean } from "./error-of-mean.ts";
import { OutputSeries, type Estimate } from "./output-series.ts";
import { ratioInterval } from "./ratio.ts";
import { joinedSeries, runSeriesOf, seriesAfter, seriesFrom, type RunSeries } from "./run-series.ts";
import { judgeSteadiness, type Steadiness } from "./steadiness.ts";
import { detectCommonWarmup } from "./warmup.ts";

/** The percentiles that get intervals, by their names in result files. */
export const QUANTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 } as const;
export type QuantileName = keyof typeof QUANTILES;

/** Intervals on the mean and the percentiles of one quantity, in seconds. */
export type QuantityIntervals = Readonly<Record<"mean" | QuantileName, Estimate>>;

/** Quantities that a request has one of. */
export const REQUEST_QUANTITIES = ["ttft", "tpot", "e2e", "queue", "max_tbt"] as const;
export type RequestQuantity = (typeof REQUEST_QUANTITIES)[number];

/** Intervals on what requests saw; undefined for quantities that none of them has. */
export interface RunIntervals {
  /** Completed requests that they stand on: those that arrived after the warm-up. */
  readonly requests: number;
  readonly quantities: Readonly<Record<RequestQuantity, QuantityIntervals | undefined>>;
  /** Mean gap between tokens; single gaps are not kept, so that their percentiles take replications. */
  readonly tbtMean: Estimate | undefined;
}

export interface RunStatistics {
  readonly steadiness: Steadiness;
  /** Undefined for an unstable run: its figures grow with its length. */
  readonly intervals: RunIntervals | undefined;
}

/** Verdict on a run, and intervals on what its requests saw once it had settled. */
export function runStatistics(
  records: RequestRecords,
  window: MeasurementWindow,
  interrupted: boolean,
): RunStatistics {
  const series = runSeriesOf(records, window);
  const judged = judgeSteadiness(series);
  const steadiness: Steadiness = interrupted
    ? { ...judged, verdict: "too short", reason: "interrupted before its end" }
    : judged;
  return {
    steadiness,
    intervals:
      steadiness.verdict === "unstable"
        ? undefined
        : intervalsOf(seriesFrom(series, steadiness.settledFromSeconds), errorFromBatches),
  };
}

/** Intervals from independent runs after the warm-up that they share. */
export function replicationIntervals(wholeRuns: readonly RunSeries[]): RunIntervals {
  const runs = settledTogether(wholeRuns);
  return intervalsOf(
    joinedSeries(runs),
    errorFromReplications(runs.map(({ ttft }) => ttft.length)),
    errorFromReplications(runs.map(({ multiToken }) => multiToken.tpot.length)),
  );
}

function settledTogether(runs: readonly RunSeries[]): RunSeries[] {
  const starts = [
    detectCommonWarmup(runs.map(({ ttft }) => ttft)),
    detectCommonWarmup(runs.map(({ multiToken }) => multiToken.tpot)),
  ];
  const cut = starts.every(({ settled }) => settled) ? Math.max(...starts.map(({ values }) => values)) : 0;
  return runs.map((run) => seriesAfter(run, cut));
}

function intervalsOf(series: RunSeries, errorOf: ErrorOfMean, errorOfMulti = errorOf): RunIntervals {
  const { queue, ttft, e2e, multiToken } = series;
  const { tpot, maxTbt, gapSeconds, gaps } = multiToken;
  return {
    requests: ttft.length,
    quantities: {
      ttft: quantityIntervals(ttft, errorOf),
      tpot: quantityIntervals(tpot, errorOfMulti),
      e2e: quantityIntervals(e2e, errorOf),
      queue: quantityIntervals(queue, errorOf),
      max_tbt: quantityIntervals(maxTbt, errorOfMulti),
    },
    tbtMean:
      gaps.length === 0
        ? undefined
        : ratioInterval({ numerators: gapSeconds, denominators: gaps }, errorOfMulti),
  };
}

function quantityIntervals(values: Float64Array, errorOf: ErrorOfMean): QuantityIntervals | undefined {
  if (values.length === 0) return undefined;
  const series = new OutputSeries(values, errorOf);
  const quantiles = Object.entries(QUANTILES).map(([name, fraction]) => [name, series.quantile(fraction)]);
  return { mean: series.mean(), ...(Object.fromEntries(quantiles) as Record<QuantileName, Estimate>) };
}
