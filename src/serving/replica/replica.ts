import { RunError } from "../../core/errors.ts";
import type { GapSketch } from "../../core/gap-sketch.ts";
import type { StepCost } from "../../perf/step-cost.ts";
import type { CauseLedger } from "../attribution/cause-ledger.ts";
import { ReplicaAttribution } from "../attribution/replica-attribution.ts";
import type { EngineConfig } from "../config.ts";
import type { SpeculativeLedger } from "../decode/speculative-ledger.ts";
import type { Dock } from "../handover/dock.ts";
import type { KvPool } from "../kv-pool.ts";
import type { PrefixCache } from "../prefix-cache/prefix-cache.ts";
import { PHASE, type RequestLog } from "../request-log.ts";
import { STATUS } from "../result.ts";
import type { Scheduler } from "../scheduler.ts";
import { StepMeter } from "../step-meter.ts";
import { Batch } from "./batch.ts";
import { Residents } from "./residents.ts";
import { StepClock } from "./step-clock.ts";

/**
 * One engine: a queue, a running batch, a KV pool, and one step after another. It tells when its current step (or
 * jump over equal steps) ends; the run loop calls `finishStep` at that time and `startStep` after it.
 */
export class Replica {
  readonly meter: StepMeter;
  /** A start is already planned for this instant. */
  startPlanned = false;
  /** Requests that completed, and such as got their first token, at the end of the last step. */
  readonly completed: Int32Array;
  completedCount = 0;
  readonly firstTokens: Int32Array;
  firstTokenCount = 0;
  /** Requests that go on elsewhere after their first token, at the end of the last step. */
  readonly handovers: Int32Array;
  handoverCount = 0;

  readonly #log: RequestLog;
  readonly #gaps: GapSketch;
  readonly #scheduler: Scheduler;
  readonly #residents: Residents;
  readonly #clock: StepClock;
  readonly #batch: Batch;
  /** Requests whose clients have gone during the current step. */
  readonly #leaving: number[] = [];
  readonly #handsOver: boolean;
  readonly #attribution: ReplicaAttribution | undefined;
  /** Requests that went on elsewhere, and whose caches are still here. */
  #heldElsewhere = 0;
  /** Blocks of caches that arrived during the current step for nobody. */
  #refusedBlocks = 0;

