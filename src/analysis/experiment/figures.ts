import { STATUS } from "../../serving/result.ts";
import { RUN_METRICS, RUN_STATISTICS, type RunTarget } from "../../serving/config.ts";
import type { ReplayOutcome } from "../../scenario/replay.ts";
import { runSeriesOf } from "../statistics/run-series.ts";
import { OutputSeries, type Estimate } from "../statistics/output-series.ts";
import { QUANTILES } from "../statistics/run-statistics.ts";

/** One number of a run by its name in result files, in SI units. */
export type LatencyFigure = `${RunTarget["metric"]}_${RunTarget["statistic"]}`;
export type OtherFigure =
  | "slo_attainment"
  | "goodput_rps"
  | "request_throughput_rps"
  | "output_throughput_tps"
  | "energy_per_token_j";
export type Figure = LatencyFigure | OtherFigure;

const OTHER_FIGURES: readonly OtherFigure[] = [
  ...([
    "slo_attainment",
    "goodput_rps",
    "request_throughput_rps",
    "output_throughput_tps",
    "energy_per_token_j",
  ] as const),
];

export const FIGURES: readonly Figure[] = [
  ...RUN_METRICS.flatMap((metric) =>
    RUN_STATISTICS.map((statistic): LatencyFigure => `${metric}_${statistic}`),
  ),
  ...OTHER_FIGURES,
];

/** The latency and the statistic that a figure names; undefined for one of another kind. */
export function latencyOfFigure(figure: Figure): Pick<RunTarget, "metric" | "statistic"> | undefined {
  const metric = RUN_METRICS.find((name) => figure.startsWith(`${name}_`));
  if (metric === undefined) return undefined;
  return { metric, statistic: figure.slice(metric.length + 1) as RunTarget["statistic"] };
}

/** Whether more of it is worse. */
export function lowerIsBetter(figure: Figure): boolean {
  return latencyOfFigure(figure) !== undefined || figure === "energy_per_token_j";
}

/** A figure of one run; null where nothing was measured. @param idleWatts of all devices */
export function figureOf(
  { metrics }: Pick<ReplayOutcome, "metrics">,
  figure: Figure,
  idleWatts: number,
): number | null {
  const latency = latencyOfFigure(figure);
  if (latency !== undefined) return metrics[latency.metric][latency.statistic];
  switch (figure as OtherFigure) {
    case "slo_attainment":
      return metrics.slo.attainment;
    case "goodput_rps":
      return metrics.slo.goodputPerSecond;
    case "request_throughput_rps":
      return metrics.requestsPerSecond;
    case "output_throughput_tps":
      return metrics.outputTokensPerSecond;
    case "energy_per_token_j":
      return metrics.generatedTokens === 0
        ? null
        : (metrics.dynamicJoules + idleWatts * metrics.durationSeconds) / metrics.generatedTokens;
  }
}

/**
 * The interval that one run tells of a figure from its requests in order of time; undefined for figures that are not
 * about requests (gaps between tokens are not kept one by one).
 */
export function intervalWithin(
  outcome: ReplayOutcome,
  figure: Figure,
  confidence: number,
): Estimate | undefined {
  if (figure === "slo_attainment") return sloSeries(outcome).mean(confidence);
  const latency = latencyOfFigure(figure);
  if (latency === undefined || latency.metric === "tbt" || latency.statistic === "max") return undefined;
  const { metric, statistic } = latency;
  const series = runSeriesOf(outcome.records, outcome.window);
  const values = metric === "tpot" ? series.multiToken.tpot : series[metric];
  const output = new OutputSeries(values);
  return statistic === "mean" ? output.mean(confidence) : output.quantile(QUANTILES[statistic], confidence);
}

function sloSeries({ records, window }: ReplayOutcome): OutputSeries {
  const met: number[] = [];
  for (let row = 0; row < records.length; row++) {
    const arrival = records.arrivalSeconds[row]!;
    if (arrival < window.fromSeconds || arrival >= window.untilSeconds) continue;
    if (records.status[row] !== STATUS.cancelled) met.push(records.sloMet[row]!);
  }
  return new OutputSeries(Float64Array.from(met));
}
