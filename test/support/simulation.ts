import type { EngineConfig, SimulationConfig } from "../../src/serving/config.ts";
import { createToyCost, type ToyCostConfig } from "./toy-cost.ts";

export const TOY_COST: ToyCostConfig = {
  baseSeconds: 0.008,
  secondsPerToken: 5e-5,
  secondsPerLogit: 1e-6,
  secondsPerContextToken: 1e-7,
  flatContextTokens: 0,
  windowTokens: [],
};

export interface SimulationOverrides {
  readonly engine?: Partial<EngineConfig>;
  readonly cost?: Partial<ToyCostConfig>;
  readonly config?: Partial<SimulationConfig>;
}

/** A roomy single replica on the toy cost; overrides make it tight. */
export function toyConfig({ engine, cost, config }: SimulationOverrides = {}): SimulationConfig {
  return {
    scheduler: { policy: "vllm-v1" },
    engine: {
      maxNumSeqs: 64,
      maxNumBatchedTokens: 512,
      maxModelLen: 8192,
      blockSize: 16,
      enableChunkedPrefill: true,
      longPrefillTokenThreshold: 0,
      kvBlocks: 4096,
      ...engine,
    },
    replicas: 1,
    router: "round-robin",
    cost: createToyCost({ ...TOY_COST, ...cost }),
    slo: { request: {}, run: [] },
    window: { fromSeconds: 0, untilSeconds: Infinity },
    mode: "fast-forward",
    timelineSeconds: 0,
    ...config,
  };
}
