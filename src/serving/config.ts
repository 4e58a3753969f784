import type { StepCost } from "../perf/step-cost.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { DurationSpec } from "../workload/clients/durations.ts";

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
  /** Every layer looks back over so many tokens, the current one included: blocks wholly behind them are given back. */
  readonly slidingWindowTokens?: number | undefined;
  /** Tokens are drafted and verified together; undefined for one token a step. */
  readonly speculation?: SpeculationConfig | undefined;
  /** Requests share the blocks of prompts that begin alike; undefined for none. */
  readonly prefixCaching?: PrefixCachingConfig | undefined;
  /** Room on the host for the caches of preempted requests, and the time to move a block there or back. */
  readonly hostSwap?: { readonly blocks: number; readonly secondsPerBlock: number } | undefined;
}

export interface SpeculationConfig {
  /** Drafted for every decoding sequence and step; at least 1. */
  readonly tokens: number;
  /** Chance (0..1) that a drafted token is accepted when those before it are. */
  readonly acceptanceRate: number;
  /** Time to draft one token, as a share of the time of a step without drafts. */
  readonly draftCost: number;
  /** Of what is drawn. */
  readonly seed: number;
}

export interface PrefixCachingConfig {
  /** Slower memories for blocks that the pool has no room for, the fastest first. */
  readonly tiers: readonly KvTierConfig[];
  /** Whether blocks are brought back from where computing them again takes no longer. */
  readonly load: "always" | "when-faster";
}

export interface KvTierConfig {
  readonly name: string;
  /** Room in blocks, for one replica. */
  readonly blocks: number;
  /** Time to bring a block back. */
  readonly secondsPerBlock: number;
}

export const ROUTERS = [
  "round-robin",
  "random",
  "power-of-two",
  "least-outstanding",
  "least-tokens",
  "session-sticky",
  "prefix-affinity",
  "slo-aware",
  "central",
] as const;
export type RouterName = (typeof ROUTERS)[number];

/** Targets that a single request must meet, in seconds; absent ones do not judge. */
export interface RequestTargets {
  readonly ttftSeconds?: number | undefined;
  readonly tpotSeconds?: number | undefined;
  readonly maxTbtSeconds?: number | undefined;
  readonly e2eSeconds?: number | undefined;
}

/** The latencies of a run, and what its distributions are told by; together they name figures such as `ttft_p99`. */
export const RUN_METRICS = ["ttft", "tbt", "tpot", "e2e", "queue"] as const;
export const RUN_STATISTICS = ["mean", "p50", "p90", "p95", "p99", "p999", "max"] as const;

/** A target on a percentile of the whole run, e.g. TTFT p99 ≤ 1 s. */
export interface RunTarget {
  readonly metric: (typeof RUN_METRICS)[number];
  readonly statistic: (typeof RUN_STATISTICS)[number];
  readonly seconds: number;
}

