import { FifoQueue } from "../queues/fifo-queue.ts";
import type { Scheduler } from "../scheduler.ts";
import { ContinuousBatching } from "./continuous.ts";

/** vLLM's V1 scheduler: continuous batching, first come, first served. */
export function vllmV1(): Scheduler {
  return new ContinuousBatching(new FifoQueue());
}
