import { leastLocalBytes } from "../hardware/feasibility.ts";
import { writeQuantity, type QuantityKind } from "../core/units.ts";
import { figureDesign } from "./constraints/fast-figures.ts";
import { nameInPool } from "./constraints/feasibility.ts";
import { NUMBERED_SETTINGS, numbersOf, type DesignNumbers } from "./space/design-numbers.ts";
import type { WrittenSetting } from "./space/space.ts";
import type { VariedDevice } from "./varied-devices.ts";

export interface Resource {
  readonly name: string;
  readonly path: string;
  readonly unit?: QuantityKind;
}

/** What a designer turns, one at a time. */
export const RESOURCES: readonly Resource[] = [
  { name: "systolic arrays", path: "device.systolic_array.columns" },
  { name: "MAC trees", path: "device.mac_tree.trees_per_core" },
  { name: "vector lanes", path: "device.vector.lanes_per_core" },
  { name: "local SRAM", path: "device.local_sram_per_core", unit: "bytes" },
  { name: "global SRAM", path: "device.global_sram", unit: "bytes" },
  { name: "NoC width", path: "device.noc.bytes_per_cycle_per_port" },
  { name: "memory bandwidth", path: "device.memory.bandwidth", unit: "bytesPerSecond" },
  { name: "P2P bandwidth", path: "device.links.bandwidth", unit: "bytesPerSecond" },
];
const CHANGE = 0.1;
/** What takes up the area that a change frees, or gives what it needs; the other one where it is changed itself. */
const FILLERS = ["device.local_sram_per_core", "device.global_sram"] as const;

/** A design with one resource changed and the die as large as before. */
export interface Variation {
  readonly resource: string;
  /** Share by which it was changed, in whole units: near 0.1 or -0.1. */
  readonly change: number;
  /** Undefined where nothing is left that could make room. */
  readonly settings: readonly WrittenSetting[] | undefined;
}

/** Each resource a tenth down and up at equal area, which local SRAM (or global, where it is local that changes) makes up for. */
export function variationsOf(
  { device, pool, pathsOf }: VariedDevice,
  settings: readonly WrittenSetting[],
): Variation[] {
  const base = numbersOf(device);
  return RESOURCES.flatMap(({ name, path, unit }) =>
    [-CHANGE, CHANGE].flatMap((share): Variation[] => {
      const { slot } = NUMBERED_SETTINGS[path]!;
      const wanted = base[slot] * (1 + share);
      const value = unit === "bytesPerSecond" ? wanted : stepped(base[slot], wanted);
      if (value === base[slot] || value <= 0) return [];
      const fillerPath = path === FILLERS[0] ? FILLERS[1] : FILLERS[0];
      const filler = fillerBytes(base, { ...base, [slot]: value }, NUMBERED_SETTINGS[fillerPath]!.slot);
      if (filler === undefined)
        return [{ resource: nameInPool(pool, name), change: value / base[slot] - 1, settings: undefined }];
      const to = unit === undefined ? value : writeQuantity(unit, value);
      const changed = [
        ...pathsOf(path).map((own): WrittenSetting => [own, to]),
        ...pathsOf(fillerPath).map((own): WrittenSetting => [own, writeQuantity("bytes", filler)]),
      ];
      const paths = new Set(changed.map(([of]) => of));
      return [
        {
          resource: nameInPool(pool, name),
          change: value / base[slot] - 1,
          settings: [...settings.filter(([of]) => !paths.has(of)), ...changed],
        },
      ];
    }),
  );
}

/** The nearest whole number that differs. */
export function stepped(from: number, wanted: number): number {
  const rounded = Math.round(wanted);
  return rounded === from ? from + Math.sign(wanted - from) : rounded;
}

/** Bytes of the filler at which the changed design has the area of the base; undefined where there are none. */
function fillerBytes(
  base: DesignNumbers,
  changed: DesignNumbers,
  slot: keyof DesignNumbers,
): number | undefined {
  const area = areaOf(base);
  let low =
    slot === "localBytes" ? leastLocalBytes(changed.arraysPerCore, changed.rows, changed.columns) : 1024;
  let high = 8 * base[slot] + 2 ** 20;
  if (areaOf({ ...changed, [slot]: low }) > area || areaOf({ ...changed, [slot]: high }) < area)
    return undefined;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (areaOf({ ...changed, [slot]: middle }) > area) high = middle;
    else low = middle;
  }
  return Math.floor(low);
}

function areaOf(numbers: DesignNumbers): number {
  const figures = { dieMm2: 0, peakWatts: 0, dieWatts: 0 };
  figureDesign(numbers, figures);
  return figures.dieMm2;
}
