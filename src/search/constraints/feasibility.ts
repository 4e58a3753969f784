import type { DesignNumbers } from "../space/design-numbers.ts";
import type { DecidingAxes } from "../space/pool-settings.ts";
import type { Point } from "../space/space.ts";
import type { DesignFigures } from "./fast-figures.ts";
import type { Constraint } from "./limits.ts";

/** A limit of a search on the devices of one pool, on those of all pools alike, or on all together. */
export interface AppliedLimit {
  readonly constraint: Constraint;
  /** Undefined unless it is on the devices of one pool alone. */
  readonly pool: string | undefined;
}

/** Whether designs of a space can be made and are within the limits, without building them. */
export interface Feasibility {
  /** Names of all that a design may be beyond, in the order of `excesses`: rules that hold anyway, then `limits`. */
  readonly names: readonly string[];
  readonly limits: readonly AppliedLimit[];
  /** The kinds of dataflow devices that a design has: one, unless its pools differ. */
  readonly kinds: readonly DeviceKind[];
  /** Designs that were asked about so far, and how many of them were refused by what each was furthest beyond. */
  readonly checked: number;
  readonly refusals: Readonly<Record<string, number>>;
  /** Sum of the shares by which a design is beyond what holds for it; 0 for one that can be made within the limits. */
  violation(point: Point): number;
  /** Name of what the design is furthest beyond, or nearest to. */
  binding(point: Point): string;
  /** What the design has of each limited thing, in the order of `limits`. */
  limitValues(point: Point): number[];
  /** By how much of each limit the design is beyond it, in the order of `names`; reused by the next call. */
  excesses(point: Point): Float64Array;
}

/** Feasibility of the dataflow devices of one kind. */
export interface DeviceKind extends Feasibility {
  /** Names of the pools that have them; none in a system without pools. */
  readonly pools: readonly string[];
  /** These names, where other pools have devices of another kind. */
  readonly label: string | undefined;
  /** The axes that decide settings of these devices, and of the replicas that have them. */
  readonly deciding: DecidingAxes;
  /** The numbers of a design and what follows from them; reused by the next call. */
  figuresOf(point: Point): { readonly numbers: DesignNumbers; readonly figures: DesignFigures };
}

/** `area`, or `decode area` where pools differ. */
export function nameInPool(pool: string | undefined, name: string): string {
  return pool === undefined ? name : `${pool} ${name}`;
}

/** Counts what is refused, and by what. */
export class RefusalTally {
  readonly #names: readonly string[];
  readonly #refusals: Float64Array;
  #checked = 0;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#refusals = new Float64Array(names.length);
  }

  get checked(): number {
    return this.#checked;
  }

  get refusals(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.#names.flatMap((name, i) => (this.#refusals[i]! > 0 ? [[name, this.#refusals[i]!]] : [])),
    );
  }

  /** Sum of the excesses above 0 of one more design. */
  count(excesses: Float64Array): number {
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
}

/** Index of the largest. */
export function furthest(excesses: Float64Array): number {
  let most = 0;
  for (let i = 1; i < excesses.length; i++) if (excesses[i]! > excesses[most]!) most = i;
  return most;
}
