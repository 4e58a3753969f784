import { InputError } from "../../core/errors.ts";
import { parseQuantity } from "../../core/units.ts";
import type { Setting } from "../../scenario/setting-map.ts";
import { designId } from "../design-id.ts";
import { valueAt, type FreeAxis } from "./axis.ts";
import { written, type Point, type Space, type WrittenSetting } from "./space.ts";

/** The design of a space that has exactly these settings; undefined when it is not in the space. */
export function pointOf(space: Space, settings: readonly WrittenSetting[]): Point | undefined {
  const stated = new Map(settings);
  const point = new Float64Array(space.axes.length);
  for (const index of space.freeAxes) {
    const axis = space.axes[index] as FreeAxis;
    const setting = stated.get(axis.path);
    // What is not stated did not matter: any value will do, and tells below where it does matter here.
    const value = setting === undefined ? valueAt(axis, 0) : valueOn(axis, setting);
    if (value === undefined) return undefined;
    point[index] = value;
  }
  space.complete(point);
  return designId(space.settingsOf(point)) === designId(settings) ? point : undefined;
}

/** A setting as a value of its axis; undefined for one that is not on it. */
function valueOn(axis: FreeAxis, setting: Setting): number | undefined {
  if (axis.kind === "levels") return axis.levels.find((level) => written(axis, level) === setting);
  if (axis.kind === "choice") {
    const choice = axis.choices.indexOf(setting);
    return choice < 0 ? undefined : choice;
  }
  const value = typeof setting === "number" ? setting : quantityOn(axis, setting);
  return value !== undefined && value >= axis.from && value <= axis.to ? value : undefined;
}

function quantityOn(
  { unit }: Pick<FreeAxis & { kind: "range" }, "unit">,
  setting: Setting,
): number | undefined {
  if (unit === undefined || typeof setting !== "string") return undefined;
  try {
    return parseQuantity(unit, setting);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
