import { Piscina } from "piscina";
import { RunError } from "../core/errors.ts";
import type { Engine } from "../search/engine.ts";
import type { Evaluation, EvaluationJob, Study } from "../search/evaluation/evaluator.ts";

/** Estimates take some milliseconds each: so many at once that handing them over costs nothing beside. */
const ESTIMATES_AT_ONCE = 8;

/** Worker threads that work out designs. */
export class EvaluationPool implements Engine {
  readonly #pool: Piscina<readonly EvaluationJob[], Evaluation[]>;

  /** @throws RunError when this is not the built program: loaders of sources do not reach into threads */
  constructor(study: Study, workers: number) {
    if (import.meta.url.endsWith(".ts")) {
      throw new RunError("only the built program has worker threads: npm run build, then npx ador");
    }
    this.#pool = new Piscina({
      filename: new URL("./evaluation-worker.js", import.meta.url).href,
      workerData: study,
      minThreads: workers,
      maxThreads: workers,
    });
  }

  async run(
    jobs: readonly EvaluationJob[],
    onDone: (job: EvaluationJob, evaluation: Evaluation) => void,
  ): Promise<void> {
    await Promise.all(
      batchesOf(jobs).map(async (batch) => {
        const evaluations = await this.#pool.run(batch);
        batch.forEach((job, i) => {
          onDone(job, evaluations[i]!);
        });
      }),
    );
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

function batchesOf(jobs: readonly EvaluationJob[]): EvaluationJob[][] {
  const size = jobs[0]?.fidelity === "estimate" ? ESTIMATES_AT_ONCE : 1;
  return Array.from({ length: Math.ceil(jobs.length / size) }, (_, i) =>
    jobs.slice(i * size, (i + 1) * size),
  );
}
