import type { RunMetrics } from "../../serving/result.ts";
import type { ComparedRequests } from "./compared-requests.ts";

/** In what unit a metric is, for people. */
export type MetricUnit = "seconds" | "share" | "per second" | "joules" | "dollars";

interface MetricBase {
  /** Name in result files, with its unit. */
  readonly key: string;
  readonly label: string;
  readonly unit: MetricUnit;
  readonly better: "lower" | "higher";
  /** Its value in one of several replications; undefined where only a whole result knows it. */
  readonly ofRun?: (metrics: RunMetrics) => number | null;
}

/** By what a metric is found: from requests one by one, from sums over them, or from a run as a whole. */
export type Metric = RequestMetric | (MetricBase & { readonly kind: "figure" });

/** A metric that is found from requests, so that a single run gives it an interval. */
export type RequestMetric = MetricBase &
  (
    | { readonly kind: "mean"; readonly of: RequestColumn }
    | { readonly kind: "quantile"; readonly of: RequestColumn; readonly fraction: number }
    | { readonly kind: "mean gap" }
    | { readonly kind: "attainment" }
  );

/** What is compared between requests that both systems served. */
export type RequestColumn = "ttft" | "tpot" | "e2e" | "queue" | "maxTbt";

/** Values of one column over the given rows; TPOT and the longest gap only where there is more than one token. */
export function valuesOf(requests: ComparedRequests, column: RequestColumn, rows: Int32Array): Float64Array {
  const values = new Float64Array(rows.length);
  rows.forEach((row, i) => {
    values[i] =
      column === "tpot"
        ? (requests.e2e[row]! - requests.ttft[row]!) / (requests.outputTokens[row]! - 1)
        : requests[column][row]!;
  });
  return values;
}

export function needsGaps(column: RequestColumn): boolean {
  return column === "tpot" || column === "maxTbt";
}

export const METRICS: readonly Metric[] = [
  mean("ttft", "TTFT mean"),
  quantile("ttft", "p50", 0.5, "TTFT p50"),
  quantile("ttft", "p99", 0.99, "TTFT p99"),
  {
    ...{ key: "tbt_mean_s", label: "TBT mean", unit: "seconds", better: "lower", kind: "mean gap" },
    ofRun: ({ tbt }) => tbt.mean,
  },
  {
    ...{ key: "tbt_p99_s", label: "TBT p99", unit: "seconds", better: "lower", kind: "figure" },
    ofRun: ({ tbt }) => tbt.p99,
  },
  {
    ...{ key: "max_tbt_p99_s", label: "longest gap p99", unit: "seconds", better: "lower" },
    ...{ kind: "quantile", of: "maxTbt", fraction: 0.99 },
  },
  mean("tpot", "TPOT mean"),
  quantile("tpot", "p99", 0.99, "TPOT p99"),
  mean("e2e", "E2E mean"),
  quantile("e2e", "p99", 0.99, "E2E p99"),
  mean("queue", "queue mean"),
  {
    ...{
      key: "slo_attainment",
      label: "SLO attainment",
      unit: "share",
      better: "higher",
      kind: "attainment",
    },
    ofRun: ({ slo }) => slo.attainment,
  },
  {
    ...{ key: "goodput_rps", label: "Goodput", unit: "per second", better: "higher", kind: "figure" },
    ofRun: ({ slo }) => slo.goodputPerSecond,
  },
  {
    ...{ key: "output_throughput_tps", label: "Output tokens", unit: "per second", better: "higher" },
    ...{ kind: "figure", ofRun: ({ outputTokensPerSecond }) => outputTokensPerSecond },
  },
  {
    ...{
      key: "energy_per_token_j",
      label: "Energy per token",
      unit: "joules",
      better: "lower",
      kind: "figure",
    },
  },
  {
    ...{ key: "dollars_per_million_output_tokens", label: "Cost per 1M output tokens", unit: "dollars" },
    ...{ better: "lower", kind: "figure" },
  },
];

function mean(of: "ttft" | "tpot" | "e2e" | "queue", label: string): Metric {
  const ofRun = (metrics: RunMetrics) => metrics[of].mean;
  return { key: `${of}_mean_s`, label, unit: "seconds", better: "lower", kind: "mean", of, ofRun };
}

function quantile(
  of: "ttft" | "tpot" | "e2e",
  statistic: "p50" | "p99",
  fraction: number,
  label: string,
): Metric {
  const ofRun = (metrics: RunMetrics) => metrics[of][statistic];
  const key = `${of}_${statistic}_s`;
  return { key, label, unit: "seconds", better: "lower", kind: "quantile", of, fraction, ofRun };
}
