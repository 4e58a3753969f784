import type { StepCost } from "../perf/step-cost.ts";

/** Engine settings by vLLM's names, in tokens, sequences and blocks. */
export interface EngineConfig {
  readonly maxNumSeqs: number;
  /** Token budget of one step; at least `maxNumSeqs`, as vLLM requires. */
  readonly maxNumBatchedTokens: number;
  readonly maxModelLen: number;
  readonly blockSize: number;
  readonly enableChunkedPrefill: boolean;
  /** Longest prefill chunk of one request in tokens; 0 for no limit. */
  readonly longPrefillTokenThreshold: number;
  /** KV blocks of one replica. */
  readonly kvBlocks: number;
}

export type RouterName = "round-robin" | "least-outstanding";
export const ROUTERS: readonly RouterName[] = ["round-robin", "least-outstanding"];
export const SCHEDULERS = ["vllm-v1"] as const;
export type SchedulerName = (typeof SCHEDULERS)[number];

/** Targets that a single request must meet, in seconds; absent ones do not judge. */
export interface RequestTargets {
  readonly ttftSeconds?: number | undefined;
  readonly tpotSeconds?: number | undefined;
  readonly maxTbtSeconds?: number | undefined;
  readonly e2eSeconds?: number | undefined;
}

/** A target on a percentile of the whole run, e.g. TTFT p99 ≤ 1 s. */
export interface RunTarget {
  readonly metric: "ttft" | "tbt" | "tpot" | "e2e" | "queue";
  readonly statistic: "mean" | "p50" | "p90" | "p95" | "p99" | "p999" | "max";
  readonly seconds: number;
}

export interface SloConfig {
  readonly request: RequestTargets;
  readonly run: readonly RunTarget[];
}

/**
 * Requests that arrive in [fromSeconds, untilSeconds) are measured; the others load the system but enter no
 * distribution, attainment or goodput. 0 and Infinity measure all.
 */
export interface MeasurementWindow {
  readonly fromSeconds: number;
  readonly untilSeconds: number;
}

export interface SimulationConfig {
  readonly scheduler: SchedulerName;
  readonly engine: EngineConfig;
  readonly replicas: number;
  readonly router: RouterName;
  readonly cost: StepCost;
  readonly slo: SloConfig;
  readonly window: MeasurementWindow;
  /** Jump over stretches of equal batches in closed form (the default), or walk every step and request. */
  readonly mode: "fast-forward" | "step-by-step";
  /**
   * Spacing of the samples of running, waiting and KV use in seconds of simulated time, doubled as often as a long run
   * needs to stay within some 20,000 samples; 0 for none.
   */
  readonly timelineSeconds: number;
}
