import type { BatchBuilder } from "../scheduler.ts";

/**
 * The usual case in O(prefills): every running request gets what it wants, so that their order does not matter. Tokens
 * always suffice: what a running request wants never grows, and only the request admitted last was ever cut short.
 * Returns the tokens left, or -1 when blocks do not suffice.
 */
export function serveTogether(batch: BatchBuilder): number {
  const decodes = batch.decodeSequences;
  const prefills = batch.prefillCount;
  let budget = batch.engine.maxNumBatchedTokens - batch.decodeTokens;
  let blocks = batch.decodeBlocksDue;
  for (let i = 0; i < prefills; i++) {
    const request = batch.prefillAt(i);
    const chunk = Math.min(cappedChunk(batch, request), budget);
    budget -= chunk;
    blocks += batch.blocksForChunk(request, chunk);
  }
  if (blocks > batch.freeBlocks) return -1;

  if (decodes > 0) batch.takeAllDecodes();
  budget = batch.engine.maxNumBatchedTokens - batch.decodeTokens;
  for (let i = 0; i < prefills; i++) {
    const request = batch.prefillAt(i);
    const chunk = Math.min(cappedChunk(batch, request), budget);
    batch.takeChunk(request, chunk);
    budget -= chunk;
  }
  return budget;
}

/**
 * The general case: blocks go to the running requests in the order given, and whoever stands last is preempted for
 * them. Tokens go by order of admission, as in `serveTogether`. Returns the tokens left, or -1 when a request was
 * preempted.
 */
export function serveInOrder(batch: BatchBuilder, order: number[]): number {
  const chunks = new Map<number, number>();
  let budget = batch.engine.maxNumBatchedTokens - batch.decodeTokens;
  for (let i = 0; i < batch.prefillCount; i++) {
    const request = batch.prefillAt(i);
    const chunk = Math.min(cappedChunk(batch, request), budget);
    chunks.set(request, chunk);
    budget -= chunk;
  }
  let preempted = false;
  // Victims leave the end of the list while it is walked.
  for (const request of order) {
    const chunk = chunks.get(request);
    const blocks = chunk === undefined ? batch.blocksForToken(request) : batch.blocksForChunk(request, chunk);
    while (blocks > batch.freeBlocks) {
      const victim = order.pop()!;
      batch.preempt(victim);
      preempted = true;
      if (victim === request) return -1;
    }
    if (chunk === undefined) batch.takeToken(request);
    else batch.takeChunk(request, chunk);
  }
  return preempted ? -1 : budget;
}

/** Admits from the head of the queue as long as tokens, slots and blocks last. */
export function admitInTurn(batch: BatchBuilder, tokens: number): void {
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
  batch.settledSteps = Infinity;
}

/** Tokens that a prefill wants in one step. */
export function cappedChunk(batch: BatchBuilder, request: number): number {
  const tokens = batch.tokensToPrefill(request);
  const threshold = batch.engine.longPrefillTokenThreshold;
  return threshold > 0 && tokens > threshold ? threshold : tokens;
}

/** A request that has just joined the queue can be admitted only from its head, and only to a free seat. */
export function headMayJoin(batch: BatchBuilder, request: number): boolean {
  return batch.firstWaiting === request && batch.runningCount < batch.engine.maxNumSeqs;
}
