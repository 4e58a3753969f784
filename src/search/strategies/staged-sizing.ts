import { leastLocalBytes } from "../../hardware/feasibility.ts";
import type { DeviceKind } from "../constraints/feasibility.ts";
import type { Axis, FreeAxis } from "../space/axis.ts";
import type { DesignNumbers } from "../space/design-numbers.ts";
import type { Point, Space } from "../space/space.ts";
import { violationOf, type SearchProblem } from "./strategy.ts";

/** Weights are streamed in two bytes each. */
const WORD_BYTES = 2;
/** Levels that are tried along the axes that everything else follows. */
const SKELETON_LEVELS = 6;
/** Local SRAM in tiles of the arrays, and batch lanes of the trees, that are tried. */
const TILES = [1, 2, 4];
const LANES = [1, 4, 16];
/** Designs of the kinds so far from which the next kind is sized. */
const MOST_SIZED = 12;

/**
 * Designs sized in the order of the paper: the memory as fast as allowed; for each choice of cores and rows, MAC trees that
 * consume what the memory gives; SRAM for a few tiles; links and networks as fast as allowed; then the widest arrays for
 * which there is area left. Settings that do not vary stay as they are. Where pools have devices of different kinds, these are
 * sized one after the other.
 */
export function stagedDesigns(problem: SearchProblem): Point[] {
  const { space, feasibility } = problem;
  if (feasibility === undefined) return [];
  let sized = [space.at(new Float64Array(space.dimensions).fill(0.5))];
  for (const kind of feasibility.kinds) {
    const every = Math.ceil(sized.length / MOST_SIZED);
    sized = sized.filter((_, i) => i % every === 0).flatMap((from) => sizedFrom(space, kind, from));
  }
  const isOneKind = feasibility === feasibility.kinds[0];
  return isOneKind ? sized : sized.filter((point) => violationOf(problem, point) === 0);
}

/** The devices of one kind sized, all else as it is. */
function sizedFrom(space: Space, kind: DeviceKind, from: Point): Point[] {
  const freeAxis = (path: string) => kind.deciding(path).findLast((index) => space.freeAxes.includes(index));
  const set = (point: Point, path: string, target: number): Point => {
    const index = freeAxis(path);
    if (index === undefined || Number.isNaN(point[index]!)) return point;
    return space.with(point, index, leastFrom(space.axes[index] as FreeAxis, target));
  };
  const numbers = (point: Point): DesignNumbers => ({ ...kind.figuresOf(point).numbers });
  const fast = FASTEST.reduce((point, path) => largestAllowed(space, kind, point, freeAxis(path)), from);
  const found: Point[] = [];
  for (const cores of sample(space.axes[freeAxis("device.cores") ?? -1])) {
    for (const rows of sample(space.axes[freeAxis("device.systolic_array.rows") ?? -1])) {
      let skeleton = fast;
      if (cores !== undefined) skeleton = set(skeleton, "device.cores", cores);
      if (rows !== undefined) skeleton = set(skeleton, "device.systolic_array.rows", rows);
      for (const lanes of LANES) {
        for (const tiles of TILES) {
          const laned = set(skeleton, "device.mac_tree.reuse", lanes);
          const point = set(laned, "device.mac_tree.trees_per_core", treesToKeepUp(numbers(laned)));
          // Columns last, from the widest down; then SRAM for the tile that they make.
          const columns = freeAxis("device.systolic_array.columns");
          const widths = columns === undefined ? [undefined] : descending(space.axes[columns] as FreeAxis);
          for (const width of widths) {
            const wide = width === undefined ? point : space.with(point, columns!, width);
            const { arraysPerCore, rows: r, columns: c } = numbers(wide);
            const sized = set(
              wide,
              "device.local_sram_per_core",
              tiles * leastLocalBytes(arraysPerCore, r, c),
            );
            if (kind.violation(sized) > 0) continue;
            found.push(sized);
            break;
          }
        }
      }
    }
  }
  return found;
}

/** What limits speed and takes little or no area: as much as the constraints allow. */
const FASTEST = ["device.memory.bandwidth", "device.memory.stacks", "device.links.bandwidth"];

/** Trees a core that take a weight for each that the memory delivers. */
function treesToKeepUp(n: DesignNumbers): number {
  const wordsPerCycle = n.memoryBytesPerSecond / WORD_BYTES / n.clockHertz;
  return Math.ceil(wordsPerCycle / (n.cores * n.treeWidth));
}

function largestAllowed(space: Space, kind: DeviceKind, point: Point, index: number | undefined): Point {
  if (index === undefined) return point;
  const values = descending(space.axes[index] as FreeAxis);
  const within = (value: number) => {
    const design = space.with(point, index, value);
    return { design, violation: kind.violation(design) };
  };
  const tried = values.map(within);
  const least = Math.min(...tried.map(({ violation }) => violation));
  return tried.find(({ violation }) => violation === least)!.design;
}

/** Levels from the largest down; of a range some points. */
function descending(axis: FreeAxis): number[] {
  if (axis.kind === "levels") return [...axis.levels].reverse();
  if (axis.kind === "choice") return axis.choices.map((_, i) => i);
  return Array.from({ length: 16 }, (_, i) => axis.to + ((axis.from - axis.to) * i) / 15);
}

/** The smallest value of an axis that is at least the target; the largest where none is. */
function leastFrom(axis: FreeAxis, target: number): number {
  if (axis.kind === "range") return Math.min(Math.max(target, axis.from), axis.to);
  return descending(axis).findLast((level) => level >= target) ?? descending(axis)[0]!;
}

/** Some levels of an axis, its ends included; undefined alone for an axis that does not vary. */
function sample(axis: Axis | undefined): (number | undefined)[] {
  if (axis === undefined || axis.kind === "tied" || axis.kind === "choice") return [undefined];
  const levels = descending(axis).reverse();
  if (levels.length <= SKELETON_LEVELS) return levels;
  const places = Array.from({ length: SKELETON_LEVELS }, (_, i) =>
    Math.round((i * (levels.length - 1)) / (SKELETON_LEVELS - 1)),
  );
  return places.map((place) => levels[place]!);
}
