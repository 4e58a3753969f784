import { writeQuantity } from "../../core/units.ts";
import { nameInPool } from "../constraints/feasibility.ts";
import { RESOURCES, stepped, type Resource } from "../sensitivity.ts";
import { NUMBERED_SETTINGS, numbersOf } from "../space/design-numbers.ts";
import type { Space, WrittenSetting } from "../space/space.ts";
import type { VariedDevice } from "../varied-devices.ts";
import type { NamedDesign } from "./named-design.ts";

const GROWTH = 0.1;

const GROWN: readonly Resource[] = [{ name: "cores", path: "device.cores" }, ...RESOURCES];

/** A design with one resource more and nothing less. */
export interface GrownDesign {
  readonly resource: string;
  /** Share by which it grew: near 0.1, in whole units. */
  readonly change: number;
  readonly settings: readonly WrittenSetting[];
}

/** Each resource a tenth larger, at least by one; what is tied to it follows. */
export function grownDesigns(
  design: NamedDesign,
  { device, pool, pathsOf, axisOf }: VariedDevice,
  space: Space,
): GrownDesign[] {
  const numbers = numbersOf(device);
  return GROWN.flatMap(({ name, path, unit }): GrownDesign[] => {
    const from = numbers[NUMBERED_SETTINGS[path]!.slot];
    if (from === 0) return [];
    const wanted = from * (1 + GROWTH);
    const to = unit === "bytesPerSecond" ? wanted : stepped(from, wanted);
    const paths = pathsOf(path);
    const written = unit === undefined ? to : writeQuantity(unit, to);
    const settings = follow(design, space, axisOf(path), to) ?? [
      ...design.settings.filter(([other]) => !paths.includes(other)),
      ...paths.map((own): WrittenSetting => [own, written]),
    ];
    return [{ resource: nameInPool(pool, name), change: to / from - 1, settings }];
  });
}

/** The settings with one axis of the space moved and its ties; undefined for what is no free axis of it. */
function follow(
  { point }: NamedDesign,
  space: Space,
  index: number | undefined,
  value: number,
): readonly WrittenSetting[] | undefined {
  if (point === undefined || index === undefined || Number.isNaN(point[index]!)) return undefined;
  return space.settingsOf(space.with(point, index, value));
}
