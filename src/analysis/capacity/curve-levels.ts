import { estimate } from "../estimate/estimate.ts";
import { coversSystem, estimateRequest } from "../estimate/scenario-estimate.ts";
import type { TrafficProfile } from "../estimate/traffic-profile.ts";
import type { CapacityAnswer, CapacityQuestion } from "./capacity.ts";

/** Shares of the end of a curve at which it is drawn: closer together where it turns up. */
const SHARES = [0.1, 0.25, 0.4, 0.55, 0.65, 0.75, 0.85, 0.92, 1, 1.1];

/**
 * Loads at which a latency-throughput curve is drawn: up to a tenth above saturation as estimated, or without an estimate
 * to twice the capacity found; replicas from one to twice as many as are needed.
 */
export function curveLevels(
  { kind, scenario, system, supply }: CapacityQuestion,
  { level, offeredRate }: CapacityAnswer,
  traffic: TrafficProfile,
): number[] {
  if (kind === "rate" && coversSystem(system)) {
    const { saturation } = estimate(estimateRequest(scenario, system, supply, traffic));
    return SHARES.map((share) => share * saturation.requestsPerSecond);
  }
  const end = 2 * (level ?? (kind === "rate" ? offeredRate! : 1));
  const levels = SHARES.map((share) =>
    kind === "rate" ? share * end : Math.max(1, Math.round(share * end)),
  );
  return [...new Set(levels)];
}
