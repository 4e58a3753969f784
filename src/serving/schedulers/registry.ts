import type { SimulationConfig } from "../config.ts";
import type { RequestLog } from "../request-log.ts";
import type { Scheduler } from "../scheduler.ts";
import { classRanks, ttftTargets } from "./class-settings.ts";
import { CoScheduling } from "./co-scheduling.ts";
import { earliestDeadlineFirst } from "./earliest-deadline-first.ts";
import { FairShares } from "./fair.ts";
import { LengthPredictor } from "./length-predictor.ts";
import { Orca } from "./orca.ts";
import { PriorityClasses } from "./priority.ts";
import { Sarathi } from "./sarathi.ts";
import { shortestJobFirst } from "./shortest-job-first.ts";
import { StaticBatching } from "./static-batching.ts";
import { VllmV0 } from "./vllm-v0.ts";
import { vllmV1 } from "./vllm-v1.ts";

/**
 * Makes the schedulers of a run, one for each replica.
 * @throws InputError for a policy that lacks a target, or that names a class which no request has
 */
export function schedulerMaker(
  { scheduler, slo, seed = 0 }: Pick<SimulationConfig, "scheduler" | "slo" | "seed">,
  log: RequestLog,
): () => Scheduler {
  switch (scheduler.policy) {
    case "vllm-v1":
      return vllmV1;
    case "vllm-v0":
      return () => new VllmV0();
    case "orca":
      return () => new Orca();
    case "static":
      return () => new StaticBatching(log);
    case "sarathi":
      return () => new Sarathi(scheduler.chunkTokens);
    case "co-scheduling":
      return () => new CoScheduling(scheduler.tbtSeconds, scheduler.minChunkTokens);
    case "fair":
      return () => new FairShares(log, scheduler.promptWeight, scheduler.outputWeight);
    case "sjf": {
      // One predictor for all replicas: what it says of a request does not depend on where the request goes.
      const predictor = new LengthPredictor(log, scheduler.predictionError, seed);
      return () => shortestJobFirst(log, predictor, scheduler.agingTokensPerSecond);
    }
    case "priority": {
      const ranks = classRanks(scheduler.priorities, log.classes);
      return () => new PriorityClasses((request) => ranks[log.classIndex[request]!]!);
    }
    case "edf": {
      const targets = ttftTargets(slo, log.classes);
      return () => earliestDeadlineFirst(log, targets);
    }
  }
}
