import type { Assignment } from "./assignment.ts";
import { EvaluationPool } from "./evaluation-pool.ts";

/** Pools that are kept for the studies that were worked on last. */
const MOST_KEPT = 2;

interface StudyPool {
  readonly pool: Promise<EvaluationPool>;
  users: number;
}

/** A pool of threads for each study that a worker works for. */
export class StudyPools {
  readonly #threads: number;
  readonly #fetch: (study: string) => Promise<Assignment>;
  /** The latest used last. */
  readonly #pools = new Map<string, StudyPool>();

  constructor(threads: number, fetch: (study: string) => Promise<Assignment>) {
    this.#threads = threads;
    this.#fetch = fetch;
  }

  /** Uses the pool of a study, fetching the study when it is new. */
  async use<T>(study: string, work: (pool: EvaluationPool) => Promise<T>): Promise<T> {
    const entry = this.#pools.get(study) ?? { pool: this.#open(study), users: 0 };
    this.#pools.delete(study);
    this.#pools.set(study, entry);
    entry.users++;
    try {
      return await work(await entry.pool);
    } finally {
      entry.users--;
      await this.#closeSpare();
    }
  }

  async #open(study: string): Promise<EvaluationPool> {
    try {
      return new EvaluationPool(await this.#fetch(study), this.#threads);
    } catch (error) {
      this.#pools.delete(study); // The next use tries again.
      throw error;
    }
  }

  async #closeSpare(): Promise<void> {
    for (const [study, { pool, users }] of this.#pools) {
      if (this.#pools.size <= MOST_KEPT) return;
      if (users > 0) continue;
      this.#pools.delete(study);
      await (await pool).close();
    }
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.allSettled(pools.map(async ({ pool }) => (await pool).close()));
  }
}
