import type { StepCost } from "../../perf/step-cost.ts";
import type { EngineConfig } from "../../serving/config.ts";
import type { SimulationResult } from "../../serving/result.ts";
import type { SchedulerConfig } from "../../serving/scheduler-config.ts";
import { simulate } from "../../serving/simulate.ts";
import type { RequestSource } from "../../workload/request.ts";

export interface EngineRun {
  readonly source: RequestSource;
  readonly engine: EngineConfig;
  readonly cost: StepCost;
  /** vLLM V1 when left out. */
  readonly scheduler?: SchedulerConfig;
  /** Independent engines, each request going to the one with the fewest; one when left out. */
  readonly replicas?: number;
  /** Spacing of timeline samples; none when left out. */
  readonly timelineSeconds?: number;
}

/** What an engine does with these requests; all of them are measured. */
export function runEngine({
  source,
  engine,
  cost,
  scheduler = { policy: "vllm-v1" },
  replicas = 1,
  timelineSeconds = 0,
}: EngineRun): SimulationResult {
  return simulate(source, {
    ...{ scheduler, engine, cost, replicas, timelineSeconds },
    router: "least-outstanding",
    slo: { request: {}, run: [] },
    window: { fromSeconds: 0, untilSeconds: Infinity },
    mode: "fast-forward",
  });
}
