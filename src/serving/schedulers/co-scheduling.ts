import { FifoQueue } from "../queues/fifo-queue.ts";
import type { BatchBuilder, Scheduler } from "../scheduler.ts";
import { headMayJoin } from "./running-first.ts";
import { formStallFreeBatch } from "./stall-free.ts";

/**
 * Prefill beside decode within the time that decode leaves: the systolic arrays take as much of a prompt as the cost
 * model lets into the step before the gap between two tokens exceeds its target, and never less than a minimum, so
 * that prompts do not starve. A step without decodes takes the whole budget.
 * Source of the idea: J. Kim et al., "ADOR", arXiv 2503.04253 (prefill on the arrays while the MAC trees decode).
 */
export class CoScheduling implements Scheduler {
  readonly allocation = "prompt";
  readonly waiting = new FifoQueue();
  readonly #tbtSeconds: number;
  readonly #minChunkTokens: number;

  constructor(tbtSeconds: number, minChunkTokens: number) {
    this.#tbtSeconds = tbtSeconds;
    this.#minChunkTokens = minChunkTokens;
  }

  formBatch(batch: BatchBuilder): void {
    const decodes = batch.decodeSequences;
    let budget = batch.engine.maxNumBatchedTokens - decodes;
    let taken = 0;
    formStallFreeBatch(batch, (request, wanted) => {
      const most = Math.min(wanted, budget);
      const least = Math.min(most, Math.max(0, this.#minChunkTokens - taken));
      const chunk = decodes === 0 ? most : this.#chunkWithin(batch, request, least, most);
      budget -= chunk;
      taken += chunk;
      return chunk;
    });
  }

  arrivalMayJoin(batch: BatchBuilder, request: number): boolean {
    return headMayJoin(batch, request);
  }

  /** The longest chunk of `least` to `most` tokens found to keep the step within its target; `least` when none does. */
  #chunkWithin(batch: BatchBuilder, request: number, least: number, most: number): number {
    const fits = (tokens: number) => batch.secondsWithChunk(request, tokens) <= this.#tbtSeconds;
    if (most === least || fits(most)) return most;
    let fitting = least;
    let exceeding = most;
    while (exceeding - fitting > 1) {
      const middle = (fitting + exceeding) >> 1;
      if (fits(middle)) fitting = middle;
      else exceeding = middle;
    }
    return fitting;
  }
}