export interface SloConfig {
  readonly request: RequestTargets;
  /** Targets of single request classes; what a class does not name it takes from `request`. */
  readonly byClass?: Readonly<Record<string, RequestTargets>> | undefined;
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

/** How clients behave who do not wait for ever; times in seconds from the moment at which a request is sent. */
export interface ClientConfig {
  /** A client gives up that has no first token, or not all of them, by then. */
  readonly ttftTimeoutSeconds?: number | undefined;
  readonly totalTimeoutSeconds?: number | undefined;
  /** A share (0..1) of the requests is no longer wanted after a while. */
  readonly cancellation?: { readonly share: number; readonly after: DurationSpec } | undefined;
  readonly retry?: RetryConfig | undefined;
}

/** Requests that timed out, were turned away by a full queue or a rate limit, or lost with a replica, are sent again. */
export interface RetryConfig {
  /** Times that a request is sent at most, the first included; at least 2. */
  readonly attempts: number;
  readonly backoffSeconds: number;
  /** Each further pause is so many times as long; at least 1. */
  readonly factor: number;
  /** Share (0..1) of a pause that is drawn at random, so that clients do not return together. */
  readonly jitter: number;
}

/** What is turned away at the door while it could be served later. */
export interface AdmissionConfig {
  /** Requests that may wait in the whole cluster; one that arrives when so many do is refused. */
  readonly maxWaiting?: number | undefined;
  readonly tokenBucket?: TokenBucketConfig | undefined;
}

export interface TokenBucketConfig {
  /** What a request takes out of the bucket: one, or as many as its prompt has tokens. */
  readonly unit: "requests" | "prompt-tokens";
  readonly ratePerSecond: number;
  /** What the full bucket holds. */
  readonly burst: number;
}

/** Replicas that fail and come back; times in seconds. */
export interface FailureConfig {
  /** What happens to the requests of a replica that fails: sent to another one, where all begins again, or lost. */
  readonly requests: "requeue" | "lose";
  readonly outages: readonly Outage[];
  /** Failures beside those: exponential times between them, for each replica by itself. */
  readonly random?: { readonly meanUpSeconds: number; readonly meanDownSeconds: number } | undefined;
}

export interface Outage {
  readonly replica: number;
  readonly atSeconds: number;
  /** Infinity for a replica that does not come back. */
  readonly downSeconds: number;
}

/** A number of replicas that follows the load. `replicas` is where it starts. */
export interface AutoscalingConfig {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Open requests per replica that are aimed at. */
  readonly targetRequests: number;
  /** Between two looks at the load. */
  readonly intervalSeconds: number;
  /** From the order of a replica to its first request. */
  readonly coldStartSeconds: number;
  /** A replica goes when for so long fewer would have done; it finishes what it has. */
  readonly downAfterSeconds: number;
}

/** What the replicas of a pool do: whole requests, or the prompts or the answers of requests alone. */
export type PoolRole = "both" | "prefill" | "decode";

/** Equal replicas within a cluster of several kinds. */
export interface PoolConfig {
  readonly name: string;
  readonly role: PoolRole;
  readonly replicas: number;
  readonly scheduler: SchedulerConfig;
  readonly engine: EngineConfig;
  readonly cost: StepCost;
  /** What one replica sends, and at the same time receives, when caches move between replicas. */
  readonly linkBytesPerSecond: number;
}

/** How the cache of a request moves from the replica of its prompt to that of its answer. */
export interface KvTransferConfig {
  /** Keys and values of one token in all layers, over all devices of a replica. */
  readonly bytesPerToken: number;
  /** From the last byte sent to the cache in place. */
  readonly latencySeconds: number;
  /** Layers of the model, when each is sent as soon as it is computed; undefined to send all after the first token. */
  readonly overlappedLayers?: number | undefined;
}

export interface SimulationConfig {
  readonly scheduler: SchedulerConfig;
  readonly engine: EngineConfig;
  readonly replicas: number;
  /** Several kinds of replicas instead of `replicas` with the one `scheduler`, `engine` and `cost`. */
  readonly pools?: readonly PoolConfig[] | undefined;
  /** Needed by pools that do one half of each request. */
  readonly kvTransfer?: KvTransferConfig | undefined;
  readonly router: RouterName;
  /** Routers see the replicas as they were so long ago, their own latest decisions included; 0 when absent. */
  readonly routerDelaySeconds?: number | undefined;
  readonly admission?: AdmissionConfig | undefined;
  readonly failures?: FailureConfig | undefined;
  readonly autoscaling?: AutoscalingConfig | undefined;
  readonly clients?: ClientConfig | undefined;
  /** Seed of what the system and its clients draw; 0 when absent. */
  readonly seed?: number | undefined;
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
  /** Whether first tokens, and gaps above the SLO, are split into what they waited for. */
  readonly attribution?: boolean | undefined;
  /** Measured requests that may miss their targets; with one more the run is broken off, and says that it was interrupted. */
  readonly mostMisses?: number | undefined;
}

/** The pools of a cluster; one of its own fields where it names none. */
export function poolsOf({
  pools,
  replicas,
  scheduler,
  engine,
  cost,
  autoscaling,
}: SimulationConfig): readonly PoolConfig[] {
  if (pools !== undefined) return pools;
  const most = autoscaling?.maxReplicas ?? replicas;
  return [{ name: "", role: "both", replicas: most, scheduler, engine, cost, linkBytesPerSecond: Infinity }];
}
