import type { GapSketch } from "../../core/gap-sketch.ts";
import type { StepCost } from "../../perf/step-cost.ts";
import { BlockDemand } from "../block-demand.ts";
import type { EngineConfig } from "../config.ts";
import { CountingLedger } from "../decode/counting-ledger.ts";
import type { DecodeLedger } from "../decode/ledger.ts";
import { SpeculativeLedger } from "../decode/speculative-ledger.ts";
import { WalkingLedger } from "../decode/walking-ledger.ts";
import { Dock } from "../handover/dock.ts";
import { HostMemory } from "../host-memory.ts";
import { KvPool } from "../kv-pool.ts";
import { PaddedBatch } from "../padded-batch.ts";
import { createTiers } from "../prefix-cache/block-tier.ts";
import { PrefixCache } from "../prefix-cache/prefix-cache.ts";
import { PrefillSet } from "../prefill-set.ts";
import { PHASE, type RequestLog } from "../request-log.ts";
import { RunningOrder } from "../running-order.ts";
import { secondsPerPromptToken } from "../prompt-speed.ts";
import type { Scheduler } from "../scheduler.ts";
import type { WaitingQueue } from "../waiting-queue.ts";

/** The requests at one replica, from the queue to the last token, and the memory that they hold. */
export class Residents {
  readonly log: RequestLog;
  readonly pool: KvPool;
  /** Undefined where requests share nothing. */
  readonly cache: PrefixCache | undefined;
  readonly host: HostMemory;
  /** The ledger again when tokens are drafted. */
  readonly speculative: SpeculativeLedger | undefined;
  /** Blocks wholly behind a sliding window are given back. */
  readonly freesBehindWindow: boolean;
  /** Steps make blocks free that are not those of a request that goes. */
  readonly returnsBlocks: boolean;
  readonly demand: BlockDemand;
  readonly waiting: WaitingQueue;
  readonly running: RunningOrder;
  readonly prefilling: PrefillSet;
  readonly ledger: DecodeLedger;
  /** The ledger again when jumps are allowed. */
  readonly jumper: CountingLedger | undefined;
  /** The static batch that runs, for a scheduler that pads. */
  readonly padded: PaddedBatch | undefined;
  /** Requests that come from other replicas. */
  readonly dock = new Dock();
  #isLost = false;

  constructor(
    log: RequestLog,
    gaps: GapSketch,
    { allocation, waiting }: Scheduler,
    engine: EngineConfig,
    cost: StepCost,
    jumps: boolean,
  ) {
    const { windowTokens } = cost;
    this.log = log;
    this.waiting = waiting;
    this.pool = new KvPool(engine.kvBlocks, engine.blockSize);
    this.cache = createCache(log, this.pool, engine, cost);
    this.host = new HostMemory(engine);
    this.running = new RunningOrder(log);
    this.prefilling = new PrefillSet(engine.maxNumSeqs);
    const grows = allocation === "chunk" || allocation === "prompt";
    const { blockSize, speculation } = engine;
    this.freesBehindWindow = engine.slidingWindowTokens !== undefined;
    this.returnsBlocks = this.freesBehindWindow || speculation !== undefined;
    const freeingTokens = engine.slidingWindowTokens ?? Infinity;
    const ledger = [log, gaps, engine.blockSize, grows, windowTokens, freeingTokens] as const;
    this.speculative = speculation && new SpeculativeLedger(log, gaps, blockSize, windowTokens, speculation);
    this.jumper = jumps && speculation === undefined ? new CountingLedger(...ledger) : undefined;
    this.ledger = this.speculative ?? this.jumper ?? new WalkingLedger(...ledger);
    this.demand = new BlockDemand(allocation, log, this.pool, this.ledger, this.cache, freeingTokens);
    this.padded = allocation === "batch" ? new PaddedBatch(windowTokens, engine.maxNumSeqs) : undefined;
  }

  /** Requests that wait or run here, or wait for room for their caches. */
  get count(): number {
    return this.waiting.length + this.running.length + this.dock.expectedCount;
  }

  /** The requests in the batch, by order of admission. */
  inBatch(): number[] {
    const requests: number[] = [];
    for (let slot = 0; slot < this.running.slotCount; slot++) {
      const request = this.running.at(slot);
      if (request >= 0) requests.push(request);
    }
    return requests;
  }

  isDecoding(request: number): boolean {
    return this.log.phase[request] === PHASE.decoding;
  }

  /** The cache of a waiting request lies on the host. */
  isSwapped(request: number): boolean {
    return this.log.phase[request] === PHASE.waiting && this.log.computedTokens[request]! > 0;
  }

  tokensToPrefill(request: number): number {
    const { inputTokens, generatedTokens } = this.log;
    return inputTokens[request]! + generatedTokens[request]! - this.computedTokens(request);
  }

  /** Tokens of a request that does not decode whose keys and values are there, or would be if it started now. */
  computedTokens(request: number): number {
    const computed = this.log.computedTokens[request]!;
    if (this.cache === undefined || computed > 0 || this.log.phase[request] !== PHASE.waiting)
      return computed;
    const { inputTokens, generatedTokens } = this.log;
    this.cache.match(request, inputTokens[request]! + generatedTokens[request]!);
    return this.cache.matchedTokens;
  }

  /** A failure: all that is in memory is lost at once, and what its requests give back while they go has gone already. */
  loseMemory(): void {
    this.#isLost = true;
    if (this.cache === undefined) this.pool.giveBack(this.pool.usedBlocks);
    else this.cache.clear();
  }

  /** All requests have gone that held what was lost. */
  beginAnew(): void {
    this.#isLost = false;
  }

  /** A request gives its blocks back, with the keys and values of so many of its tokens in them. */
  giveBack(request: number, blocks: number, computedTokens: number): void {
    if (this.#isLost) return;
    if (this.cache === undefined) this.pool.giveBack(blocks);
    else this.cache.release(request, blocks, computedTokens);
  }

  /** Blocks come back whose content is lost. */
  giveBackLost(blocks: number): void {
    if (this.#isLost) return;
    if (this.cache === undefined) this.pool.giveBack(blocks);
    else this.cache.giveBackEmpty(blocks);
  }

  /** A request gives up its seat; a padded batch ends with its last request. */
  leaveBatch(request: number): void {
    this.running.remove(request);
    if (this.padded !== undefined && this.running.length === 0) this.giveBackLost(this.padded.blocks);
  }
}

function createCache(
  log: RequestLog,
  pool: KvPool,
  engine: EngineConfig,
  cost: StepCost,
): PrefixCache | undefined {
  const { prefixCaching, blockSize } = engine;
  if (prefixCaching === undefined) return undefined;
  const tiers = createTiers(prefixCaching, blockSize * secondsPerPromptToken(cost, engine));
  return new PrefixCache(pool, log.prompts!, tiers);
}
