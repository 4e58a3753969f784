import type { WeightedPoint } from "./latency-tails.ts";
import { operateAt, type OperatingPoint } from "./operating-point.ts";
import type { SystemModel } from "./system-model.ts";

/** A system at each of the levels between which the rate wanders, by the share of the requests that come then. */
export type Equilibrium = readonly WeightedPoint[];

/** Of the largest load: a level above it passes before its queue is as long as it would become. */
const HIGHEST_LOAD = 0.98;

/**
 * Each level of the rate in an equilibrium of its own (pointwise stationary approximation: Green and Kolesar, Management
 * Science 37(1), 1991).
 */
export function equilibriumAt(
  model: SystemModel,
  saturationRate: number,
  ratePerSecond: number,
): Equilibrium {
  const highest = HIGHEST_LOAD * saturationRate;
  const points: WeightedPoint[] = [];
  for (const { factor, share } of model.traffic.levels) {
    if (factor === 0) continue;
    const rate = Math.min(ratePerSecond, saturationRate) * factor;
    points.push({ point: operateAt(model, rate > highest ? highest : rate), share: share * factor });
  }
  return points;
}

/** Mean of a figure over the requests. */
export function meanOver(points: Equilibrium, of: (point: OperatingPoint) => number): number {
  let sum = 0;
  for (const { point, share } of points) sum += share * of(point);
  return sum;
}
