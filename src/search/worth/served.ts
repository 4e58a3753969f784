import { marketDollarsOf, type WorthAssumptions } from "../../analysis/worth/worth-bands.ts";
import type { ServingDevice, ServingPart } from "../../analysis/worth/serving-device.ts";
import { deviceGroupsOf, idleWattsOf } from "../evaluation/device-results.ts";
import type { Evaluator } from "../evaluation/evaluator.ts";
import type { Results } from "../evaluation/results.ts";
import type { System } from "../../scenario/scenario.ts";
import type { WrittenSetting } from "../space/space.ts";

/** What a search found of a system, as its devices at work. */
export interface Served {
  readonly results: Results;
  readonly devices: number;
  readonly serving: ServingDevice;
}

/** @param results of a replay of these settings */
export function servedBy(
  settings: readonly WrittenSetting[],
  results: Results,
  evaluator: Pick<Evaluator, "systemOf" | "loadOf">,
  assumptions: WorthAssumptions,
): Served {
  const system = evaluator.systemOf(settings);
  const { tokensPerRequest, utilization } = evaluator.loadOf(system);
  const devices = results.devices ?? 1;
  const tokensPerSecond = results.output_throughput_tps ?? 0;
  const idleJoules = tokensPerSecond > 0 ? idleWattsOf(system) / tokensPerSecond : 0;
  return {
    ...{ results, devices },
    serving: {
      parts: partsOf(system, devices, assumptions),
      requestsPerSecond: (results.goodput_at_slo_rps ?? 0) / devices,
      dynamicJoulesPerToken: Math.max(0, (results.energy_per_token_j ?? 0) - idleJoules),
      ...{ tokensPerRequest, utilization },
    },
  };
}

/** The kinds of devices of a system; those that have to be made first, as what making costs is meant of them. */
function partsOf(system: System, devices: number, assumptions: WorthAssumptions): ServingPart[] {
  const counts = new Map<string, ServingPart>();
  for (const { device, count } of deviceGroupsOf(system)) {
    const key = JSON.stringify(device);
    const share = (counts.get(key)?.share ?? 0) + count / devices;
    counts.set(key, { device, marketDollars: marketDollarsOf(device, assumptions), share });
  }
  const isMade = ({ marketDollars }: ServingPart) => Number(marketDollars === undefined);
  return [...counts.values()].sort((a, b) => isMade(b) - isMade(a));
}
