import type { GapSketch } from "../../core/gap-sketch.ts";
import type { StepCost } from "../../perf/step-cost.ts";
import { BlockDemand } from "../block-demand.ts";
import type { EngineConfig } from "../config.ts";
import { CountingLedger } from "../decode/counting-ledger.ts";
import type { DecodeLedger } from "../decode/ledger.ts";
import { WalkingLedger } from "../decode/walking-ledger.ts";
import { Dock } from "../handover/dock.ts";
import { HostMemory } from "../host-memory.ts";
import { KvPool } from "../kv-pool.ts";
import { PaddedBatch } from "../padded-batch.ts";
import { PrefillSet } from "../prefill-set.ts";
import { PHASE, type RequestLog } from "../request-log.ts";
import { RunningOrder } from "../running-order.ts";
import type { Scheduler } from "../scheduler.ts";
import type { WaitingQueue } from "../waiting-queue.ts";

/** The requests at one replica, from the queue to the last token, and the memory that they hold. */
export class Residents {
  readonly log: RequestLog;
  readonly pool: KvPool;
  readonly host: HostMemory;
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

  constructor(
    log: RequestLog,
    gaps: GapSketch,
    { allocation, waiting }: Scheduler,
    engine: EngineConfig,
    { windowTokens }: StepCost,
    jumps: boolean,
  ) {
    this.log = log;
    this.waiting = waiting;
    this.pool = new KvPool(engine.kvBlocks, engine.blockSize);
    this.host = new HostMemory(engine);
    this.running = new RunningOrder(log);
    this.prefilling = new PrefillSet(engine.maxNumSeqs);
    const grows = allocation === "chunk" || allocation === "prompt";
    const ledger = [log, gaps, engine.blockSize, grows, windowTokens] as const;
    this.jumper = jumps ? new CountingLedger(...ledger) : undefined;
    this.ledger = this.jumper ?? new WalkingLedger(...ledger);
    this.demand = new BlockDemand(allocation, log, this.pool, this.ledger);
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
    const { inputTokens, generatedTokens, computedTokens } = this.log;
    return inputTokens[request]! + generatedTokens[request]! - computedTokens[request]!;
  }

  /** A request gives up its seat; a padded batch ends with its last request. */
  leaveBatch(request: number): void {
    this.running.remove(request);
    if (this.padded !== undefined && this.running.length === 0) this.pool.giveBack(this.padded.blocks);
  }
}
