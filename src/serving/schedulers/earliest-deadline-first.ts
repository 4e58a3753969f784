import { RankedQueue } from "../queues/ranked-queue.ts";
import type { RequestLog } from "../request-log.ts";
import type { Scheduler } from "../scheduler.ts";
import { ContinuousBatching } from "./continuous.ts";

/**
 * Continuous batching that admits by the deadline of the first token, arrival plus the TTFT target of the class.
 * @param ttftSeconds target per class index
 * Source: Liu and Layland, "Scheduling algorithms for multiprogramming in a hard-real-time environment", JACM 1973.
 */
export function earliestDeadlineFirst(log: RequestLog, ttftSeconds: readonly number[]): Scheduler {
  return new ContinuousBatching(
    new RankedQueue((request) => log.arrivalSeconds[request]! + ttftSeconds[log.classIndex[request]!]!),
  );
}
