import fc from "fast-check";
import { ADOR_RECALLED } from "../../src/hardware/presets/ador.ts";
import type { HdaDevice } from "../../src/hardware/device.ts";
import type { Axis } from "../../src/search/space/axis.ts";
import { NUMBERED_SETTINGS, numbersOf } from "../../src/search/space/design-numbers.ts";
import { Space } from "../../src/search/space/space.ts";

/** A space over ADOR's design, whose formulas may read all of its numbers. */
export function spaceOver(axes: readonly Axis[], base: HdaDevice = ADOR_RECALLED): Space {
  const numbers = numbersOf(base);
  return new Space(axes, (path) => {
    const setting = NUMBERED_SETTINGS[path];
    return setting === undefined ? undefined : numbers[setting.slot];
  });
}

export const levels = (path: string, values: readonly number[], when?: string): Axis => ({
  ...{ kind: "levels", path, unit: undefined, levels: values },
  ...(when !== undefined && { when }),
});

export const choices = (path: string, values: readonly string[]): Axis => ({
  kind: "choice",
  path,
  choices: values,
});

export const tied = (path: string, formula: string): Axis => ({
  kind: "tied",
  path,
  unit: undefined,
  formula,
});

/** Places in the unit cube of a space. */
export const placesIn = (space: Space): fc.Arbitrary<number[]> =>
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
    minLength: space.dimensions,
    maxLength: space.dimensions,
  });

const GIB = 2 ** 30;

/** Everything that area, power, cost and limits depend on, from designs that are easily made to such that cannot be. */
export const WHOLE_TEMPLATE: readonly Axis[] = [
  levels("device.process_nm", [3, 4, 5, 6, 7, 8, 10, 12, 14, 16]),
  { kind: "range", path: "device.clock", unit: "hertz", from: 0.6e9, to: 2.4e9, scale: "linear" },
  levels("device.cores", [1, 4, 8, 16, 32, 48, 96]),
  levels("device.systolic_array.per_core", [1, 2, 4]),
  levels("device.systolic_array.rows", [8, 16, 32, 64, 128]),
  levels("device.systolic_array.columns", [8, 16, 32, 64, 96]),
  levels("device.mac_tree.trees_per_core", [1, 4, 16]),
  levels("device.mac_tree.width", [8, 16, 32]),
  levels("device.mac_tree.reuse", [1, 4, 16]),
  levels("device.vector.lanes_per_core", [16, 64, 128, 256]),
  {
    ...levels(
      "device.local_sram_per_core",
      [32, 256, 1024, 4096].map((kib) => kib * 1024),
    ),
    unit: "bytes",
  } as Axis,
  choices("device.sram_style.local", ["macro", "scratchpad", "cache"]),
  {
    ...levels(
      "device.global_sram",
      [1, 16, 64].map((mib) => mib * 2 ** 20),
    ),
    unit: "bytes",
  } as Axis,
  {
    kind: "range",
    path: "device.global_sram_bandwidth",
    unit: "bytesPerSecond",
    from: 1e11,
    to: 1e13,
    scale: "log",
  },
  choices("device.sram_style.global", ["macro", "scratchpad", "cache"]),
  choices("device.noc.topology", ["ring", "mesh", "all-to-all"]),
  levels("device.noc.bytes_per_cycle_per_port", [16, 64, 128, 512]),
  choices("device.memory.kind", ["hbm2", "hbm2e", "hbm3", "hbm3e", "gddr6", "gddr6x", "gddr7", "ddr5"]),
  {
    kind: "range",
    path: "device.memory.capacity",
    unit: "bytes",
    from: 8 * GIB,
    to: 200 * GIB,
    scale: "log",
  },
  {
    kind: "range",
    path: "device.memory.bandwidth",
    unit: "bytesPerSecond",
    from: 1e11,
    to: 4e12,
    scale: "log",
  },
  levels("device.memory.stacks", [2, 4, 5, 6, 8, 16, 64]),
  {
    kind: "range",
    path: "device.links.bandwidth",
    unit: "bytesPerSecond",
    from: 1e10,
    to: 5e11,
    scale: "log",
  },
];
