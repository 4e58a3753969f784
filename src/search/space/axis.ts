import type { QuantityKind } from "../../core/units.ts";
import type { Setting } from "../../scenario/setting-map.ts";

/** How distances along an axis are felt: equal steps, or equal factors. */
export type Scale = "linear" | "log";

interface AxisBase {
  /** The setting that varies, such as `device.cores`. */
  readonly path: string;
  /** Formula that must hold for the setting to be in play; else the base's value stays. */
  readonly when?: string | undefined;
}

/** A number that takes one of several values. SI base units; ascending. */
export interface LevelAxis extends AxisBase {
  readonly kind: "levels";
  readonly unit: QuantityKind | undefined;
  readonly levels: readonly number[];
}

/** A number anywhere between two values. */
export interface RangeAxis extends AxisBase {
  readonly kind: "range";
  readonly unit: QuantityKind | undefined;
  readonly from: number;
  readonly to: number;
  readonly scale: Scale;
}

/** One of several names, or on and off. */
export interface ChoiceAxis extends AxisBase {
  readonly kind: "choice";
  readonly choices: readonly Setting[];
}

/** A number that follows from others. */
export interface TiedAxis extends AxisBase {
  readonly kind: "tied";
  readonly unit: QuantityKind | undefined;
  readonly formula: string;
}

/** An axis along which a strategy chooses. */
export type FreeAxis = LevelAxis | RangeAxis | ChoiceAxis;
export type Axis = FreeAxis | TiedAxis;

/** Values that an axis can take; undefined where there are too many to count. A choice is counted by its index. */
export function levelCount(axis: FreeAxis): number | undefined {
  if (axis.kind === "range") return undefined;
  return axis.kind === "levels" ? axis.levels.length : axis.choices.length;
}

/**
 * The value at a place of the unit interval: equal parts of it for each level or choice (as its index), else between the
 * ends by the axis's scale.
 */
export function valueAt(axis: FreeAxis, unit: number): number {
  const inside = Math.min(Math.max(unit, 0), 1 - 1e-12);
  switch (axis.kind) {
    case "levels":
      return axis.levels[Math.floor(inside * axis.levels.length)]!;
    case "choice":
      return Math.floor(inside * axis.choices.length);
    case "range":
      return axis.scale === "log"
        ? axis.from * (axis.to / axis.from) ** inside
        : axis.from + (axis.to - axis.from) * inside;
  }
}

/** The middle of the part of the unit interval that a value has; the nearest level's for one that is not on the axis. */
export function unitOf(axis: FreeAxis, value: number): number {
  switch (axis.kind) {
    case "levels":
      return (nearestLevel(axis.levels, value) + 0.5) / axis.levels.length;
    case "choice":
      return (value + 0.5) / axis.choices.length;
    case "range":
      return axis.from === axis.to
        ? 0.5
        : axis.scale === "log"
          ? Math.log(value / axis.from) / Math.log(axis.to / axis.from)
          : (value - axis.from) / (axis.to - axis.from);
  }
}

/** The value of a numeric axis with the smallest difference. */
export function nearestOn(axis: LevelAxis | RangeAxis, value: number): number {
  return axis.kind === "levels"
    ? axis.levels[nearestLevel(axis.levels, value)]!
    : Math.min(Math.max(value, axis.from), axis.to);
}

/** Index of the level with the smallest difference. */
function nearestLevel(levels: readonly number[], value: number): number {
  let nearest = 0;
  for (let i = 1; i < levels.length; i++) {
    if (Math.abs(levels[i]! - value) < Math.abs(levels[nearest]! - value)) nearest = i;
  }
  return nearest;
}

/** Values one step up and one down; the other choices of a choice; a tenth of the interval on a range. */
export function neighbours(axis: FreeAxis, value: number): number[] {
  if (axis.kind === "range") {
    const unit = unitOf(axis, value);
    return [unit - 0.1, unit + 0.1].filter((to) => to >= 0 && to <= 1).map((to) => valueAt(axis, to));
  }
  if (axis.kind === "choice") return axis.choices.flatMap((_, i) => (i === value ? [] : [i]));
  const at = nearestLevel(axis.levels, value);
  return [axis.levels[at - 1], axis.levels[at + 1]].filter((level) => level !== undefined);
}
