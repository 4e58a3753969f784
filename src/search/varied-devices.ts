import type { HdaDevice } from "../hardware/device.ts";
import type { System } from "../scenario/scenario.ts";
import { fleetOf } from "./fleet.ts";
import type { Exploration } from "./load-exploration.ts";
import { pathInPool } from "./space/pool-settings.ts";

/** The dataflow devices of one kind in a design, and how their settings are written. */
export interface VariedDevice {
  readonly device: HdaDevice;
  /** Pools that have them, where others have devices of another kind. */
  readonly pool: string | undefined;
  /** A setting of the device under all paths that it takes to change it wherever the device is. */
  readonly pathsOf: (path: string) => readonly string[];
  /** The free axis that decides a setting of these devices and of no others. */
  readonly axisOf: (path: string) => number | undefined;
}

/** The kinds of dataflow devices that a search varies, as they are in one design. */
export function variedDevices(exploration: Exploration, system: System): VariedDevice[] {
  const kinds = fleetOf(exploration)?.feasibility.kinds ?? [];
  const { freeAxes } = exploration.space;
  return kinds.flatMap((kind): VariedDevice[] => {
    const { pools, label } = kind;
    const { device } = system.pools?.find(({ name }) => name === pools[0]) ?? system;
    if (device.kind !== "hda") return [];
    const pathsOf = (path: string) =>
      pools.length === 0 ? [path] : pools.map((pool) => pathInPool(pool, path));
    const axisOf = (path: string) =>
      kind
        .deciding(path)
        .findLast(
          (index) =>
            freeAxes.includes(index) &&
            kinds.every((other) => other === kind || !other.deciding(path).includes(index)),
        );
    return [{ device, pool: label, pathsOf, axisOf }];
  });
}
