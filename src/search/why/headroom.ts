import type { LocatedMap } from "../../scenario/located.ts";
import type { System } from "../../scenario/scenario.ts";
import { limitExcesses } from "../constraints/limit-excesses.ts";
import type { Constraint } from "../constraints/limits.ts";
import type { Headroom } from "../findings.ts";
import { fleetOf } from "../fleet.ts";
import { Space } from "../space/space.ts";

/**
 * How far the devices of a system are from what can be made and from the limits of the search, the tightest first; negative
 * beyond.
 * @param base the scenario that designs change
 */
export function headroomsOf(
  system: System,
  { constraints, base }: { readonly constraints: readonly Constraint[]; readonly base: LocatedMap },
): Headroom[] {
  // A space without axes, whose only design is the system.
  const space = new Space([], () => undefined);
  const check = fleetOf({ space, base, scenario: { systems: [system] }, constraints })?.feasibility;
  if (check === undefined) {
    return limitExcesses(system, constraints)
      .map(({ name, excess }) => ({ name, left: -excess }))
      .sort(byTightness);
  }
  const excesses = check.excesses(new Float64Array());
  return (
    check.names
      .map((name, i) => ({ name, left: -excesses[i]! }))
      // Rules that do not concern the device have nothing against it at all.
      .filter(({ left }) => left < 1)
      .sort(byTightness)
  );
}

function byTightness(a: Headroom, b: Headroom): number {
  return a.left - b.left;
}
