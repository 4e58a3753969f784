import type { RunMetrics } from "../../serving/result.ts";
import { meanInterval, type ConfidenceInterval } from "../statistics/confidence-interval.ts";
import { isInterval, OutputSeries, type Estimate } from "../statistics/output-series.ts";
import { PairedSeries } from "../statistics/paired.ts";
import { ratioDifference, ratioInterval, type RatioSeries } from "../statistics/ratio.ts";
import { meanOf } from "../statistics/series.ts";
import { quantileOfSorted } from "../../core/quantiles.ts";
import type { ComparedRequests } from "./compared-requests.ts";
import type { Contender } from "./contender.ts";
import { needsGaps, valuesOf, type Metric, type RequestMetric } from "./metrics.ts";

/** One metric of two contenders. */
export interface Difference {
  readonly metric: Metric;
  /** Over the requests that are compared; null for unknown. */
  readonly first: number | null;
  readonly second: number | null;
  /** Second minus first; undefined where one run of each tells no interval. */
  readonly interval: Estimate | undefined;
}

/** The requests of two contenders that are held against each other, by row; equal lists when they are paired. */
export interface ComparedRows {
  readonly paired: boolean;
  readonly served: readonly [Int32Array, Int32Array];
  readonly judged: readonly [Int32Array, Int32Array];
}

export function differenceOf(
  metric: Metric,
  first: Contender,
  second: Contender,
  rows: ComparedRows,
): Difference {
  const { replications: runsOfFirst } = first;
  const { replications: runsOfSecond } = second;
  if (runsOfFirst !== undefined && runsOfSecond !== undefined && metric.ofRun !== undefined) {
    return differenceOfRuns(metric, metric.ofRun, runsOfFirst, runsOfSecond);
  }
  if (metric.kind === "figure") {
    const [a, b] = [first, second].map(({ figures }) => figures[metric.key] ?? null);
    return { metric, first: a!, second: b!, interval: undefined };
  }
  return differenceOfRequests(metric, first.requests, second.requests, rows);
}

/** Runs with equal seeds are paired: common random numbers. */
function differenceOfRuns(
  metric: Metric,
  ofRun: (metrics: RunMetrics) => number | null,
  first: readonly RunMetrics[],
  second: readonly RunMetrics[],
): Difference {
  const both = first
    .map((metrics, i) => [ofRun(metrics), ofRun(second[i]!)] as const)
    .filter((pair): pair is readonly [number, number] => pair[0] !== null && pair[1] !== null);
  if (both.length < first.length) return { metric, first: null, second: null, interval: undefined };
  return {
    metric,
    first: meanOf(Float64Array.from(both, ([a]) => a)),
    second: meanOf(Float64Array.from(both, ([, b]) => b)),
    interval: meanInterval(Float64Array.from(both, ([a, b]) => b - a)),
  };
}

function differenceOfRequests(
  metric: RequestMetric,
  first: ComparedRequests,
  second: ComparedRequests,
  { paired, served, judged }: ComparedRows,
): Difference {
  const nothing: Difference = { metric, first: null, second: null, interval: undefined };
  if (metric.kind === "mean gap") {
    const [a, b] = [gapSeries(first, served[0]), gapSeries(second, served[1])];
    if (a.denominators.length === 0 || b.denominators.length === 0) return nothing;
    const interval = paired
      ? ratioDifference(a, b)
      : independentDifference(ratioInterval(a), ratioInterval(b));
    return { metric, first: ratioOf(a), second: ratioOf(b), interval };
  }
  const [a, b] =
    metric.kind === "attainment"
      ? [pick(first.sloMet, judged[0]), pick(second.sloMet, judged[1])]
      : [columnOf(first, metric.of, served[0]), columnOf(second, metric.of, served[1])];
  if (a.length === 0 || b.length === 0) return nothing;
  if (metric.kind === "quantile") {
    const { fraction } = metric;
    const interval = paired
      ? new PairedSeries(a, b).quantileDifference(fraction)
      : independentDifference(new OutputSeries(a).quantile(fraction), new OutputSeries(b).quantile(fraction));
    const at = (values: Float64Array) => quantileOfSorted(values.slice().sort(), fraction);
    return { metric, first: at(a), second: at(b), interval };
  }
  const interval = paired
    ? new PairedSeries(a, b).meanDifference()
    : independentDifference(new OutputSeries(a).mean(), new OutputSeries(b).mean());
  return { metric, first: meanOf(a), second: meanOf(b), interval };
}

/**
 * Interval on the difference of two independent estimates from their own intervals, which may be lopsided. Source: Zou,
 * Donner, "Construction of confidence limits about effect measures", Statistics in Medicine 27(10), 2008.
 */
export function independentDifference(first: Estimate, second: Estimate): Estimate {
  if (!isInterval(first)) return first;
  if (!isInterval(second)) return second;
  const estimate = second.estimate - first.estimate;
  const reach = (up: ConfidenceInterval, down: ConfidenceInterval) =>
    Math.hypot(up.high - up.estimate, down.estimate - down.low);
  return {
    estimate,
    low: estimate - reach(first, second),
    high: estimate + reach(second, first),
    confidence: first.confidence,
  };
}

function columnOf(
  requests: ComparedRequests,
  column: Parameters<typeof valuesOf>[1],
  rows: Int32Array,
): Float64Array {
  const known = needsGaps(column) ? rows.filter((row) => requests.outputTokens[row]! > 1) : rows;
  return valuesOf(requests, column, known);
}

function gapSeries(requests: ComparedRequests, rows: Int32Array): RatioSeries {
  const known = rows.filter((row) => requests.outputTokens[row]! > 1);
  return {
    numerators: Float64Array.from(known, (row) => requests.e2e[row]! - requests.ttft[row]!),
    denominators: Float64Array.from(known, (row) => requests.outputTokens[row]! - 1),
  };
}

function ratioOf({ numerators, denominators }: RatioSeries): number {
  return meanOf(numerators) / meanOf(denominators);
}

function pick(column: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => column[row]!);
}
