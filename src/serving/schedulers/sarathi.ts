import { FifoQueue } from "../queues/fifo-queue.ts";
import type { BatchBuilder, Scheduler } from "../scheduler.ts";
import { headMayJoin } from "./running-first.ts";
import { formStallFreeBatch } from "./stall-free.ts";

/** Sarathi-Serve: stall-free batches under a fixed budget of tokens, decodes included. */
export class Sarathi implements Scheduler {
  readonly allocation = "prompt";
  readonly waiting = new FifoQueue();
  readonly #chunkTokens: number;

  constructor(chunkTokens: number) {
    this.#chunkTokens = chunkTokens;
  }

  formBatch(batch: BatchBuilder): void {
    let budget = this.#chunkTokens - batch.decodeSequences;
    formStallFreeBatch(batch, (_request, wanted) => {
      const chunk = Math.min(wanted, budget);
      budget -= chunk;
      return chunk;
    });
  }

  arrivalMayJoin(batch: BatchBuilder, request: number): boolean {
    return headMayJoin(batch, request);
  }
}
