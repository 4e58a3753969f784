import type { StepCost } from "../../perf/step-cost.ts";
import type { EngineConfig } from "../../serving/config.ts";
import type { RunMetrics } from "../../serving/result.ts";
import { simulate } from "../../serving/simulate.ts";
import type { RequestTable } from "../../workload/request.ts";
import { createTableSource } from "../../workload/table-source.ts";

/** What one replica of an engine does with these requests; all of them are measured. */
export function runEngine(requests: RequestTable, engine: EngineConfig, cost: StepCost): RunMetrics {
  return simulate(createTableSource(requests), {
    scheduler: { policy: "vllm-v1" },
    ...{ engine, cost, replicas: 1, router: "round-robin" },
    slo: { request: {}, run: [] },
    window: { fromSeconds: 0, untilSeconds: Infinity },
    mode: "fast-forward",
    timelineSeconds: 0,
  }).metrics;
}
