import type { BatchBuilder } from "../scheduler.ts";
import { cappedChunk } from "./running-first.ts";
import { promptFits, serveDecodes } from "./prompt-blocks.ts";

/** Sizes the next chunk: at most `wanted` tokens of a request, 0 to let it wait for another step. */
export type ChunkSizer = (request: number, wanted: number) => number;

/**
 * Decodes first, so that no prompt ever holds them up; then chunks of the prompts that have begun, then of new ones,
 * first come, first served, as large as `size` lets them be. A prompt starts when all its blocks are free.
 * Source: Agrawal et al., "Taming throughput-latency tradeoff in LLM inference with Sarathi-Serve", OSDI 2024, Alg. 3.
 */
export function formStallFreeBatch(batch: BatchBuilder, size: ChunkSizer): void {
  const enough = serveDecodes(batch);
  for (let i = 0; i < batch.prefillCount; i++) {
    const request = batch.prefillAt(i);
    const wanted = cappedChunk(batch, request);
    const chunk = size(request, wanted);
    if (chunk === 0) return;
    batch.takeChunk(request, chunk);
    if (chunk < wanted) return;
  }
  if (!enough) return;
  while (batch.waitingCount > 0 && batch.runningCount < batch.engine.maxNumSeqs) {
    const request = batch.firstWaiting;
    if (!promptFits(batch, request)) break;
    const wanted = cappedChunk(batch, request);
    const chunk = size(request, wanted);
    if (chunk === 0) break;
    batch.admitFirst(chunk);
    if (chunk < wanted) break;
  }
  batch.settledSteps = Infinity;
}