  /**
   * @param handsOver requests go on elsewhere after their first token
   * @param causes where what requests wait for is written down, if it is
   */
  constructor(
    log: RequestLog,
    gaps: GapSketch,
    scheduler: Scheduler,
    engine: EngineConfig,
    cost: StepCost,
    jumps: boolean,
    handsOver: boolean,
    causes: CauseLedger | undefined,
  ) {
    this.#log = log;
    this.#gaps = gaps;
    this.#scheduler = scheduler;
    this.#handsOver = handsOver;
    this.meter = new StepMeter(cost);
    this.#residents = new Residents(log, gaps, scheduler, engine, cost, jumps);
    const watched = [this.#residents, engine, this.meter, cost] as const;
    this.#attribution = causes && new ReplicaAttribution(causes, ...watched);
    this.#clock = new StepClock(this.#residents, this.meter, cost, this.#attribution);
    this.#batch = new Batch(this.#residents, this.#clock, this.meter, engine, cost, this.#attribution);
    this.completed = new Int32Array(engine.maxNumSeqs);
    this.firstTokens = new Int32Array(engine.maxNumSeqs);
    this.handovers = new Int32Array(engine.maxNumSeqs);
  }

  // ---- what routers, samplers and the run loop read ----

  /** The current step ends at `stepEndSeconds`; false while idle. */
  get busy(): boolean {
    return this.#clock.busy;
  }

  get stepEndSeconds(): number {
    return this.#clock.endSeconds;
  }

  get engine(): EngineConfig {
    return this.#batch.engine;
  }

  get pool(): KvPool {
    return this.#residents.pool;
  }

  get cache(): PrefixCache | undefined {
    return this.#residents.cache;
  }

  get speculative(): SpeculativeLedger | undefined {
    return this.#residents.speculative;
  }

  get dock(): Dock {
    return this.#residents.dock;
  }

  /** Requests that wait or run here, or wait for room for their caches. */
  get outstanding(): number {
    return this.#residents.count;
  }

  get waitingCount(): number {
    return this.#residents.waiting.length;
  }

  get runningCount(): number {
    return this.#residents.running.length;
  }

  /** Blocks in use at a time within the current step or jump. */
  usedBlocksAt(seconds: number): number {
    return this.#clock.usedBlocksAt(seconds);
  }

  // ---- one step after another ----

  /** Forms a batch and starts its step; goes idle when there is nothing to do. */
  startStep(seconds: number): void {
    const batch = this.#batch;
    this.startPlanned = false;
    this.#attribution?.beginBatch(seconds);
    if (this.dock.expectedCount > 0) this.#reserve(seconds);
    do {
      batch.begin(seconds);
      this.#scheduler.formBatch(batch);
    } while (batch.isEmpty && this.#evictLanded());
    this.#attribution?.formedBatch(batch);
    if (batch.isEmpty) this.#goIdle();
    else this.#clock.start(batch, seconds);
  }

  /** The current step or jump ends: tokens come out, requests finish. */
  finishStep(): void {
    const clock = this.#clock;
    const end = clock.endSeconds;
    this.completedCount = 0;
    this.firstTokenCount = 0;
    this.handoverCount = 0;
    clock.finish(this.#batch);
    const { ledger } = this.#residents;
    for (let request = clock.takeFinished(); request >= 0; request = ledger.takeFinished()) {
      this.#end(request, end);
    }
    const { chunkCount } = this.#batch.shape;
    for (let i = 0; i < chunkCount; i++) this.#finishChunk(i, end);
    if (this.#leaving.length > 0) this.#dropLeaving();
    if (this.#refusedBlocks > 0) this.#freeRefused();
  }

  /** Ends a jump at the first step boundary at or after `seconds`; false when it ends there anyway. */
  cutJump(seconds: number): boolean {
    return this.#clock.cutJump(seconds);
  }

  /** Ends a jump at the first step boundary at or after `seconds` if the request that just arrived could join there. */
  cutJumpForArrival(request: number, seconds: number): boolean {
    const clock = this.#clock;
    return clock.isJumping && this.#scheduler.arrivalMayJoin(this.#batch, request) && clock.cutJump(seconds);
  }

  /** Closes the books of a stretch that nothing will continue. */
  close(): void {
    this.#clock.endStretch();
  }

  #finishChunk(index: number, seconds: number): void {
    const log = this.#log;
    const request = this.#batch.chunkRequest(index);
    const chunk = this.#batch.shape.chunkNewTokens[index]!;
    const left = this.#residents.tokensToPrefill(request) - chunk;
    const computed = log.computedTokens[request]!;
    log.computedTokens[request] = computed + chunk;
    if (this.#residents.freesBehindWindow) this.#freeBehindWindow(computed, computed + chunk);
    if (left > 0) return;
    this.#residents.prefilling.remove(request);
    const generated = ++log.generatedTokens[request]!;
    this.meter.generatedTokens++;
    if (generated > 1) this.#endStall(request, seconds);
    else if (!this.#isLeaving(request)) {
      log.firstTokenSeconds[request] = seconds;
      this.#attribution?.firstToken(request, seconds);
      this.firstTokens[this.firstTokenCount++] = request;
    }
    if (generated === log.outputTokens[request]!) {
      this.#end(request, seconds);
      return;
    }
    if (this.#handsOver && !this.#isLeaving(request)) {
      this.#handOver(request, seconds);
      return;
    }
    log.phase[request] = PHASE.decoding;
    this.#residents.ledger.join(request, log.computedTokens[request], log.outputTokens[request]! - generated);
  }

  /** A request has gone on from so many computed tokens to so many. */
  #freeBehindWindow(from: number, to: number): void {
    const { demand, pool } = this.#residents;
    pool.giveBack(demand.behindWindow(to) - demand.behindWindow(from));
  }

  #endStall(request: number, seconds: number): void {
    const log = this.#log;
    const gap = seconds - log.stallFromSeconds[request]!;
    this.#attribution?.stallEnded(request, seconds, gap);
    log.stallFromSeconds[request] = NaN;
    log.raiseMaxTbt(request, gap);
    if (log.measured[request] === 1) this.#gaps.add(gap, 1);
  }

  #end(request: number, seconds: number): void {
    const log = this.#log;
    const { padded, demand } = this.#residents;
    // The walking ledger finds out at a finish that the stretch is over; the counting ledger knew before.
    this.#clock.endStretch();
    log.phase[request] = PHASE.ended;
    log.computedTokens[request] = log.inputTokens[request]! + log.outputTokens[request]! - 1;
    if (padded === undefined) {
      this.#residents.giveBack(request, demand.ofWhole(request), log.computedTokens[request]);
    }
    this.#residents.leaveBatch(request);
    if (this.#isLeaving(request)) {
      log.generatedTokens[request] = log.outputTokens[request]!;
      this.#abandon(request);
      return;
    }
    log.status[request] = STATUS.completed;
    log.finishSeconds[request] = seconds;
    this.completed[this.completedCount++] = request;
  }

  #goIdle(): void {
    const { dock, pool, running, waiting } = this.#residents;
    this.#clock.endStretch();
    const blocksComeBack = this.#heldElsewhere > 0 || dock.inbound > 0;
    if (!blocksComeBack && this.outstanding > 0) {
      throw new RunError(
        `a replica is stuck: ${running.length} running and ${waiting.length} waiting requests, ` +
          `${pool.freeBlocks} of ${pool.capacityBlocks} KV blocks free, but no step can be formed`,
      );
    }
  }

  // ---- requests come, and leave before their end ----

  enqueue(request: number, seconds: number): void {
    this.#attribution?.enqueued(request, seconds);
    this.#log.phase[request] = PHASE.waiting;
    this.#residents.waiting.push(request);
  }

  /**
   * Takes a request out whose client has gone. One that waits leaves at once, one that runs at the end of the current
   * step, as an engine hears of it between steps; its blocks are free from then on. Cut the jump after it.
   */
  cancel(request: number): void {
    if (this.busy && this.#log.phase[request] !== PHASE.waiting) this.#leaving.push(request);
    else this.#drop(request);
  }

  /**
   * Stops at once: the step under way is lost, and with it all that is in memory. Returns the requests that were here
   * in order of arrival, without those whose clients had gone already.
   */
  crash(seconds: number): number[] {
    const { waiting } = this.#residents;
    this.#clock.stop(seconds);
    this.#residents.loseMemory();
    this.startPlanned = false;
    const gone = new Set(this.#leaving.splice(0));
    const orphans = this.#residents.inBatch();
    while (waiting.length > 0) {
      orphans.push(waiting.first);
      this.#drop(waiting.first);
    }
    for (const request of orphans) if (!this.#hasEnded(request)) this.#drop(request);
    this.#residents.beginAnew();
    return orphans.filter((request) => !gone.has(request)).sort((a, b) => a - b);
  }

  #hasEnded(request: number): boolean {
    return this.#log.phase[request] === PHASE.ended;
  }

  #isLeaving(request: number): boolean {
    return this.#leaving.length > 0 && this.#leaving.includes(request);
  }

  #dropLeaving(): void {
    for (const request of this.#leaving) {
      // One that got its last token in this very step has gone already.
      if (!this.#hasEnded(request)) this.#drop(request);
    }
    this.#leaving.length = 0;
  }

  /** A request goes before its end, between two steps: what it holds is free, what was computed for it is lost. */
  #drop(request: number): void {
    const { phase } = this.#log;
    const { demand, dock, host, ledger, prefilling, waiting } = this.#residents;
    const held = demand.held(request);
    if (phase[request] === PHASE.decoding) {
      this.#clock.endStretch();
      ledger.leave(request);
    }
    if (phase[request] === PHASE.prefilling) prefilling.remove(request);
    if (phase[request] === PHASE.landed) {
      dock.landed.delete(request);
      this.#residents.giveBackLost(held);
      waiting.remove(request);
    } else if (phase[request] === PHASE.waiting) {
      if (this.#residents.isSwapped(request)) host.giveBack(demand.ofComputed(request));
      waiting.remove(request);
    } else {
      this.#residents.giveBack(request, held, this.#log.computedTokens[request]!);
      this.#residents.leaveBatch(request);
    }
    phase[request] = PHASE.ended;
    this.#abandon(request);
  }

  #abandon(request: number): void {
    this.meter.abandon(this.#log, request);
    this.#scheduler.requestLeft?.(request);
  }

  // ---- requests that go on to, or come from, other replicas ----

  #handOver(request: number, seconds: number): void {
    this.#log.phase[request] = PHASE.moving;
    this.#log.stallFromSeconds[request] = seconds;
    this.#attribution?.handedOver(request, seconds);
    this.#residents.running.remove(request);
    this.#heldElsewhere++;
    this.handovers[this.handoverCount++] = request;
    this.#scheduler.requestLeft?.(request);
  }

  /** The cache of a request that went on elsewhere is no longer needed here. */
  release(request: number): void {
    const { demand } = this.#residents;
    this.#residents.giveBack(request, demand.ofComputed(request), this.#log.computedTokens[request]!);
    this.#heldElsewhere--;
  }

  /** The client of a request that went on elsewhere has gone: what was computed here is lost. */
  abandonMoving(request: number): void {
    this.release(request);
    this.#log.phase[request] = PHASE.ended;
    this.#abandon(request);
  }

  /** The cache of a request has arrived. Cut the jump after it. */
  land(request: number, seconds: number): void {
    const { dock, waiting } = this.#residents;
    this.#attribution?.landed(request, seconds);
    dock.inbound--;
    dock.landed.add(request);
    this.#log.phase[request] = PHASE.landed;
    waiting.putBack(request);
  }

  /** The cache of a request has arrived that nobody wants any more: its blocks are free after the current step. */
  refuseLanding(request: number): void {
    this.dock.inbound--;
    this.#refusedBlocks += this.#residents.demand.ofComputed(request);
    if (!this.busy) this.#freeRefused();
  }

  #freeRefused(): void {
    this.#residents.giveBackLost(this.#refusedBlocks);
    this.#refusedBlocks = 0;
  }

