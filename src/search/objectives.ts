import { RESULTS, type ResultName, type Results } from "./evaluation/results.ts";

/** One result that a search makes as large or as small as it can. */
export interface Objective {
  readonly result: ResultName;
  readonly direction: "maximise" | "minimise";
  /** Exponent of the result in a weighted product. */
  readonly weight: number;
}

/**
 * How several objectives are joined: a front of designs none of which is better in all; the product of the results, each to
 * the power of its weight; or one after the other, differences below 1 % being none.
 */
export const COMBINATIONS = ["pareto", "weighted", "lexicographic"] as const;

export interface Objectives {
  readonly combine: (typeof COMBINATIONS)[number];
  readonly list: readonly Objective[];
}

/** What one design is worth: lower is better throughout. */
export type Scores = readonly number[];

/** Factor between two results that a lexicographic order takes for different. */
const TIE = 1.01;

/** Worse than anything that is known, and yet a number to reckon with. */
const UNKNOWN = 1e300;

/** The results as scores to minimise; 1e300 for what is unknown. Of a weighted product a single one, its logarithm. */
export function scoresOf({ combine, list }: Objectives, results: Results): Scores {
  const scores = list.map(({ result, direction }) => {
    const value = results[result];
    if (value === null) return UNKNOWN;
    return direction === "minimise" ? value : -value;
  });
  switch (combine) {
    case "pareto":
      return scores;
    case "weighted": {
      const product = list.reduce((sum, { result, direction, weight }) => {
        const logarithm = Math.log(results[result] ?? NaN) * weight;
        return sum + (direction === "minimise" ? logarithm : -logarithm);
      }, 0);
      return [Number.isNaN(product) ? UNKNOWN : Math.min(product, UNKNOWN)];
    }
    case "lexicographic":
      return [lexicographicScore(scores)];
  }
}

/**
 * One number that orders as the scores do one after the other: each counted in steps of 1 %, a later one too small to reach
 * a step of the one before.
 */
function lexicographicScore(scores: Scores): number {
  const steps = scores.map((score) =>
    score === UNKNOWN
      ? 1e4
      : Math.sign(score) * Math.round(Math.log1p(Math.abs(score) * 1e6) / Math.log(TIE)),
  );
  return steps.reduce((sum, step, i) => sum + step / 2e4 ** i, 0);
}

/** `goodput_per_mm2` up, for people. */
export function objectiveLabel({ result, direction }: Objective): string {
  return `${direction} ${RESULTS[result].label}`;
}
