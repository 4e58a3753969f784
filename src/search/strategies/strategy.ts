import type { Feasibility } from "../constraints/feasibility.ts";
import type { Judged, Prospects } from "../prospects.ts";
import type { Point, Space } from "../space/space.ts";

/** A design and what is known of it. */
export interface Assessed extends Judged {
  readonly point: Point;
  /** What only its evaluation told, as its prospects count it; NaN for what it did not tell. */
  readonly values: readonly number[];
}

/** What a strategy works on. */
export interface SearchProblem {
  readonly space: Space;
  /** Undefined for a space over something that is no HDA: then only an evaluation tells. */
  readonly feasibility: Feasibility | undefined;
  readonly prospects: Prospects;
  /** What earlier studies knew of designs of this space, one list for each; judged as there. */
  readonly earlier?: readonly (readonly Assessed[])[];
  readonly seed: number;
  /** Evaluations that may be asked for in all. */
  readonly budget: number;
}

/**
 * A way to search. It is asked for one generation after the other and told what became of each, all at once, so that
 * neither timing nor order of the work can change what it does.
 */
export interface Strategy {
  /**
   * Generations of designs to evaluate. Each `yield` is answered with all that was assessed so far, in the order in which it
   * was asked for; designs asked for twice are assessed once. Ends when there is nothing left to ask.
   * @throws InputError for a space that the strategy cannot search
   */
  (problem: SearchProblem): Generator<readonly Point[], void, readonly Assessed[]>;
}

/** 0 for a design that can be made within the limits. */
export function violationOf({ feasibility }: Pick<SearchProblem, "feasibility">, point: Point): number {
  return feasibility === undefined ? 0 : feasibility.violation(point);
}
