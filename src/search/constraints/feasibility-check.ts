import type { HdaDevice } from "../../hardware/device.ts";
import {
  leastLocalBytes,
  MEMORY_PARTS,
  RETICLE_MM2,
  stacksAlongside,
  WATTS_PER_MM2,
} from "../../hardware/feasibility.ts";
import { MEMORY_KINDS, NUMBERED_SETTINGS, numbersOf, type DesignNumbers } from "../space/design-numbers.ts";
import type { Point, Space } from "../space/space.ts";
import { figureDesign, knowsProcess, type DesignFigures } from "./fast-figures.ts";
import { excess, LIMITED, type Constraint, type Limited } from "./limits.ts";

/** What cannot be made or cooled, whatever the limits of a search: the rules of `checkFeasible`. */
const RULES = [
  "process",
  "memory bandwidth of its stacks",
  "memory capacity of its stacks",
  "die edge for its stacks",
  "local SRAM for a tile",
  "reticle",
  "heat of the die",
] as const;

const PARTS = MEMORY_KINDS.map((kind) => MEMORY_PARTS[kind]);
const IS_HBM = MEMORY_KINDS.map((kind) => kind.startsWith("hbm"));

/** One axis of the space into one number of the design. */
interface Writer {
  readonly axis: number;
  readonly write: (numbers: DesignNumbers, value: number) => void;
  /** What the base has there, for an axis that does not matter. */
  readonly base: number;
  /** For a choice: the number of each of its names. */
  readonly codes: Float64Array | undefined;
}

/**
 * Whether designs of a space can be made and are within the limits, without building them: some millions a second. Agrees
 * with `checkFeasible` and the same limits on the device itself.
 */
export class FeasibilityCheck {
  /** Names of all that a design may be beyond, in the order of `excesses`. */
  readonly names: readonly string[];
  readonly #limits: readonly { readonly constraint: Constraint; readonly fast: Limited["fast"] }[];
  readonly #numbers: DesignNumbers;
  readonly #figures: DesignFigures = { dieMm2: 0, peakWatts: 0, dieWatts: 0 };
  readonly #writers: readonly Writer[];
  readonly #excesses: Float64Array;
  readonly #refusals: Float64Array;
  #checked = 0;

  constructor(space: Space, base: HdaDevice, constraints: readonly Constraint[]) {
    this.names = [...RULES, ...constraints.map(({ name }) => name)];
    this.#limits = constraints.map((constraint) => ({ constraint, fast: LIMITED[constraint.name].fast }));
    const numbers = numbersOf(base);
    this.#numbers = numbers;
    this.#excesses = new Float64Array(this.names.length);
    this.#refusals = new Float64Array(this.names.length);
    this.#writers = space.axes.flatMap((axis, index): Writer[] => {
      const setting = NUMBERED_SETTINGS[axis.path];
      if (setting === undefined) return [];
      const { slot, write, names } = setting;
      const codes =
        axis.kind === "choice" && names !== undefined
          ? Float64Array.from(axis.choices, (name) => names.indexOf(String(name)))
          : undefined;
      return [{ axis: index, write, base: numbers[slot], codes }];
    });
  }

  /** Sum of the shares by which a design is beyond what holds for it; 0 for one that can be made within the limits. */
  violation(point: Point): number {
    this.#judge(point);
    const excesses = this.#excesses;
    let sum = 0;
    let most = 0;
    for (let i = 0; i < excesses.length; i++) {
      if (excesses[i]! > 0) sum += excesses[i]!;
      if (excesses[i]! > excesses[most]!) most = i;
    }
    this.#checked++;
    if (sum > 0) this.#refusals[most]!++;
    return sum;
  }

  /** How many of `names`, the last of them, are limits of the search; the others no limit can loosen. */
  get limitCount(): number {
    return this.#limits.length;
  }

  /** Designs that were asked about so far. */
  get checked(): number {
    return this.#checked;
  }

  /** How many of these were refused, by what each was furthest beyond. */
  get refusals(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.names.flatMap((name, i) => (this.#refusals[i]! > 0 ? [[name, this.#refusals[i]!]] : [])),
    );
  }

  /** Name of what the design is furthest beyond, or nearest to. */
  binding(point: Point): string {
    this.#judge(point);
    let most = 0;
    for (let i = 1; i < this.#excesses.length; i++) if (this.#excesses[i]! > this.#excesses[most]!) most = i;
    return this.names[most]!;
  }

  /** What the design has of each limited thing, in the order of the constraints. */
  limitValues(point: Point): number[] {
    this.#judge(point);
    return this.#limits.map(({ fast }) => fast(this.#numbers, this.#figures));
  }

  /** The numbers of a design and what follows from them; reused by the next call. */
  figuresOf(point: Point): { readonly numbers: DesignNumbers; readonly figures: DesignFigures } {
    this.#judge(point);
    return { numbers: this.#numbers, figures: this.#figures };
  }

  /** By how much of each limit the design is beyond it, in the order of `names`; reused by the next call. */
  excesses(point: Point): Float64Array {
    this.#judge(point);
    return this.#excesses;
  }

  #judge(point: Point): void {
    const n = this.#numbers;
    const writers = this.#writers;
    for (let i = 0; i < writers.length; i++) {
      const { axis, write, base, codes } = writers[i]!;
      const value = point[axis]!;
      write(n, Number.isNaN(value) ? base : codes === undefined ? value : codes[value]!);
    }
    const out = this.#excesses;
    if (!knowsProcess(n.nanometres)) {
      out.fill(0);
      out[0] = 1;
      return;
    }
    const figures = this.#figures;
    figureDesign(n, figures);
    const part = PARTS[n.memoryKind]!;
    out[0] = -1;
    out[1] = n.memoryBytesPerSecond / (n.stacks * part.bytesPerSecond) - 1;
    out[2] = n.memoryBytes / (n.stacks * part.bytes) - 1;
    out[3] = IS_HBM[n.memoryKind]! ? n.stacks / stacksAlongside(figures.dieMm2) - 1 : -1;
    out[4] = leastLocalBytes(n.arraysPerCore, n.rows, n.columns) / n.localBytes - 1;
    out[5] = figures.dieMm2 / RETICLE_MM2 - 1;
    out[6] = figures.dieWatts / (WATTS_PER_MM2 * figures.dieMm2) - 1;
    const limits = this.#limits;
    for (let i = 0; i < limits.length; i++) {
      const { constraint, fast } = limits[i]!;
      out[RULES.length + i] = excess(constraint, fast(n, figures));
    }
  }
}
