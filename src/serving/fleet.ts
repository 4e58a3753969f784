import { InputError } from "../core/errors.ts";
import type { GapSketch } from "../core/gap-sketch.ts";
import type { CauseLedger } from "./attribution/cause-ledger.ts";
import { poolsOf, type EngineConfig, type PoolConfig, type SimulationConfig } from "./config.ts";
import { Replica } from "./replica/replica.ts";
import type { RequestLog } from "./request-log.ts";
import type { RejectReason } from "./result.ts";
import type { Scheduler } from "./scheduler.ts";
import { schedulerMaker } from "./schedulers/registry.ts";

/** Sets of pools are numbers, a bit for each. */
const MOST_POOLS = 32;

/** The replicas of a cluster, pool by pool, and which of them could take a request. */
export class Fleet {
  readonly replicas: readonly Replica[];
  readonly #log: RequestLog;
  readonly #pools: readonly PoolConfig[];
  /** Those that take over after the first token. */
  readonly #takers: readonly PoolConfig[];
  /** Pool of each replica, and its index. */
  readonly #poolOf: readonly PoolConfig[];
  readonly #poolIndex: readonly number[];
  /** Which replicas take new requests now, 1 for those that do. */
  readonly #open: Uint8Array;
  /** Replicas by the set of pools that could take a request: new ones, and those that take over. */
  readonly #entriesOf = new Map<number, readonly number[]>();
  readonly #decodersOf = new Map<number, readonly number[]>();

  /** @throws InputError for pools that cannot work together */
  constructor(config: SimulationConfig, log: RequestLog, gaps: GapSketch, causes: CauseLedger | undefined) {
    const jumps = config.mode === "fast-forward";
    this.#log = log;
    this.#pools = poolsOf(config);
    if (this.#pools.length > MOST_POOLS) {
      throw new InputError({
        key: "cluster.pools",
        message: "too many pools:",
        found: this.#pools.length,
        expected: `at most ${MOST_POOLS}`,
      });
    }
    this.#takers = this.#pools.filter(({ role }) => role === "decode");
    this.#poolOf = this.#pools.flatMap((pool) => new Array<PoolConfig>(pool.replicas).fill(pool));
    this.#poolIndex = this.#poolOf.map((pool) => this.#pools.indexOf(pool));
    this.#open = new Uint8Array(this.#poolOf.length).fill(1);
    this.replicas = this.#pools.flatMap((pool) => {
      const { replicas, scheduler, engine, cost, role } = pool;
      const makeScheduler = schedulerMaker({ ...config, scheduler }, log);
      return Array.from({ length: replicas }, () => {
        const policy = makeScheduler();
        checkPolicy(policy, pool);
        return new Replica(log, gaps, policy, engine, cost, jumps, role === "prefill", causes);
      });
    });
  }

  /** From now on only these of the replicas that take new requests do so. */
  openOnly(isOpen: (replica: number) => boolean): void {
    for (let replica = 0; replica < this.#open.length; replica++) {
      this.#open[replica] = isOpen(replica) ? 1 : 0;
    }
    this.#entriesOf.clear();
  }

  poolOf(replica: number): PoolConfig {
    return this.#poolOf[replica]!;
  }

  /** Replicas that could take the request now, by rising index. */
  candidates(request: number): readonly number[] {
    const pools = this.#pools.length === 1 ? 1 : this.#poolsFor(request);
    let entries = this.#entriesOf.get(pools);
    if (entries === undefined) {
      entries = this.#replicasOf(pools).filter((replica) => this.#open[replica] === 1);
      this.#entriesOf.set(pools, entries);
    }
    return entries;
  }

  /** Replicas that could take the request over after its first token, by rising index. */
  decoders(request: number): readonly number[] {
    let pools = 0;
    for (let i = 0; i < this.#pools.length; i++) {
      const { role, engine } = this.#pools[i]!;
      if (role === "decode" && refusalBy(engine, this.#log, request) === undefined) pools |= 1 << i;
    }
    let decoders = this.#decodersOf.get(pools);
    if (decoders === undefined) {
      decoders = this.#replicasOf(pools);
      this.#decodersOf.set(pools, decoders);
    }
    return decoders;
  }

  /** Why no replica could ever serve the request; undefined when one could. */
  whyNever(request: number): RejectReason | undefined {
    let reason: RejectReason | undefined;
    for (const pool of this.#pools) {
      if (pool.role === "decode") continue;
      reason = this.#whyNot(pool, request);
      if (reason === undefined) return undefined;
    }
    return reason;
  }

  /** The set of pools that could take a new request. */
  #poolsFor(request: number): number {
    let pools = 0;
    for (let i = 0; i < this.#pools.length; i++) {
      const pool = this.#pools[i]!;
      if (pool.role !== "decode" && this.#whyNot(pool, request) === undefined) pools |= 1 << i;
    }
    return pools;
  }

  #whyNot(pool: PoolConfig, request: number): RejectReason | undefined {
    const reason = refusalBy(pool.engine, this.#log, request);
    if (pool.role === "both" || reason === "longer-than-max-model-len") return reason;
    const { inputTokens } = this.#log;
    // A replica that hands over holds the prompt alone.
    if (Math.ceil(inputTokens[request]! / pool.engine.blockSize) > pool.engine.kvBlocks)
      return "never-fits-kv";
    return this.#whyNoTaker(request);
  }

  #whyNoTaker(request: number): RejectReason | undefined {
    let first: RejectReason | undefined;
    for (const { engine } of this.#takers) {
      const reason = refusalBy(engine, this.#log, request);
      if (reason === undefined) return undefined;
      first ??= reason;
    }
    return first;
  }

  #replicasOf(pools: number): number[] {
    return this.#poolIndex.flatMap((pool, index) => ((pools >> pool) & 1 ? [index] : []));
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

/** @throws InputError where a policy cannot do what its pool asks of it */
function checkPolicy(policy: Scheduler, { role, engine, scheduler }: PoolConfig): void {
  const { allocation } = policy;
  const splits = allocation === "chunk" || allocation === "prompt";
  const refuse = (key: string, message: string, when = "as it is needed") =>
    new InputError({
      ...{ key, message, found: scheduler.policy },
      expected: `a policy that takes memory ${when}, such as vllm-v1`,
    });
  if (role !== "both" && !splits) {
    throw refuse("serving.scheduler", "cannot take over requests in the middle, nor hand them over:");
  }
  if (engine.prefixCaching !== undefined && !splits) {
    throw refuse(
      "serving.enable_prefix_caching",
      "memory is reserved for whole sequences, so that none can share it:",
    );
  }
  if (engine.speculation !== undefined && allocation !== "chunk") {
    throw refuse("serving.speculative", "drafts take memory with every step:", "with every step");
  }
  if (engine.slidingWindowTokens !== undefined && allocation !== "chunk") {
    throw new RangeError(`${scheduler.policy} keeps the blocks behind a sliding window`);
  }
}
