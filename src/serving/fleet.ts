import { InputError } from "../core/errors.ts";
import type { GapSketch } from "../core/gap-sketch.ts";
import type { CauseLedger } from "./attribution/cause-ledger.ts";
import { poolsOf, type EngineConfig, type PoolConfig, type SimulationConfig } from "./config.ts";
import { Replica } from "./replica/replica.ts";
import type { RequestLog } from "./request-log.ts";
import type { RejectReason } from "./result.ts";
import { schedulerMaker } from "./schedulers/registry.ts";

/** The replicas of a cluster, pool by pool, and which of them could take a request. */
export class Fleet {
  readonly replicas: readonly Replica[];
  readonly #log: RequestLog;
  readonly #pools: readonly PoolConfig[];
  /** Pool of each replica. */
  readonly #poolOf: readonly PoolConfig[];
  /** Replicas that take new requests, and those that take over after the first token, by rising index. */
  #entries: readonly number[];
  readonly #decoders: readonly number[];
  /** Every request of at most so many tokens is served by a replica that does all the work itself. */
  readonly #servedTokens: number;

  /** @throws InputError for pools that cannot work together */
  constructor(config: SimulationConfig, log: RequestLog, gaps: GapSketch, causes: CauseLedger | undefined) {
    const jumps = config.mode === "fast-forward";
    this.#log = log;
    this.#pools = poolsOf(config);
    this.#poolOf = this.#pools.flatMap((pool) => new Array<PoolConfig>(pool.replicas).fill(pool));
    this.replicas = this.#pools.flatMap(({ replicas, scheduler, engine, cost, role }) => {
      const makeScheduler = schedulerMaker({ ...config, scheduler }, log);
      return Array.from({ length: replicas }, () => {
        const policy = makeScheduler();
        const splits = policy.allocation === "chunk" || policy.allocation === "prompt";
        if (role !== "both" && !splits) throw refusePolicy(scheduler.policy);
        if (engine.slidingWindowTokens !== undefined && policy.allocation !== "chunk") {
          throw new RangeError(`${scheduler.policy} keeps the blocks behind a sliding window`);
        }
        if (engine.prefixCaching !== undefined && !splits) throw refuseSharing(scheduler.policy);
        return new Replica(log, gaps, policy, engine, cost, jumps, role === "prefill", causes);
      });
    });
    this.#entries = this.#replicasOf((role) => role !== "decode");
    this.#decoders = this.#replicasOf((role) => role === "decode");
    const whole = this.#pools.filter(({ role }) => role === "both");
    this.#servedTokens = Math.max(0, ...whole.map(({ engine }) => mostTokens(engine)));
  }

  /** From now on only these of the replicas that take new requests do so. */
  openOnly(isOpen: (replica: number) => boolean): void {
    this.#entries = this.#replicasOf((role) => role !== "decode").filter(isOpen);
  }

  poolOf(replica: number): PoolConfig {
    return this.#poolOf[replica]!;
  }

  /** Replicas that could take the request now, by rising index. */
  candidates(request: number): readonly number[] {
    if (this.#pools.length === 1) return this.#entries;
    return this.#entries.filter((index) => this.#whyNot(this.#poolOf[index]!, request) === undefined);
  }

  /** Replicas that could take the request over after its first token, by rising index. */
  decoders(request: number): readonly number[] {
    return this.#decoders.filter(
      (index) => refusalBy(this.#poolOf[index]!.engine, this.#log, request) === undefined,
    );
  }

  /** Why no replica could ever serve the request; undefined when one could. */
  whyNever(request: number): RejectReason | undefined {
    const { inputTokens, outputTokens } = this.#log;
    if (inputTokens[request]! + outputTokens[request]! <= this.#servedTokens) return undefined;
    let reason: RejectReason | undefined;
    for (const pool of this.#pools) {
      if (pool.role === "decode") continue;
      reason = this.#whyNot(pool, request);
      if (reason === undefined) return undefined;
    }
    return reason;
  }

  #whyNot(pool: PoolConfig, request: number): RejectReason | undefined {
    const reason = refusalBy(pool.engine, this.#log, request);
    if (pool.role === "both" || reason === "longer-than-max-model-len") return reason;
    const { inputTokens } = this.#log;
    // A replica that hands over holds the prompt alone.
    if (Math.ceil(inputTokens[request]! / pool.engine.blockSize) > pool.engine.kvBlocks)
      return "never-fits-kv";
    const takers = this.#pools.filter(({ role }) => role === "decode");
    const reasons = takers.map(({ engine }) => refusalBy(engine, this.#log, request));
    return reasons.includes(undefined) ? undefined : reasons[0];
  }

  #replicasOf(has: (role: PoolConfig["role"]) => boolean): number[] {
    return this.#poolOf.flatMap(({ role }, index) => (has(role) ? [index] : []));
  }
}

function refusalBy(engine: EngineConfig, log: RequestLog, request: number): RejectReason | undefined {
  const tokens = log.inputTokens[request]! + log.outputTokens[request]!;
  if (tokens > engine.maxModelLen) return "longer-than-max-model-len";
  return tokens > mostTokens(engine) ? "never-fits-kv" : undefined;
}

/** Prompt and answer of the longest request. Its last token is sampled but its keys and values are never stored. */
function mostTokens(engine: EngineConfig): number {
  const { maxModelLen, kvBlocks, blockSize, slidingWindowTokens = Infinity } = engine;
  // Behind a window that frees blocks no sequence ever holds more than the window, a step's tokens and two cut blocks.
  if (slidingWindowTokens + engine.maxNumBatchedTokens <= (kvBlocks - 2) * blockSize) return maxModelLen;
  return Math.min(maxModelLen, kvBlocks * blockSize + 1);
}

function refusePolicy(found: string): InputError {
  return new InputError({
    key: "serving.scheduler",
    message: "cannot take over requests in the middle, nor hand them over:",
    found,
    expected: "a policy that takes memory as it is needed, such as vllm-v1",
  });
}

function refuseSharing(found: string): InputError {
  return new InputError({
    key: "serving.enable_prefix_caching",
    message: "memory is reserved for whole sequences, so that none can share it:",
    found,
    expected: "a policy that takes memory as it is needed, such as vllm-v1",
  });
}
