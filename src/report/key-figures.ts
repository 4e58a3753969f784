import { formatDollars, formatNumber, formatSeconds, formatShare, formatUnit } from "./format.ts";
import { deviceTotals, type RunReport } from "./run-report.ts";
import { tokenDollars } from "./system-cost.ts";

/** One figure by which systems are compared. */
export interface KeyFigure {
  /** Name in `compare.json`, with its unit. */
  readonly key: string;
  readonly label: string;
  /** Heading under which people look for it. */
  readonly group: "Latency" | "Service" | "Memory" | "Silicon";
  /** In SI units; null when unknown. */
  value(report: RunReport): number | null;
  format(value: number | null): string;
  /** Which direction is good; undefined when neither is. */
  readonly better: "lower" | "higher" | undefined;
}

const inUnit = (unit: string) => (value: number | null) => formatUnit(value, unit);
const perSecond = inUnit("/s");

export const KEY_FIGURES: readonly KeyFigure[] = [
  latency("ttft", "p50", "TTFT p50"),
  latency("ttft", "p99", "TTFT p99"),
  latency("tbt", "p50", "TBT p50"),
  latency("tbt", "p99", "TBT p99"),
  latency("e2e", "p99", "E2E p99"),
  {
    key: "slo_attainment",
    label: "SLO attainment",
    group: "Service",
    value: ({ outcome }) => outcome.metrics.slo.attainment,
    format: formatShare,
    better: "higher",
  },
  {
    key: "goodput_rps",
    label: "Goodput",
    group: "Service",
    value: ({ outcome }) => outcome.metrics.slo.goodputPerSecond,
    format: perSecond,
    better: "higher",
  },
  {
    key: "request_throughput_rps",
    label: "Requests",
    group: "Service",
    value: ({ outcome }) => outcome.metrics.requestsPerSecond,
    format: perSecond,
    better: "higher",
  },
  {
    key: "output_throughput_tps",
    label: "Output tokens",
    group: "Service",
    value: ({ outcome }) => outcome.metrics.outputTokensPerSecond,
    format: perSecond,
    better: "higher",
  },
  {
    key: "kv_mean_utilization",
    label: "KV use, mean",
    group: "Memory",
    value: ({ outcome }) => outcome.metrics.kv.meanUtilization,
    format: formatShare,
    better: undefined,
  },
  {
    key: "kv_peak_utilization",
    label: "KV use, peak",
    group: "Memory",
    value: ({ outcome }) => outcome.metrics.kv.peakUtilization,
    format: formatShare,
    better: undefined,
  },
  {
    key: "preemptions",
    label: "Preemptions",
    group: "Memory",
    value: ({ outcome }) => outcome.metrics.kv.preemptions,
    format: formatNumber,
    better: "lower",
  },
  {
    key: "area_mm2",
    label: "Area, all devices",
    group: "Silicon",
    value: (report) => deviceTotals(report).areaMm2,
    format: inUnit("mm²"),
    better: "lower",
  },
  {
    key: "power_w",
    label: "Power, mean",
    group: "Silicon",
    value: (report) => deviceTotals(report).powerWatts,
    format: inUnit("W"),
    better: "lower",
  },
  {
    key: "energy_per_token_j",
    label: "Energy per token",
    group: "Silicon",
    value: (report) => deviceTotals(report).energyPerTokenJoules,
    format: inUnit("J"),
    better: "lower",
  },
  {
    key: "goodput_rps_per_1000mm2",
    label: "Goodput per 1,000 mm²",
    group: "Silicon",
    value: (report) => (report.outcome.metrics.slo.goodputPerSecond / deviceTotals(report).areaMm2) * 1000,
    format: perSecond,
    better: "higher",
  },
  {
    key: "dollars_per_million_output_tokens",
    label: "Cost per 1M output tokens",
    group: "Silicon",
    value: tokenDollars,
    format: formatDollars,
    better: "lower",
  },
];

function latency(metric: "ttft" | "tbt" | "e2e", statistic: "p50" | "p99", label: string): KeyFigure {
  return {
    key: `${metric}_${statistic}_s`,
    label,
    group: "Latency",
    value: ({ outcome }) => outcome.metrics[metric][statistic],
    format: formatSeconds,
    better: "lower",
  };
}

/** The figure's place among several systems: indices of those that are within 0.5 % of the best. */
export function bestIndices(figure: KeyFigure, reports: readonly RunReport[]): readonly number[] {
  if (figure.better === undefined || reports.length < 2) return [];
  const values = reports.map((report) => figure.value(report));
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  if (known.length < reports.length) return [];
  const best = figure.better === "lower" ? Math.min(...known) : Math.max(...known);
  const near = known.flatMap((value, index) =>
    Math.abs(value - best) <= 0.005 * Math.abs(best) ? [index] : [],
  );
  return near.length === reports.length ? [] : near;
}