  /** Takes blocks for caches that are to come, as long as seats and blocks last and nobody waits who was here before. */
  #reserve(seconds: number): void {
    const { demand, dock, ledger, pool, running, waiting } = this.#residents;
    while (dock.expectedCount > 0) {
      if (running.length + waiting.length + dock.inbound >= this.engine.maxNumSeqs) return;
      if (waiting.length > 0 && this.#log.phase[waiting.first] !== PHASE.landed) return;
      const computed = this.#log.computedTokens[dock.firstExpected]!;
      const blocks = demand.ofComputed(dock.firstExpected);
      if (blocks + pool.blocksToGrow(computed, 1) + ledger.blocksDue() > pool.freeBlocks) return;
      pool.take(blocks);
      this.#attribution?.reserved(dock.firstExpected, seconds);
      dock.reserveFirst();
    }
  }

  /** Landed caches may fill the pool so that none of their requests can take a token: then one has to go. */
  #evictLanded(): boolean {
    const { landed } = this.dock;
    const request = [...landed].pop();
    if (request === undefined) return false;
    const log = this.#log;
    this.#residents.giveBackLost(this.#residents.demand.held(request));
    landed.delete(request);
    this.#attribution?.evicted(request);
    this.meter.preemptions++;
    this.meter.discardedTokens += log.computedTokens[request]!;
    log.computedTokens[request] = 0;
    log.preemptions[request]!++;
    log.phase[request] = PHASE.waiting;
    return true;
  }
}
