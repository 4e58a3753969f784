import type { System } from "../../scenario/scenario.ts";
import { deviceGroupsOf, deviceResultsOf } from "../evaluation/device-results.ts";
import { nameInPool } from "./feasibility.ts";
import { excess, isOfDevice, isOfSystem, LIMITED, SYSTEM_LIMITED, type Constraint } from "./limits.ts";

/** By how much a system is beyond a limit, as a share of it; 0 or less within it. */
export interface LimitExcess {
  /** Of the limit, with that of the pool whose devices it is on. */
  readonly name: string;
  readonly excess: number;
}

/** Of every limit, on the devices of each pool and on all devices together. */
export function limitExcesses(system: System, constraints: readonly Constraint[]): LimitExcess[] {
  const ofDevices = deviceGroupsOf(system).flatMap(({ pool, device }) =>
    constraints.filter(isOfDevice).map((constraint) => ({
      name: nameInPool(pool, constraint.name),
      excess: excess(constraint, LIMITED[constraint.name].of(device)),
    })),
  );
  const ofSystem = constraints.filter(isOfSystem);
  if (ofSystem.length === 0) return ofDevices;
  const known = deviceResultsOf(system);
  return [
    ...ofDevices,
    ...ofSystem.map((constraint) => ({
      name: constraint.name,
      excess: excess(constraint, known[SYSTEM_LIMITED[constraint.name].result]),
    })),
  ];
}
