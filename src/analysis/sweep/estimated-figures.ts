import type { Estimate } from "../estimate/estimate.ts";
import { latencyOfFigure, type Figure } from "../experiment/figures.ts";

/** A figure as an estimate tells it; null where it does not, as latencies in overload. */
export function estimatedFigure(estimate: Estimate, figure: Figure): number | null {
  const latency = latencyOfFigure(figure);
  if (latency !== undefined) {
    const { metric, statistic } = latency;
    return statistic === "max" ? null : (estimate.latencies[metric]?.[statistic] ?? null);
  }
  switch (figure) {
    case "slo_attainment":
      return estimate.slo.attainment;
    case "request_throughput_rps":
      return estimate.requestsPerSecond;
    case "output_throughput_tps":
      return estimate.outputTokensPerSecond;
    case "energy_per_token_j":
      return estimate.joulesPerToken;
    default:
      return null;
  }
}

/** What estimates are held to the simulation on. */
export const VALIDATED_FIGURES: readonly Figure[] = [
  ...([
    "ttft_mean",
    "ttft_p50",
    "ttft_p90",
    "ttft_p99",
    "tbt_mean",
    "tbt_p50",
    "tbt_p90",
    "tbt_p99",
  ] as const),
  ...(["tpot_mean", "tpot_p99", "e2e_mean", "e2e_p50", "e2e_p99", "queue_mean"] as const),
  ...(["request_throughput_rps", "output_throughput_tps", "slo_attainment", "energy_per_token_j"] as const),
];
