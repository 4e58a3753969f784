import { Piscina } from "piscina";
import { RunError } from "../core/errors.ts";
import type { Evaluation, EvaluationJob } from "../search/evaluation/evaluator.ts";
import type { Assignment } from "./assignment.ts";
import { poisoned } from "./poisoned.ts";
import type { RunningEngine } from "./running-engine.ts";

/** Estimates take less than a millisecond each: so many at once, at most, that handing them over costs nothing beside. */
const MOST_AT_ONCE = 64;
/** Batches for each thread, at least, so that none waits long for the others. */
const BATCHES_EACH = 4;

/** Worker threads that work out designs. */
export class EvaluationPool implements RunningEngine {
  readonly #pool: Piscina<readonly EvaluationJob[], Evaluation[]>;
  readonly #threads: number;

  /** @throws RunError when this is not the built program: loaders of sources do not reach into threads */
  constructor(assignment: Assignment, threads: number) {
    if (import.meta.url.endsWith(".ts")) {
      throw new RunError("only the built program has worker threads: npm run build, then npx ador");
    }
    this.#threads = threads;
    this.#pool = new Piscina({
      filename: new URL("./evaluation-worker.js", import.meta.url).href,
      workerData: assignment,
      minThreads: threads,
      maxThreads: threads,
    });
  }

  async run(
    jobs: readonly EvaluationJob[],
    onDone: (job: EvaluationJob, evaluation: Evaluation) => void,
  ): Promise<void> {
    await Promise.all(
      batchesOf(jobs, this.#threads).map(async (batch) => {
        const evaluations = await this.evaluate(batch);
        batch.forEach((job, i) => {
          onDone(job, evaluations[i]!);
        });
      }),
    );
  }

  /**
   * Works out a batch in one thread, and answers in its order. A design at which the thread ends, for want of memory as a
   * rule, is refused; the others of its batch are worked out all the same.
   * @throws RunError when threads end whatever they work on
   */
  async evaluate(jobs: readonly EvaluationJob[]): Promise<Evaluation[]> {
    try {
      return await this.#pool.run(jobs);
    } catch (error) {
      await this.#check();
      const reason = error instanceof Error ? error.message : String(error);
      if (jobs.length === 1) return [poisoned(`the thread that works it out ends: ${reason}`)];
    }
    const evaluations: Evaluation[] = [];
    for (const job of jobs) evaluations.push(...(await this.evaluate([job])));
    return evaluations;
  }

  /** @throws RunError when a thread cannot even be started */
  async #check(): Promise<void> {
    try {
      await this.#pool.run([]);
    } catch (error) {
      throw new RunError(`worker threads do not work here: ${error instanceof Error ? error.message : ""}`);
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

function batchesOf(jobs: readonly EvaluationJob[], threads: number): EvaluationJob[][] {
  const size =
    jobs[0]?.fidelity === "estimate"
      ? Math.min(MOST_AT_ONCE, Math.ceil(jobs.length / (BATCHES_EACH * threads)))
      : 1;
  return Array.from({ length: Math.ceil(jobs.length / size) }, (_, i) =>
    jobs.slice(i * size, (i + 1) * size),
  );
}
