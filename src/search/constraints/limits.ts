import { deviceAreaMm2 } from "../../hardware/area.ts";
import { deviceCost } from "../../hardware/cost/device-cost.ts";
import type { Device } from "../../hardware/device.ts";
import { peakWatts } from "../../hardware/power.ts";
import type { ResultName } from "../evaluation/results.ts";
import type { DesignNumbers } from "../space/design-numbers.ts";
import { fastDieDollars, fastGoodsDollars, type DesignFigures } from "./fast-figures.ts";

/** What a search may put a limit on, of each device. */
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

/** The same of all devices of a system together: results that follow from a design alone. */
export const SYSTEM_LIMITED = {
  system_area: { unit: "mm²", result: "area_mm2" },
  system_peak_power: { unit: "W", result: "peak_w" },
  system_price: { unit: "$", result: "price_dollars" },
  devices: { unit: "devices", result: "devices" },
} as const satisfies Readonly<Record<string, { readonly unit: string; readonly result: ResultName }>>;

export type DeviceLimitName = keyof typeof LIMITED;
export type SystemLimitName = keyof typeof SYSTEM_LIMITED;
export type LimitName = DeviceLimitName | SystemLimitName;

export const LIMIT_NAMES = [...Object.keys(LIMITED), ...Object.keys(SYSTEM_LIMITED)] as [
  LimitName,
  ...LimitName[],
];

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

/** A limit in SI base units, of each device or of all together. */
export interface Constraint<Name extends LimitName = LimitName> {
  readonly name: Name;
  readonly atMost?: number | undefined;
  readonly atLeast?: number | undefined;
}

export function isOfDevice(constraint: Constraint): constraint is Constraint<DeviceLimitName> {
  return constraint.name in LIMITED;
}

export function isOfSystem(constraint: Constraint): constraint is Constraint<SystemLimitName> {
  return constraint.name in SYSTEM_LIMITED;
}

/** The unit of a limit, for people. */
export function limitUnit(name: LimitName): string {
  return name in LIMITED
    ? LIMITED[name as DeviceLimitName].unit
    : SYSTEM_LIMITED[name as SystemLimitName].unit;
}

/** How far beyond a constraint a value is, as a share of the limit; 0 or less within it. */
export function excess({ atMost, atLeast }: Constraint, value: number): number {
  const above = atMost === undefined ? -Infinity : (value - atMost) / atMost;
  const below = atLeast === undefined ? -Infinity : (atLeast - value) / atLeast;
  return above > below ? above : below;
}
