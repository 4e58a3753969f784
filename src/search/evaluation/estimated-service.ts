import type { Estimate, LatencyMetric } from "../../analysis/estimate/estimate.ts";
import type { ServiceResults } from "./device-results.ts";

/** Latencies of an estimate that count. */
export const SERVICE_METRICS: readonly LatencyMetric[] = ["ttft", "tbt", "e2e"];

/** How a system serves by formulas. */
export function estimatedService({
  slo,
  latencies,
  outputTokensPerSecond,
  joulesPerToken,
}: Estimate): ServiceResults {
  return {
    goodput_at_slo_rps: slo.maxRequestsPerSecond,
    ttft_p50_s: latencies.ttft?.p50 ?? null,
    ttft_p99_s: latencies.ttft?.p99 ?? null,
    tbt_p50_s: latencies.tbt?.p50 ?? null,
    tbt_p99_s: latencies.tbt?.p99 ?? null,
    e2e_p99_s: latencies.e2e?.p99 ?? null,
    slo_attainment: slo.attainment,
    output_throughput_tps: outputTokensPerSecond,
    energy_per_token_j: joulesPerToken,
  };
}
