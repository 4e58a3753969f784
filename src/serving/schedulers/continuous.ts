import type { BatchBuilder, Scheduler } from "../scheduler.ts";
import type { WaitingQueue } from "../waiting-queue.ts";
import { admitInTurn, headMayJoin, serveInOrder, serveTogether } from "./running-first.ts";

/**
 * Continuous batching as vLLM's V1 engine does it: running requests first in order of admission, one token for a
 * decode and a chunk for a prefill; when blocks run out the request admitted last is preempted and recomputed; then
 * waiting requests in the order of the queue, as long as tokens, slots and blocks last, and not in a step that
 * preempted. The queue is the policy.
 * Source: vllm-project/vllm, vllm/v1/core/sched/scheduler.py (schedule).
 */
export class ContinuousBatching implements Scheduler {
  readonly allocation = "chunk";
  readonly waiting: WaitingQueue;

  constructor(waiting: WaitingQueue) {
    this.waiting = waiting;
  }

  formBatch(batch: BatchBuilder): void {
    let budget = serveTogether(batch);
    if (budget < 0) budget = serveInOrder(batch, batch.runningRequests());
    if (budget >= 0) admitInTurn(batch, budget);
  }

  arrivalMayJoin(batch: BatchBuilder, request: number): boolean {
    return headMayJoin(batch, request);
  }
}
