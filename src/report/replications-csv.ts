import { stringify } from "csv-stringify/browser/esm/sync";
import type { Distribution } from "../core/quantiles.ts";
import type { Replication } from "../analysis/replications/replication.ts";

const METRICS = ["ttft", "tbt", "tpot", "e2e", "queue"] as const;
const STATISTICS = ["mean", "p50", "p99", "p999"] as const satisfies readonly (keyof Distribution)[];

/** `replications.csv`: a row for each run with its seed, its verdict and its key figures over all its requests. */
export function replicationsCsv(replications: readonly Replication[]): string {
  const head = [
    ...["replication", "seed", "verdict", "completed", "request_throughput_rps", "output_throughput_tps"],
    ...["slo_attainment", "goodput_rps"],
    ...METRICS.flatMap((metric) => STATISTICS.map((statistic) => `${metric}_${statistic}_s`)),
  ];
  const rows = replications.map(({ seed, verdict, metrics }, index) => [
    ...[
      index,
      seed,
      verdict,
      metrics.counts.completed,
      metrics.requestsPerSecond,
      metrics.outputTokensPerSecond,
    ],
    ...[metrics.slo.attainment, metrics.slo.goodputPerSecond],
    ...METRICS.flatMap((metric) => STATISTICS.map((statistic) => metrics[metric][statistic])),
  ]);
  return stringify([head, ...rows]);
}
