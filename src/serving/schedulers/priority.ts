import { RankedQueue } from "../queues/ranked-queue.ts";
import type { BatchBuilder, Scheduler } from "../scheduler.ts";
import { admitInTurn, cappedChunk, headMayJoin, serveInOrder, serveTogether } from "./running-first.ts";

/**
 * Continuous batching by strict priority: the highest class that waits is admitted first, first come, first served
 * within it. Where blocks are short, running requests of lower classes make room for it, and where a running request
 * needs one, the lowest class gives it up, the request admitted last first.
 * Source: vllm-project/vllm, vllm/v1/core/sched/scheduler.py (SchedulingPolicy.PRIORITY), which leaves the running alone
 * until one of them needs a block.
 */
export class PriorityClasses implements Scheduler {
  readonly allocation = "chunk";
  readonly waiting: RankedQueue;
  readonly #rankOf: (request: number) => number;

  /** @param rankOf class of a request as a number, 0 for the highest */
  constructor(rankOf: (request: number) => number) {
    this.#rankOf = rankOf;
    this.waiting = new RankedQueue(rankOf);
  }

  formBatch(batch: BatchBuilder): void {
    const stands = this.#makeRoom(batch);
    let budget = serveTogether(batch);
    if (budget < 0) budget = serveInOrder(batch, this.#byRank(batch));
    if (budget < 0) return;
    admitInTurn(batch, budget);
    if (!stands) batch.settledSteps = 1;
  }

  arrivalMayJoin(batch: BatchBuilder, request: number): boolean {
    return headMayJoin(batch, request);
  }

  /**
   * Preempts lower classes for the head of the queue where blocks are short and theirs would do. Returns whether
   * nothing can be done for it: while the same sequences decode this stays so, as what is free or held by lower
   * classes only shrinks.
   */
  #makeRoom(batch: BatchBuilder): boolean {
    if (batch.waitingCount === 0 || batch.runningCount >= batch.engine.maxNumSeqs) return true;
    const head = batch.firstWaiting;
    const needed = batch.blocksForChunk(head, this.#firstChunk(batch, head));
    if (needed <= batch.freeBlocks) return false;
    const order = this.#byRank(batch);
    let within = batch.freeBlocks;
    for (const request of order) {
      if (this.#rankOf(request) > this.#rankOf(head)) within += batch.heldBlocks(request);
    }
    if (needed > within) return true;
    // What it needs grows where a victim held blocks of a prompt that begins alike.
    while (
      batch.blocksForChunk(head, this.#firstChunk(batch, head)) + batch.decodeBlocksDue >
      batch.freeBlocks
    ) {
      const victim = order.pop();
      if (victim === undefined || this.#rankOf(victim) <= this.#rankOf(head)) break;
      batch.preempt(victim);
    }
    return false;
  }

  /** Tokens that a request would start with: at most the budget beside the decodes. */
  #firstChunk(batch: BatchBuilder, request: number): number {
    return Math.min(
      cappedChunk(batch, request),
      Math.max(1, batch.engine.maxNumBatchedTokens - batch.decodeTokens),
    );
  }

  /** The running requests, highest class first, in order of admission within a class. */
  #byRank(batch: BatchBuilder): number[] {
    return batch.runningRequests().sort((a, b) => this.#rankOf(a) - this.#rankOf(b));
  }
}
