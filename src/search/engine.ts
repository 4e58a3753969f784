import type { Evaluation, EvaluationJob, Evaluator } from "./evaluation/evaluator.ts";

/** Where designs are worked out: this thread, or many. */
export interface Engine {
  /**
   * Works out all jobs.
   * @param onDone told of each as soon as it is done, in whatever order; the others wait until it returns
   */
  run(
    jobs: readonly EvaluationJob[],
    onDone: (job: EvaluationJob, evaluation: Evaluation) => void,
  ): Promise<void>;
}

/** One after the other in the calling thread. */
export function inlineEngine(evaluator: Pick<Evaluator, "evaluate">): Engine {
  return {
    run(jobs, onDone) {
      for (const job of jobs) onDone(job, evaluator.evaluate(job));
      return Promise.resolve();
    },
  };
}
