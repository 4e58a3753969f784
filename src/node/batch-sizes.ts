import type { EvaluationJob, Fidelity } from "../search/evaluation/evaluator.ts";

/** Work of a batch at least, where there is enough for all threads: some fifty times what the queue takes for one. */
const BATCH_SECONDS = 0.25;
/** Of the latest batch in what the next ones are expected to take. */
const LATEST_SHARE = 0.3;

/** Divides designs into batches that are large enough for the queue not to matter, and small enough for all to have some. */
export class BatchSizes {
  /** Per design; guesses until the first answer. */
  readonly #seconds: Record<Fidelity, number> = { estimate: 0.005, slice: 0.25, full: 2 };

  /** Learns from an answer what designs of its kind take. */
  learn(jobs: readonly EvaluationJob[], seconds: number): void {
    const { fidelity } = jobs[0]!;
    const before = this.#seconds[fidelity];
    this.#seconds[fidelity] = before + LATEST_SHARE * (seconds / jobs.length - before);
  }

  /**
   * Batches of almost equal size, a multiple of the threads where there are enough designs.
   * @param jobs of one fidelity
   */
  divide(jobs: readonly EvaluationJob[], threads: number): EvaluationJob[][] {
    const [first] = jobs;
    if (first === undefined) return [];
    const most = Math.max(1, Math.round(BATCH_SECONDS / this.#seconds[first.fidelity]));
    const rounds = Math.ceil(jobs.length / (most * threads));
    const count = Math.min(jobs.length, rounds * threads);
    const start = (i: number) => Math.floor((i * jobs.length) / count);
    return Array.from({ length: count }, (_, i) => jobs.slice(start(i), start(i + 1)));
  }
}
