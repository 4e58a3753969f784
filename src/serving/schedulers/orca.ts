import { FifoQueue } from "../queues/fifo-queue.ts";
import type { BatchBuilder, Scheduler } from "../scheduler.ts";
import { headMayJoin } from "./running-first.ts";

/**
 * Orca: the batch is chosen anew at every iteration, first come, first served; a new request brings its whole prompt
 * and joins the others' next tokens. Memory for all the tokens that a request will ever have is reserved at its start.
 * Source: Yu et al., "Orca: a distributed serving system for transformer-based generative models", OSDI 2022, Alg. 1.
 */
export class Orca implements Scheduler {
  readonly allocation = "sequence";
  readonly waiting = new FifoQueue();

  formBatch(batch: BatchBuilder): void {
    const { engine } = batch;
    let budget = engine.maxNumBatchedTokens - batch.decodeSequences;
    if (batch.decodeSequences > 0) batch.takeAllDecodes();
    while (batch.waitingCount > 0 && batch.runningCount < engine.maxNumSeqs) {
      const request = batch.firstWaiting;
      const tokens = batch.tokensToPrefill(request);
      if (tokens > budget || batch.blocksForChunk(request, tokens) > batch.freeBlocks) break;
      batch.admitFirst(tokens);
      budget -= tokens;
    }
    batch.settledSteps = Infinity;
  }

  arrivalMayJoin(batch: BatchBuilder, request: number): boolean {
    return headMayJoin(batch, request);
  }
}
