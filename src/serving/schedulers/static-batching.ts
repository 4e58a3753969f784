import { FifoQueue } from "../queues/fifo-queue.ts";
import type { RequestLog } from "../request-log.ts";
import type { BatchBuilder, Scheduler } from "../scheduler.ts";

/**
 * Static batching: whoever waits when the last batch is done forms the next one, every sequence padded to the longest
 * prompt and kept to the longest output. Tokens go out as they come; the place of a request that is done stays empty.
 * Source: NVIDIA/FasterTransformer, docs/gpt_guide.md; as the baseline of Yu et al., "Orca", OSDI 2022, section 3.
 */
export class StaticBatching implements Scheduler {
  readonly allocation = "batch";
  readonly waiting = new FifoQueue();
  readonly #log: RequestLog;

  constructor(log: RequestLog) {
    this.#log = log;
  }

  formBatch(batch: BatchBuilder): void {
    if (batch.decodeSequences > 0) batch.takeAllDecodes();
    else if (batch.waitingCount > 0) this.#startBatch(batch);
    batch.settledSteps = Infinity;
  }

  arrivalMayJoin(): boolean {
    return false;
  }

  /** As many from the head of the queue as fit together, padded. */
  #startBatch(batch: BatchBuilder): void {
    const { engine } = batch;
    const { inputTokens, outputTokens } = this.#log;
    let requests = 0;
    let promptTokens = 0;
    let storedTokens = 0;
    let longestOutput = 0;
    for (const request of this.waiting.inOrder()) {
      const longestPrompt = Math.max(promptTokens, inputTokens[request]!);
      const output = Math.max(longestOutput, outputTokens[request]!);
      // The last token of a sequence is sampled but never stored.
      const stored = longestPrompt + output - 1;
      const fits =
        requests < engine.maxNumSeqs &&
        (requests + 1) * longestPrompt <= engine.maxNumBatchedTokens &&
        (requests + 1) * Math.ceil(stored / engine.blockSize) <= batch.freeBlocks;
      if (!fits) break;
      requests++;
      promptTokens = longestPrompt;
      longestOutput = output;
      storedTokens = stored;
    }
    if (requests > 0) batch.admitPadded(requests, promptTokens, storedTokens);
  }
}
