import { availableParallelism } from "node:os";
import type { ReplayJob } from "../analysis/experiment/measured-point.ts";
import type { ReplayOutcome } from "../scenario/replay.ts";
import { SimulationThread } from "./simulation-thread.ts";

/** Replays without a timeline, which nobody looks at between thousands of others. */
const OPTIONS = { mode: "fast-forward", timelineSeconds: 0 } as const;

/** Threads that replay jobs, one for each core; answers do not depend on their number. */
export class ReplayPool {
  readonly #lead = new SimulationThread();
  readonly #threads = [
    this.#lead,
    ...Array.from({ length: availableParallelism() - 1 }, () => this.#lead.follower()),
  ];
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
   * Replays the jobs and answers in their order.
   * @throws InputError or RunError as the first simulation that failed did
   */
  readonly replay = async (jobs: readonly ReplayJob[]): Promise<readonly ReplayOutcome[]> => {
    const outcomes: ReplayOutcome[] = [];
    let next = 0;
    this.#asked += jobs.length;
    const work = async (thread: SimulationThread): Promise<void> => {
      while (next < jobs.length) {
        const index = next++;
        const { traffic, system, supply } = jobs[index]!;
        thread.supply(supply);
        outcomes[index] = (await thread.replay(traffic, system, OPTIONS)).outcome;
        this.#done++;
      }
    };
    await Promise.all(this.#threads.map(work));
    return outcomes;
  };

  async close(): Promise<void> {
    await this.#lead.close();
  }
}
