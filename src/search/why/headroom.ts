import type { Device } from "../../hardware/device.ts";
import { FeasibilityCheck } from "../constraints/feasibility-check.ts";
import { excess, LIMITED, type Constraint } from "../constraints/limits.ts";
import type { Headroom } from "../findings.ts";
import { Space } from "../space/space.ts";

/** How far a device is from what can be made and from the limits of the search, the tightest first; negative beyond. */
export function headroomsOf(device: Device, constraints: readonly Constraint[]): Headroom[] {
  if (device.kind === "gpu") {
    return constraints
      .map((constraint) => ({
        name: constraint.name,
        left: -excess(constraint, LIMITED[constraint.name].of(device)),
      }))
      .sort(byTightness);
  }
  // A space without axes, whose only design is the device.
  const check = new FeasibilityCheck(new Space([], () => undefined), device, constraints);
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
