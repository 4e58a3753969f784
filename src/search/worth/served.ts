import { marketDollarsOf, type WorthAssumptions } from "../../analysis/worth/worth-bands.ts";
import type { ServingDevice } from "../../analysis/worth/serving-device.ts";
import { idleWatts } from "../../hardware/power.ts";
import type { Evaluator } from "../evaluation/evaluator.ts";
import type { Results } from "../evaluation/results.ts";
import type { WrittenSetting } from "../space/space.ts";

/** What a search found of a system, as one of its devices at work. */
export interface Served {
  readonly results: Results;
  readonly devices: number;
  readonly serving: ServingDevice;
}

/** @param results of a replay of these settings */
export function servedBy(
  settings: readonly WrittenSetting[],
  results: Results,
  evaluator: Pick<Evaluator, "systemOf" | "estimateOf">,
  assumptions: WorthAssumptions,
): Served {
  const system = evaluator.systemOf(settings);
  const { device } = system;
  const { saturation, utilization } = evaluator.estimateOf(system);
  const devices = results.devices ?? 1;
  const tokensPerSecond = results.output_throughput_tps ?? 0;
  const idleJoules = tokensPerSecond > 0 ? (idleWatts(device) * devices) / tokensPerSecond : 0;
  return {
    ...{ results, devices },
    serving: {
      device,
      marketDollars: marketDollarsOf(device, assumptions),
      requestsPerSecond: (results.goodput_at_slo_rps ?? 0) / devices,
      tokensPerRequest: saturation.outputTokensPerSecond / saturation.requestsPerSecond,
      dynamicJoulesPerToken: Math.max(0, (results.energy_per_token_j ?? 0) - idleJoules),
      utilization,
    },
  };
}
