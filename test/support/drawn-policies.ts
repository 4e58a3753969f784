import fc from "fast-check";
import {
  SCHEDULERS,
  WHOLE_PROMPT_SCHEDULERS,
  type SchedulerConfig,
  type SchedulerName,
} from "../../src/serving/scheduler-config.ts";
import { drawnRequests, drawnSystems } from "./drawn-systems.ts";
import type { ListedRequest } from "./list-source.ts";
import type { SimulationOverrides } from "./simulation.ts";

export const CLASSES = ["chat", "code", "batch"] as const;

/** Requests of three classes. */
export const drawnClassedRequests: fc.Arbitrary<ListedRequest[]> = drawnRequests.chain((requests) =>
  fc
    .array(fc.integer({ min: 0, max: CLASSES.length - 1 }), {
      minLength: requests.length,
      maxLength: requests.length,
    })
    .map((indices) => requests.map((request, i) => ({ ...request, classIndex: indices[i]! }))),
);

const drawnSettings: Readonly<Record<SchedulerName, fc.Arbitrary<SchedulerConfig>>> = {
  "vllm-v1": fc.constant({ policy: "vllm-v1" }),
  "vllm-v0": fc.constant({ policy: "vllm-v0" }),
  orca: fc.constant({ policy: "orca" }),
  static: fc.constant({ policy: "static" }),
  edf: fc.constant({ policy: "edf" }),
  sarathi: fc.constant({ policy: "sarathi", chunkTokens: 64 }),
  sjf: fc.record({
    policy: fc.constant("sjf"),
    predictionError: fc.constantFrom(0, 0.5),
    agingTokensPerSecond: fc.constantFrom(0.1, 50),
  }),
  priority: fc.constantFrom(
    { policy: "priority", priorities: { chat: 0, code: 1, batch: 2 } },
    { policy: "priority", priorities: { batch: 0, chat: 1, code: 1 } },
    { policy: "priority", priorities: { code: 3 } },
  ),
  fair: fc.record({
    policy: fc.constant("fair"),
    promptWeight: fc.constantFrom(0, 1),
    outputWeight: fc.constantFrom(1, 2, 5),
  }),
  "co-scheduling": fc.record({
    policy: fc.constant("co-scheduling"),
    tbtSeconds: fc.constantFrom(0.009, 0.012, 0.02),
    minChunkTokens: fc.constantFrom(1, 8, 50),
  }),
};

/** Systems as `drawnSystems` draws them, with a policy and what it needs. */
export function drawnSystemsOf(name: SchedulerName): fc.Arbitrary<SimulationOverrides> {
  return fc
    .record({ system: drawnSystems, scheduler: drawnSettings[name], swaps: fc.boolean() })
    .map(({ system: { engine, cost, config }, scheduler, swaps }): SimulationOverrides => {
      const whole = WHOLE_PROMPT_SCHEDULERS.has(name);
      return {
        cost: cost!,
        engine: {
          ...engine,
          ...(whole && { enableChunkedPrefill: false, maxNumBatchedTokens: engine!.maxModelLen! }),
          ...(name === "vllm-v0" && swaps && { hostSwap: { blocks: 40, secondsPerBlock: 3e-4 } }),
        },
        config: {
          ...config,
          scheduler,
          slo: {
            request: { ttftSeconds: 0.5, maxTbtSeconds: 0.0103337 },
            byClass: { chat: { ttftSeconds: 0.1 }, batch: { ttftSeconds: 5 } },
            run: [],
          },
        },
      };
    });
}

export const EVERY_SCHEDULER = SCHEDULERS.map((name) => ({ name, systems: drawnSystemsOf(name) }));
