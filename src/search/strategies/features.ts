import type { DesignNumbers } from "../space/design-numbers.ts";
import type { Axis } from "../space/axis.ts";
import type { Point } from "../space/space.ts";
import { SobolSequence } from "./sobol-sequence.ts";
import type { SearchProblem } from "./strategy.ts";

/** Designs over which features are scaled. */
const SAMPLE = 512;
/** Bytes of a weight as the MAC trees take it. */
const WORD_BYTES = 2;

/** Maps a design to numbers in which a model can tell designs apart, each of mean 0 and variance 1 over the space. */
export type Features = (point: Point) => Float64Array;

/**
 * What a model learns from: every axis (sizes by their logarithm, a name by being that name) and what follows from several of
 * them and decides how fast a design is, such as the peak of all arrays together. Features that do not vary are left out.
 */
export function featuresOf({ space, feasibility, seed }: SearchProblem): Features {
  const raw: ((point: Point) => number)[] = space.axes.flatMap((axis, index) => readersOf(axis, index));
  if (feasibility !== undefined) {
    for (const kind of feasibility.kinds) {
      raw.push(...DERIVED.map((derived) => (point: Point) => derived(kind.figuresOf(point).numbers)));
      const budgets = kind.deciding("serving.max_num_batched_tokens");
      const devices = kind.deciding("cluster.tensor_parallel");
      if (budgets.length > 0) {
        // What a full step takes: tokens over the multiply-adds a second of all devices that work on it.
        raw.push(
          (point) =>
            Math.log((decided(point, budgets) ?? NaN) / (decided(point, devices) ?? 1)) -
            logPeak(kind.figuresOf(point).numbers),
        );
      }
    }
  }
  const sequence = new SobolSequence(space.dimensions, seed, "features");
  const sample = Array.from({ length: SAMPLE }, () => space.at(sequence.next()));
  const scaled = raw.flatMap((read) => {
    const values = sample.map(read).filter((value) => Number.isFinite(value));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    return deviation > 1e-9 ? [{ read, mean, deviation }] : [];
  });
  return (point) =>
    Float64Array.from(scaled, ({ read, mean, deviation }) => {
      const value = read(point);
      return Number.isFinite(value) ? (value - mean) / deviation : 0;
    });
}

/** The value of the last of these axes that matters to a design. */
function decided(point: Point, axes: readonly number[]): number | undefined {
  const axis = axes.findLast((index) => !Number.isNaN(point[index]!));
  return axis === undefined ? undefined : point[axis]!;
}

function readersOf(axis: Axis, index: number): ((point: Point) => number)[] {
  if (axis.kind === "tied") return [];
  if (axis.kind === "choice") {
    // Of two names one tells the other.
    const told = axis.choices.length === 2 ? 1 : axis.choices.length;
    return Array.from({ length: told }, (_, choice) => (point: Point) => {
      const value = point[index]!;
      return Number.isNaN(value) ? NaN : value === choice ? 1 : 0;
    });
  }
  const least = axis.kind === "range" ? axis.from : axis.levels[0]!;
  return [least > 0 ? (point) => Math.log(point[index]!) : (point) => point[index]!];
}

/** Logarithms of what the parts of a design come to. */
const DERIVED: readonly ((numbers: DesignNumbers) => number)[] = [
  // Multiply-adds a second of all arrays, of all trees, and of both.
  (n) => Math.log(n.cores * n.arraysPerCore * n.rows * n.columns * n.clockHertz),
  (n) => Math.log(n.cores * n.treesPerCore * n.treeWidth * n.treeReuse * n.clockHertz),
  logPeak,
  // Weights that the trees take, over those that the memory delivers: more than all is of no use.
  (n) =>
    Math.min(
      0,
      Math.log((n.cores * n.treesPerCore * n.treeWidth * n.clockHertz * WORD_BYTES) / n.memoryBytesPerSecond),
    ),
  // How many arrays there are of how many rows: short products fill few rows.
  (n) => Math.log(n.rows / n.columns),
  // SRAM for each column of results and row of weights of an array.
  (n) => Math.log(n.localBytes / (n.arraysPerCore * (n.rows + n.columns))),
  (n) => Math.log(n.cores * n.localBytes + n.globalBytes),
  // Bytes a second that the network brings to all cores, over those of the memory.
  (n) => Math.log((n.cores * n.portBytesPerCycle * n.clockHertz) / n.memoryBytesPerSecond),
];

function logPeak(n: DesignNumbers): number {
  const perCore = n.arraysPerCore * n.rows * n.columns + n.treesPerCore * n.treeWidth * n.treeReuse;
  return Math.log(n.cores * perCore * n.clockHertz);
}
