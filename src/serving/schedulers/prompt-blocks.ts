import type { BatchBuilder } from "../scheduler.ts";

/**
 * Share of the pool that admission leaves free, so that the next tokens of the running find blocks.
 * Source: vllm-project/vllm v0.6, vllm/core/block_manager.py (watermark = 0.01).
 */
const WATERMARK = 0.01;

/**
 * The blocks of a waiting request's prompt are free, and so many more that admission will not at once be followed by
 * preemption. An empty replica takes what fits.
 */
export function promptFits(batch: BatchBuilder, request: number): boolean {
  const spare = batch.runningCount === 0 ? 0 : Math.floor(WATERMARK * batch.engine.kvBlocks);
  return batch.blocksForChunk(request, batch.tokensToPrefill(request)) + spare <= batch.freeBlocks;
}

/**
 * Every decoding sequence gets the block of its next token, in order of admission, at the cost of the request admitted
 * last. For schedulers that hold the blocks of whole prompts, so that only decodes grow. False when one was preempted.
 */
export function serveDecodes(batch: BatchBuilder): boolean {
  if (batch.decodeSequences === 0) return true;
  if (batch.decodeBlocksDue <= batch.freeBlocks) {
    batch.takeAllDecodes();
    return true;
  }
  const order = batch.runningRequests();
  for (const request of order) {
    if (!batch.isDecoding(request)) continue;
    while (batch.blocksForToken(request) > batch.freeBlocks) {
      const victim = order.pop()!;
      // The request itself goes when nobody stands behind it, and then it is the last to be visited.
      batch.preempt(victim);
      if (victim === request) return false;
    }
    batch.takeToken(request);
  }
  return false;
}
