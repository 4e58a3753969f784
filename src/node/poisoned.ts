import type { Evaluation } from "../search/evaluation/evaluator.ts";

/** What is kept of a design that ends whoever works on it, so that no search tries it again. */
export function poisoned(problem: string): Evaluation {
  return { kind: "refused", constraint: "error", problem };
}
