import { REQUEST_SHARE } from "../../analysis/estimate/slo-judgement.ts";
import { replay, type ReplayOptions } from "../../scenario/replay.ts";
import type { System, Traffic } from "../../scenario/scenario.ts";
import type { RunMetrics } from "../../serving/result.ts";
import type { RequestTable } from "../../workload/request.ts";
import { scaleRate } from "../../workload/transforms/rate-scale.ts";
import { capacityNear } from "./capacity.ts";
import { idleWattsOf, type ServiceResults } from "./device-results.ts";

/**
 * How a system serves requests by simulation: latencies as the requests come, and the largest rate within the SLO by
 * replaying them faster or slower.
 * @param guessPerSecond of that rate, to start from; 0 for none
 */
export function replayedService(
  traffic: Traffic,
  system: System,
  table: RequestTable,
  guessPerSecond: number,
): ServiceResults {
  const ownRate = rateOf(table);
  const run = (requests: RequestTable, options: Pick<ReplayOptions, "mostMisses"> = {}) =>
    replay(
      traffic,
      system,
      { kind: "table", table: requests },
      { mode: "fast-forward", timelineSeconds: 0, ...options },
    ).metrics;
  const metrics = run(table);
  const meets = (rate: number) =>
    meetsTargets(run(scaleRate(table, rate / ownRate), { mostMisses: mostMisses(table) }));
  const blind = guessPerSecond === 0;
  const goodput = capacityNear(blind ? ownRate : guessPerSecond, meets, blind);
  return {
    goodput_at_slo_rps: goodput,
    ttft_p50_s: metrics.ttft.p50,
    ttft_p99_s: metrics.ttft.p99,
    tbt_p50_s: metrics.tbt.p50,
    tbt_p99_s: metrics.tbt.p99,
    e2e_p99_s: metrics.e2e.p99,
    slo_attainment: metrics.slo.attainment,
    output_throughput_tps: metrics.outputTokensPerSecond,
    energy_per_token_j: joulesPerToken(system, metrics),
  };
}

/** Requests that may miss their targets; beyond it the service level is not held, however a run goes on. */
export function mostMisses({ length }: RequestTable): number {
  return Math.floor((1 - REQUEST_SHARE) * length);
}

/** Mean arrivals a second. */
export function rateOf({ arrivalSeconds, length }: RequestTable): number {
  const span = arrivalSeconds[length - 1]! - arrivalSeconds[0]!;
  return span > 0 ? (length - 1) / span : 1;
}

/** Every target on the run holds, and the targets of single requests for 99 of 100; as the estimate judges. */
export function meetsTargets({ slo }: RunMetrics): boolean {
  return slo.runTargets.every(({ met }) => met) && (slo.attainment ?? 1) >= REQUEST_SHARE;
}

/** Joules of all devices, idle ones included, for each token that was generated. */
export function joulesPerToken(system: System, metrics: RunMetrics): number | null {
  const joules = idleWattsOf(system) * metrics.durationSeconds + metrics.dynamicJoules;
  return metrics.generatedTokens > 0 ? joules / metrics.generatedTokens : null;
}
