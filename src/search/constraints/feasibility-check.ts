import type { HdaDevice } from "../../hardware/device.ts";
import {
  leastLocalBytes,
  MEMORY_PARTS,
  RETICLE_MM2,
  stacksAlongside,
  WATTS_PER_MM2,
} from "../../hardware/feasibility.ts";
import { MEMORY_KINDS, NUMBERED_SETTINGS, numbersOf, type DesignNumbers } from "../space/design-numbers.ts";
import { decidingAxes, type DecidingAxes } from "../space/pool-settings.ts";
import type { Point, Space } from "../space/space.ts";
import { figureDesign, knowsProcess, type DesignFigures } from "./fast-figures.ts";
import { furthest, nameInPool, RefusalTally, type AppliedLimit, type DeviceKind } from "./feasibility.ts";
import { excess, isOfDevice, LIMITED, type Constraint, type Limited } from "./limits.ts";

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
  /** What stands there for an axis that does not matter; undefined for what a weaker axis has written. */
  readonly otherwise: number | undefined;
  /** For a choice: the number of each of its names. */
  readonly codes: Float64Array | undefined;
}

/** The pools whose devices are of one kind. */
interface OfPools {
  readonly names: readonly string[];
  /** Whether other pools have devices of another kind, so that limits have to say whose they are. */
  readonly apart: boolean;
  readonly deciding: DecidingAxes;
}

/**
 * Feasibility of the devices of one kind: some millions of designs a second. Agrees with `checkFeasible` and the same limits on
 * the device itself.
 */
export class FeasibilityCheck implements DeviceKind {
  readonly names: readonly string[];
  readonly limits: readonly AppliedLimit[];
  readonly kinds: readonly DeviceKind[] = [this];
  readonly pools: readonly string[];
  readonly label: string | undefined;
  readonly deciding: DecidingAxes;
  readonly #limits: readonly { readonly constraint: Constraint; readonly fast: Limited["fast"] }[];
  readonly #numbers: DesignNumbers;
  readonly #figures: DesignFigures = { dieMm2: 0, peakWatts: 0, dieWatts: 0 };
  readonly #writers: readonly Writer[];
  readonly #excesses: Float64Array;
  readonly #tally: RefusalTally;

  /** @param constraints of which those on single devices are judged here */
  constructor(
    space: Space,
    base: HdaDevice,
    constraints: readonly Constraint[],
    { names, apart, deciding }: OfPools = { names: [], apart: false, deciding: decidingAxes(space.axes) },
  ) {
    const pool = apart ? names.join("+") : undefined;
    const own = constraints.filter(isOfDevice);
    this.names = [...RULES, ...own.map(({ name }) => name)].map((name) => nameInPool(pool, name));
    this.limits = own.map((constraint) => ({ constraint, pool }));
    this.pools = names;
    this.label = pool;
    this.deciding = deciding;
    this.#limits = own.map((constraint) => ({ constraint, fast: LIMITED[constraint.name].fast }));
    const numbers = numbersOf(base);
    this.#numbers = numbers;
    this.#excesses = new Float64Array(this.names.length);
    this.#tally = new RefusalTally(this.names);
    this.#writers = Object.entries(NUMBERED_SETTINGS).flatMap(([path, { slot, write, names: words }]) =>
      deciding(path).map((index, place): Writer => {
        const axis = space.axes[index]!;
        const codes =
          axis.kind === "choice" && words !== undefined
            ? Float64Array.from(axis.choices, (name) => words.indexOf(String(name)))
            : undefined;
        return { axis: index, write, otherwise: place === 0 ? numbers[slot] : undefined, codes };
      }),
    );
  }

  violation(point: Point): number {
    this.#judge(point);
    return this.#tally.count(this.#excesses);
  }

  get checked(): number {
    return this.#tally.checked;
  }

  get refusals(): Readonly<Record<string, number>> {
    return this.#tally.refusals;
  }

  binding(point: Point): string {
    return this.names[furthest(this.excesses(point))]!;
  }

  limitValues(point: Point): number[] {
    this.#judge(point);
    return this.#limits.map(({ fast }) => fast(this.#numbers, this.#figures));
  }

  figuresOf(point: Point): { readonly numbers: DesignNumbers; readonly figures: DesignFigures } {
    this.#judge(point);
    return { numbers: this.#numbers, figures: this.#figures };
  }

  excesses(point: Point): Float64Array {
    this.#judge(point);
    return this.#excesses;
  }

  #judge(point: Point): void {
    const n = this.#numbers;
    const writers = this.#writers;
    for (let i = 0; i < writers.length; i++) {
      const { axis, write, otherwise, codes } = writers[i]!;
      const value = point[axis]!;
      if (!Number.isNaN(value)) write(n, codes === undefined ? value : codes[value]!);
      else if (otherwise !== undefined) write(n, otherwise);
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
