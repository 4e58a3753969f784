import type { BatchBuilder, Scheduler } from "../scheduler.ts";

/**
 * vLLM's V1 scheduler: running requests first in order of admission, one token for a decode and a chunk for a prefill;
 * when blocks run out the request admitted last is preempted and recomputed; then waiting requests first come, first
 * served, as long as tokens, slots and blocks last, and not in a step that preempted.
 * Source: vllm-project/vllm, vllm/v1/core/sched/scheduler.py (schedule).
 */
export const vllmV1: Scheduler = {
  description: "running first, token budget, chunked prefill, FCFS, preemption by recompute (vLLM V1)",

  formBatch(batch) {
    const budget = serveTogether(batch);
    if (budget >= 0) {
      admit(batch, budget);
      return;
    }
    const walked = serveOneByOne(batch);
    if (walked >= 0) admit(batch, walked);
    else batch.admissionSettled = false;
  },

  arrivalMayJoin(batch) {
    return batch.waitingCount === 1 && batch.runningCount < batch.engine.maxNumSeqs;
  },
};

/**
 * The usual case in O(prefills): every running request gets what it wants, so that their order does not matter. Tokens
 * always suffice: what a running request wants never grows, and only the request admitted last was ever cut short.
 * Returns the tokens left, or -1 when blocks do not suffice.
 */
function serveTogether(batch: BatchBuilder): number {
  const decodes = batch.decodeSequences;
  const prefills = batch.prefillCount;
  let budget = batch.engine.maxNumBatchedTokens - decodes;
  let blocks = batch.decodeBlocksDue;
  for (let i = 0; i < prefills; i++) {
    const request = batch.prefillAt(i);
    const chunk = Math.min(cappedChunk(batch, request), budget);
    budget -= chunk;
    blocks += batch.blocksForChunk(request, chunk);
  }
  if (blocks > batch.freeBlocks) return -1;

  if (decodes > 0) batch.takeAllDecodes();
  budget = batch.engine.maxNumBatchedTokens - decodes;
  for (let i = 0; i < prefills; i++) {
    const request = batch.prefillAt(i);
    const chunk = Math.min(cappedChunk(batch, request), budget);
    batch.takeChunk(request, chunk);
    budget -= chunk;
  }
  return budget;
}

/** The general case, in order of admission. Returns the tokens left, or -1 when a request was preempted. */
function serveOneByOne(batch: BatchBuilder): number {
  let budget = batch.engine.maxNumBatchedTokens;
  let preempted = false;
  batch.beginWalk();
  for (let request = batch.nextRunning(); request >= 0; request = batch.nextRunning()) {
    const decoding = batch.isDecoding(request);
    const tokens = decoding ? 1 : Math.min(cappedChunk(batch, request), budget);
    const blocks = decoding ? batch.blocksForToken(request) : batch.blocksForChunk(request, tokens);
    let evicted = -1;
    while (blocks > batch.freeBlocks && evicted !== request) {
      evicted = batch.preemptLast();
      preempted = true;
    }
    if (evicted === request) break;
    if (decoding) batch.takeToken(request);
    else batch.takeChunk(request, tokens);
    budget -= tokens;
  }
  return preempted ? -1 : budget;
}

function admit(batch: BatchBuilder, tokens: number): void {
  const { engine } = batch;
  let budget = tokens;
  while (budget > 0 && batch.waitingCount > 0 && batch.runningCount < engine.maxNumSeqs) {
    const request = batch.firstWaiting;
    let chunk = cappedChunk(batch, request);
    if (chunk > budget) {
      if (!engine.enableChunkedPrefill) break;
      chunk = budget;
    }
    if (batch.blocksForChunk(request, chunk) > batch.freeBlocks) break;
    batch.admitFirst(chunk);
    budget -= chunk;
  }
  batch.admissionSettled = true;
}

/** Tokens that a prefill wants in one step. */
function cappedChunk(batch: BatchBuilder, request: number): number {
  const tokens = batch.tokensToPrefill(request);
  const threshold = batch.engine.longPrefillTokenThreshold;
  return threshold > 0 && tokens > threshold ? threshold : tokens;
}
