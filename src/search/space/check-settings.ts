import { InputError } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { placeOf, type LocatedMap, type Path } from "../../scenario/located.ts";
import { applyOverrides, settingOverride } from "../../scenario/overrides.ts";
import { parseSystem } from "../../scenario/parse-system.ts";
import type { Axis } from "./axis.ts";
import type { Point, Space } from "./space.ts";

/** Designs that conditions are tried on. */
const DRAWS = 4096;
/** Of those in which an axis matters, how many are written down with one of its values. */
const WRITTEN_DRAWS = 8;

/**
 * Refuses what no design can have: settings that do not exist, values of another kind or name, conditions that never hold.
 * A value that fits beside some values of the other axes is well.
 * @param at where the axes stand in `root`
 * @throws InputError with the place of the axis
 */
export function checkSettings(space: Space, base: LocatedMap, root: LocatedMap, at: Path): void {
  const random = randomStream(1, "settings");
  const draws = Array.from({ length: DRAWS }, () => space.at(space.freeAxes.map(() => random())));
  const problemsWith = (point: Point, path: string) => {
    const overrides = space.settingsOf(point).map(([name, value]) => {
      const place = placeOf(root, [...at, name]);
      return settingOverride(name, { keyPlace: place, node: { kind: "scalar", place, value } });
    });
    try {
      parseSystem(applyOverrides(base, overrides));
      return [];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return error.problems.filter(({ key = "" }) => key === path || path.startsWith(`${key}.`));
    }
  };
  const problems = space.axes.flatMap((axis, index) => {
    const mattering = draws.filter((point) => !Number.isNaN(point[index]!));
    if (mattering.length === 0) {
      const key = `explore.space.${axis.path}`;
      const expected = "a comparison that is true of some designs of the space";
      return [
        {
          ...placeOf(root, [...at, axis.path]),
          key,
          message: "the condition never holds:",
          found: axis.when,
          expected,
        },
      ];
    }
    for (const value of outermostOf(axis)) {
      const found = mattering
        .slice(0, WRITTEN_DRAWS)
        .map((point) =>
          problemsWith(value === undefined ? point : space.with(point, index, value), axis.path),
        );
      if (found.every((own) => own.length > 0)) return found[0]!;
    }
    return [];
  });
  if (problems.length > 0) throw new InputError(problems);
}

/** Values that stand for all of an axis: its ends, or all of its names; undefined for what follows from others. */
function outermostOf(axis: Axis): readonly (number | undefined)[] {
  switch (axis.kind) {
    case "levels":
      return [axis.levels[0]!, axis.levels[axis.levels.length - 1]!];
    case "range":
      return [axis.from, axis.to];
    case "choice":
      return axis.choices.map((_, i) => i);
    case "tied":
      return [undefined];
  }
}
