import { FifoQueue } from "../queues/fifo-queue.ts";
import type { BatchBuilder, Scheduler } from "../scheduler.ts";
import { headMayJoin } from "./running-first.ts";
import { promptFits, serveDecodes } from "./prompt-blocks.ts";

/**
 * vLLM's V0 scheduler: whole prompts first, first come, first served, in steps of their own during which decoding
 * stands still; steps of one token for every decoding sequence where no prompt can start. When blocks run out the
 * latest arrival is preempted: recomputed, or moved to the host and back where the engine has room there, in which
 * case no prompt starts before it is back.
 * Source: vllm-project/vllm v0.6, vllm/core/scheduler.py (_schedule_default).
 */
export class VllmV0 implements Scheduler {
  readonly allocation = "prompt";
  readonly waiting = new FifoQueue();

  formBatch(batch: BatchBuilder): void {
    if (startPrompts(batch) > 0) return;
    if (!serveDecodes(batch)) return;
    bringBack(batch, batch.engine.maxNumBatchedTokens - batch.decodeSequences);
    batch.settledSteps = Infinity;
  }

  arrivalMayJoin(batch: BatchBuilder, request: number): boolean {
    return headMayJoin(batch, request);
  }
}

/** Returns how many prompts start. */
function startPrompts(batch: BatchBuilder): number {
  let budget = batch.engine.maxNumBatchedTokens;
  let started = 0;
  while (mayAdmit(batch) && !batch.isSwapped(batch.firstWaiting)) {
    const tokens = batch.tokensToPrefill(batch.firstWaiting);
    if (tokens > budget) break;
    batch.admitFirst(tokens);
    budget -= tokens;
    started++;
  }
  return started;
}

/** Swapped requests go on with the decodes: all but the token after their last is in their cache. */
function bringBack(batch: BatchBuilder, tokens: number): void {
  let budget = tokens;
  while (budget > 0 && mayAdmit(batch) && batch.isSwapped(batch.firstWaiting)) {
    batch.admitFirst(1);
    budget--;
  }
}

function mayAdmit(batch: BatchBuilder): boolean {
  return (
    batch.waitingCount > 0 &&
    batch.runningCount < batch.engine.maxNumSeqs &&
    promptFits(batch, batch.firstWaiting)
  );
}
