import { RankedQueue } from "../queues/ranked-queue.ts";
import type { RequestLog } from "../request-log.ts";
import type { Scheduler } from "../scheduler.ts";
import { ContinuousBatching } from "./continuous.ts";
import type { LengthPredictor } from "./length-predictor.ts";

/**
 * Continuous batching that admits the shortest predicted output first. Every second of waiting makes a request shorter
 * by `agingTokensPerSecond`, which keeps the order of two waiting requests as it is (rank = predicted + aging · arrival)
 * and lets none wait for ever: whoever arrives late enough stands behind it, however short.
 * The gain from predicted lengths: Fu et al., "Efficient LLM scheduling by learning to rank", NeurIPS 2024.
 */
export function shortestJobFirst(
  log: RequestLog,
  predictor: LengthPredictor,
  agingTokensPerSecond: number,
): Scheduler {
  return new ContinuousBatching(
    new RankedQueue(
      (request) => predictor.outputTokens(request) + agingTokensPerSecond * log.arrivalSeconds[request]!,
    ),
  );
}
