import type { Distribution } from "../core/quantiles.ts";
import type { GapSketch } from "../core/gap-sketch.ts";
import type { Attribution } from "./attribution/cause-rows.ts";
import type { Resource } from "../perf/step-cost.ts";
import type { RunTarget } from "./config.ts";

/** How a request ended, as numbers in the `status` column. The order is that of `STATUS_NAMES`. */
export const STATUS = {
  unfinished: 0,
  completed: 1,
  rejected: 2,
  timedOut: 3,
  cancelled: 4,
  failed: 5,
  interrupted: 6,
} as const;

/** Names as written to files, indexed by the numbers of `STATUS`. */
export const STATUS_NAMES = [
  "unfinished",
  "completed",
  "rejected",
  "timed_out",
  "cancelled",
  "failed",
  "interrupted",
] as const;

/** Why a request was refused, as numbers in the `rejectReason` column; 0 for none. */
export const REJECT_REASONS = [
  "",
  "longer-than-max-model-len",
  "never-fits-kv",
  "queue-full",
  "rate-limited",
] as const;
export type RejectReason = Exclude<(typeof REJECT_REASONS)[number], "">;

/**
 * The truth about every request, one row each in order of arrival; all columns have `length` valid rows. Times are in
 * seconds on the trace's clock, NaN where the event never happened.
 */
export interface RequestRecords {
  readonly length: number;
  readonly classes: readonly string[];
  readonly sourceRow: Int32Array;
  readonly classIndex: Uint16Array;
  /** -1 when the request has no session. */
  readonly sessionId: Int32Array;
  readonly arrivalSeconds: Float64Array;
  readonly inputTokens: Int32Array;
  readonly outputTokens: Int32Array;
  /** Replica that served it, -1 before routing. */
  readonly replica: Int32Array;
  /** Replica that took over after the first token; -1 when the one above did all. */
  readonly decodeReplica: Int32Array;
  readonly firstScheduledSeconds: Float64Array;
  readonly firstTokenSeconds: Float64Array;
  readonly finishSeconds: Float64Array;
  /** Largest gap between two consecutive tokens; NaN for fewer than two tokens. */
  readonly maxTbtSeconds: Float64Array;
  readonly preemptions: Int32Array;
  /** Times the request was sent: more than once when its client tried again. */
  readonly attempts: Uint8Array;
  /** Prompt tokens found in the cache at the first admission, -1 before; undefined where nothing is shared. */
  readonly cachedTokens?: Int32Array | undefined;
  /** 1 when every per-request target is met, 0 when not. */
  readonly sloMet: Uint8Array;
  readonly status: Uint8Array;
  readonly rejectReason: Uint8Array;
}

export interface RunCounts {
  readonly submitted: number;
  readonly completed: number;
  readonly rejected: number;
  readonly timedOut: number;
  readonly cancelled: number;
  readonly failed: number;
  readonly unfinished: number;
  readonly interrupted: number;
}

export interface AuditCheck {
  readonly law: string;
  readonly passed: boolean;
  /** The numbers that were compared, in words. */
  readonly detail: string;
}

/**
 * What the run measured; seconds, tokens, joules. Equal in both modes up to rounding. Of a run that was interrupted,
 * per-request times are those of completed requests, while `tbt` also holds the gaps seen so far of the others.
 */
