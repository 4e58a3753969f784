import { deviceAreaMm2 } from "../../hardware/area.ts";
import { deviceCost } from "../../hardware/cost/device-cost.ts";
import type { Device } from "../../hardware/device.ts";
import { peakWatts } from "../../hardware/power.ts";
import type { DesignNumbers } from "../space/design-numbers.ts";
import { fastDieDollars, fastGoodsDollars, type DesignFigures } from "./fast-figures.ts";

/** What a search may put a limit on, of one device. */
export const LIMITED = {
  area: limited(
    "mm²",
    (_, { dieMm2 }) => dieMm2,
    (device) => deviceAreaMm2(device).totalMm2,
  ),
  peak_power: limited(
    "W",
    (_, figures) => figures.peakWatts,
    (device) => peakWatts(device),
  ),
  power_density: limited(
    "W/mm²",
    (_, figures) => figures.peakWatts / figures.dieMm2,
    (device) => peakWatts(device) / deviceAreaMm2(device).totalMm2,
  ),
  memory_bandwidth: limited(
    "B/s",
    (numbers) => numbers.memoryBytesPerSecond,
    ({ memory }) => memory.bytesPerSecond,
  ),
  memory_capacity: limited(
    "B",
    (numbers) => numbers.memoryBytes,
    ({ memory }) => memory.capacityBytes,
  ),
  p2p_bandwidth: limited(
    "B/s",
    (numbers) => numbers.linkBytesPerSecond,
    ({ links }) => links.bytesPerSecond,
  ),
  die_cost: limited(
    "$",
    (numbers, { dieMm2 }) => fastDieDollars(numbers, dieMm2),
    (device) => deviceCost(device).dieDollars,
  ),
  device_cost: limited(
    "$",
    (numbers, { dieMm2 }) => fastGoodsDollars(numbers, dieMm2),
    (device) => deviceCost(device).goodsDollars,
  ),
} as const;

export type LimitName = keyof typeof LIMITED;

export interface Limited {
  /** For people. */
  readonly unit: string;
  /** From the numbers of a design and what follows from them. */
  readonly fast: (numbers: DesignNumbers, figures: DesignFigures) => number;
  readonly of: (device: Device) => number;
}

function limited(unit: string, fast: Limited["fast"], of: Limited["of"]): Limited {
  return { unit, fast, of };
}

/** A limit in SI base units, of one device. */
export interface Constraint {
  readonly name: LimitName;
  readonly atMost?: number | undefined;
  readonly atLeast?: number | undefined;
}

/** How far beyond a constraint a value is, as a share of the limit; 0 or less within it. */
export function excess({ atMost, atLeast }: Constraint, value: number): number {
  const above = atMost === undefined ? -Infinity : (value - atMost) / atMost;
  const below = atLeast === undefined ? -Infinity : (atLeast - value) / atLeast;
  return above > below ? above : below;
}
