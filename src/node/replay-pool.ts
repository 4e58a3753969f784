import { availableParallelism } from "node:os";
import type { ReplayJob } from "../analysis/experiment/measured-point.ts";
import type { ReplayOutcome } from "../scenario/replay.ts";
import { SimulationThread } from "./simulation-thread.ts";

/** Replays without a timeline, which nobody looks at between thousands of others. */
const OPTIONS = { mode: "fast-forward", timelineSeconds: 0 } as const;

/** Threads that replay jobs, one for each core; answers do not depend on their number. */
export class ReplayPool {
  readonly #lead = new SimulationThread();
  readonly #idle = [
    this.#lead,
    ...Array.from({ length: availableParallelism() - 1 }, () => this.#lead.follower()),
  ];
  /** Who gets the next thread that is free. */
  readonly #waiting: ((thread: SimulationThread) => void)[] = [];
  #asked = 0;
  #done = 0;

  /** Replays that were asked for so far, and those that have ended. */
  get asked(): number {
    return this.#asked;
  }

  get done(): number {
    return this.#done;
  }

  /**
   * Replays the jobs and answers in their order. Several calls may wait at a time: first come, first served.
   * @throws InputError or RunError as the first simulation that failed did
   */
  readonly replay = (jobs: readonly ReplayJob[]): Promise<readonly ReplayOutcome[]> => {
    this.#asked += jobs.length;
    return Promise.all(jobs.map((job) => this.#replayOne(job)));
  };

  async #replayOne({ traffic, system, supply }: ReplayJob): Promise<ReplayOutcome> {
    const thread =
      this.#idle.pop() ?? (await new Promise<SimulationThread>((resolve) => this.#waiting.push(resolve)));
    try {
      thread.supply(supply);
      const { outcome } = await thread.replay(traffic, system, OPTIONS);
      this.#done++;
      return outcome;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(thread);
      else next(thread);
    }
  }

  async close(): Promise<void> {
    await this.#lead.close();
  }
}