export interface RunMetrics {
  readonly counts: RunCounts;
  /** First arrival to last event. */
  readonly durationSeconds: number;
  readonly requestsPerSecond: number;
  readonly inputTokensPerSecond: number;
  readonly outputTokensPerSecond: number;
  /** Tokens generated in the whole run, those of requests that did not complete included. */
  readonly generatedTokens: number;
  readonly ttft: Distribution;
  readonly tbt: Distribution;
  readonly tpot: Distribution;
  readonly e2e: Distribution;
  readonly queue: Distribution;
  readonly slo: {
    /** Share (0..1) of the measured requests that met every per-request target; null without such targets. */
    readonly attainment: number | null;
    /** Completed requests per second that met every per-request target. */
    readonly goodputPerSecond: number;
    readonly byClass: Readonly<
      Record<
        string,
        { readonly requests: number; readonly attainment: number | null; readonly goodputPerSecond: number }
      >
    >;
    readonly runTargets: readonly (RunTarget & {
      readonly actualSeconds: number | null;
      readonly met: boolean;
    })[];
  };
  readonly kv: {
    /** Blocks of all replicas. */
    readonly capacityBlocks: number;
    /** Highest share of any replica's pool (0..1). */
    readonly peakUtilization: number;
    /** Time-weighted mean share over all replicas (0..1). */
    readonly meanUtilization: number;
    readonly preemptions: number;
  };
  /** What drafting tokens has yielded; undefined where none are. */
  readonly speculation?: SpeculationMetrics | undefined;
  /** What requests found in the cache; undefined where nothing is shared. */
  readonly prefixCache?: PrefixCacheMetrics | undefined;
  /** Caches that moved between replicas; undefined where none can. */
  readonly kvTransfer?:
    | {
        readonly transfers: number;
        readonly bytes: number;
        /** From the first token to the start of the transfer. */
        readonly meanWaitSeconds: number | null;
        /** From there to the cache in place. */
        readonly meanSeconds: number | null;
      }
    | undefined;
  /** Replicas that came and went; undefined where none can. */
  readonly availability?:
    | {
        /** Σ over replicas of the time in which each was powered, starting up included. */
        readonly replicaSeconds: number;
        readonly mostReplicas: number;
        readonly outages: number;
        readonly ordered: number;
        readonly dismissed: number;
      }
    | undefined;
  /** Busy share of each resource over the run (0..1), mean over the devices. */
  readonly utilization: Readonly<Record<Resource, number>>;
  /** Energy above idle of all devices. */
  readonly dynamicJoules: number;
  readonly audit: readonly AuditCheck[];
}

/** Drafted tokens over all replicas. */
export interface SpeculationMetrics {
  /** Of one request each. */
  readonly verifications: number;
  /** Tokens that were accepted, those beyond the end of an answer included. */
  readonly acceptedTokens: number;
  /** Share (0..1) of the drafted tokens that were accepted; null without any. */
  readonly acceptance: number | null;
  /** Tokens of a verification: those accepted and one more. */
  readonly meanTokens: number | null;
  /** Tokens that came out per verification: less where answers end. */
  readonly meanEmittedTokens: number | null;
}

/** What requests found in the caches of all replicas, counted when they are admitted for the first time. */
export interface PrefixCacheMetrics {
  /** Prompt tokens and blocks that were looked for, a last block that is not full included, and those that were found. */
  readonly queriedTokens: number;
  readonly hitTokens: number;
  readonly queriedBlocks: number;
  readonly hitBlocks: number;
  /** Tokens that preempted requests found when they came back. */
  readonly resumedTokens: number;
  /** Cached blocks whose room was needed. */
  readonly evictedBlocks: number;
  readonly tiers: readonly {
    readonly name: string;
    readonly storedBlocks: number;
    readonly loadedBlocks: number;
    /** Displaced without a slower memory to go to. */
    readonly lostBlocks: number;
  }[];
  /** Seconds that loading would have taken one after the other. */
  readonly loadSeconds: number;
}

/** Evenly spaced samples over all replicas; times in seconds. */
export interface Timeline {
  readonly seconds: readonly number[];
  readonly running: readonly number[];
  readonly waiting: readonly number[];
  /** Share of all KV blocks in use (0..1). */
  readonly kvUtilization: readonly number[];
}

/** How the answer was found; may differ between modes and never enters the summary. */
export interface RunEffort {
  readonly events: number;
  readonly steps: number;
  /** Steps that a jump passed over. */
  readonly stepsSkipped: number;
  /** Batches that had to be formed one by one, by reason. */
  readonly stepsByReason: Readonly<Record<string, number>>;
}

export interface SimulationResult {
  readonly records: RequestRecords;
  readonly gaps: GapSketch;
  readonly metrics: RunMetrics;
  readonly timeline: Timeline | undefined;
  /** What first tokens, and gaps above the SLO, were waiting for; undefined unless it was asked for. */
  readonly attribution: Attribution | undefined;
  readonly effort: RunEffort;
  /** The run was stopped from outside before the end. */
  readonly interrupted: boolean;
}
