import type { Evaluation, EvaluationJob, Fidelity } from "./evaluation/evaluator.ts";

/** One evaluation as it is kept. */
export interface StoredEvaluation {
  readonly job: Pick<EvaluationJob, "design" | "settings" | "fidelity">;
  readonly evaluation: Evaluation;
}

/** Keeps what was evaluated, so that nothing is worked out twice. */
export interface Store {
  /** The evaluation of a design in this study, if there is one. */
  find(design: string, fidelity: Fidelity): Evaluation | undefined;
  /** Keeps all of these or none. */
  save(evaluations: readonly StoredEvaluation[]): void;
}

/** A store that ends with the process. */
export class MemoryStore implements Store {
  readonly #known = new Map<string, Evaluation>();

  find(design: string, fidelity: Fidelity): Evaluation | undefined {
    return this.#known.get(`${fidelity}/${design}`);
  }

  save(evaluations: readonly StoredEvaluation[]): void {
    for (const { job, evaluation } of evaluations)
      this.#known.set(`${job.fidelity}/${job.design}`, evaluation);
  }
}
