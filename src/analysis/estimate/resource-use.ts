import { CHARGE_COUNT, RESOURCES, type Resource } from "../../perf/step-cost.ts";
import { meanOver, type Equilibrium } from "./equilibrium.ts";
import type { SystemModel } from "./system-model.ts";

/**
 * What one replica uses a second: busy seconds of each resource of one device, then joules (watts above idle) of all
 * devices of the replica. Steps that decode and steps with prompts as often as they come, each at the mean batch.
 */
export function chargesAt(model: SystemModel, points: Equilibrium): Float64Array {
  const { times, traffic } = model;
  const total = new Float64Array(CHARGE_COUNT);
  // By time, not by request: what happens at a level counts for as long as the level lasts.
  const time = points.reduce((sum, { point, share }) => sum + share / point.ratePerSecond, 0);
  if (!Number.isFinite(time)) return total;
  const overTime = (of: Parameters<typeof meanOver>[1]) =>
    meanOver(points, (point) => of(point) / point.ratePerSecond) / time;
  const decoding = overTime(({ decoding: share }) => share);
  const batch = overTime((point) => point.batch);
  const busyBatch = Math.max(1, Math.round(batch / Math.max(decoding, 1e-9)));
  const busy = Math.min(
    1,
    overTime(({ prefill }) => prefill.busy),
  );
  const mixedPerSecond = overTime(({ prefill }) => prefill.stepsPerSecond);
  const decodesPerSecond = (decoding * (1 - busy)) / times.decodeSeconds(busyBatch);
  const tokens =
    mixedPerSecond > 0
      ? ((overTime(({ ratePerSecond }) => ratePerSecond) / model.replicas) * traffic.meanPromptTokens) /
        mixedPerSecond
      : 0;
  add(total, times.charges(busyBatch, 0), decodesPerSecond);
  add(total, times.charges(Math.round(batch), Math.max(1, Math.round(tokens))), mixedPerSecond);
  return total;
}

/** The resource that is busy for the largest share of the time. */
export function busiest(charges: Float64Array): Resource {
  let most = 0;
  for (let i = 1; i < RESOURCES.length; i++) if (charges[i]! > charges[most]!) most = i;
  return RESOURCES[most]!;
}

function add(total: Float64Array, charges: Float64Array, times: number): void {
  for (let i = 0; i < total.length; i++) total[i]! += times * charges[i]!;
}
