import type { ComparedFigure, ErrorRow, Trust } from "../../analysis/sweep/sweep-validation.ts";

/** Estimates of a scenario held to its simulation, over values of what was varied. */
export interface SweepReport {
  readonly scenario: string;
  readonly seed: number;
  readonly scenarioHash: string;
  readonly version: string;
  /** What was varied. */
  readonly axis: string;
  readonly systems: readonly string[];
  /** 0..1 */
  readonly confidence: number;
  readonly compared: readonly ComparedFigure[];
  readonly errors: readonly ErrorRow[];
  /** What the formulas leave out, sentences without a full stop. */
  readonly leftOut: readonly string[];
}

/** `ttft_mean (low to high load), tbt_p99 (low)`: figures and the regimes in which they are so far trusted. */
export function trustText(errors: readonly ErrorRow[], trust: Trust): string {
  const own = errors.filter((row) => row.trust === trust);
  const figures = [...new Set(own.map(({ figure }) => figure))];
  return figures
    .map((figure) => {
      const regimes = own.filter((row) => row.figure === figure).map(({ regime }) => regime);
      const all = errors.filter((row) => row.figure === figure).length === regimes.length;
      return all ? figure : `${figure} (${regimes.join(", ")})`;
    })
    .join(", ");
}
