import { RunError } from "../core/errors.ts";
import type { GapSketch } from "../core/gap-sketch.ts";
import { StepShape, type StepCost, type StepUse } from "../perf/step-cost.ts";
import { BlockDemand } from "./block-demand.ts";
import type { EngineConfig } from "./config.ts";
import { Dock } from "./handover/dock.ts";
import { CountingLedger } from "./decode/counting-ledger.ts";
import type { DecodeLedger } from "./decode/ledger.ts";
import { WalkingLedger } from "./decode/walking-ledger.ts";
import { HostMemory } from "./host-memory.ts";
import { KvPool } from "./kv-pool.ts";
import { PaddedBatch } from "./padded-batch.ts";
import { PrefillSet } from "./prefill-set.ts";
import { PHASE, type RequestLog } from "./request-log.ts";
import { STATUS } from "./result.ts";
import { RunningOrder } from "./running-order.ts";
import type { BatchBuilder, Scheduler } from "./scheduler.ts";
import { StepMeter } from "./step-meter.ts";
import { Stretch } from "./stretch.ts";
import type { WaitingQueue } from "./waiting-queue.ts";

/**
 * One engine: a queue, a running batch, a KV pool, and one step after another. It tells when its current step (or
 * jump over equal steps) ends; the run loop calls `finishStep` at that time and `startStep` after it.
 */
export class Replica implements BatchBuilder {
  readonly engine: EngineConfig;
  readonly pool: KvPool;
  readonly meter: StepMeter;
  settledSteps = 1;
  /** The current step ends at `stepEndSeconds`; false while idle. */
  busy = false;
  stepEndSeconds = 0;
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
  readonly dock = new Dock();

  readonly #log: RequestLog;
  readonly #gaps: GapSketch;
  readonly #scheduler: Scheduler;
  readonly #cost: StepCost;
  readonly #ledger: DecodeLedger;
  /** The ledger again when jumps are allowed. */
  readonly #jumper: CountingLedger | undefined;
  readonly #demand: BlockDemand;
  readonly #host: HostMemory;
  readonly #waiting: WaitingQueue;
  readonly #running: RunningOrder;
  readonly #stretch: Stretch;
  readonly #shape: StepShape;

  readonly #prefilling: PrefillSet;
  /** Requests of the chunks in `#shape`, by the same index. */
  readonly #chunkRequests: Int32Array;
  /** The static batch that runs, for a scheduler that pads. */
  readonly #padded: PaddedBatch | undefined;
  /** What the steps that a scheduler only asked about would have used. */
  readonly #unused: StepUse;
  /** Requests whose clients have gone during the current step. */
  readonly #leaving: number[] = [];
  /** The decoding sequences take part in the step that is being formed or runs. */
  #decoding = false;
  /** The decoding sequences sat out the last step, so that their next one stands alone: its gap is longer. */
  #paused = false;
  /** Seconds that moving blocks to the host or back adds to the current step. */
  #transferSeconds = 0;
  /** The jump ends where the scheduler wants to be asked again. */
  #boundByPolicy = false;
  /** Steps that end at `stepEndSeconds`: more than one in a jump; they belong to the stretch when it is valid. */
  #plannedSteps = 0;
  #stepSeconds = 0;
  #stepStartSeconds = 0;
  readonly #handsOver: boolean;
  /** Requests that went on elsewhere, and whose caches are still here. */
  #heldElsewhere = 0;
  /** Blocks of caches that arrived during the current step for nobody. */
  #refusedBlocks = 0;

  /** @param handsOver requests go on elsewhere after their first token */
  constructor(
    log: RequestLog,
    gaps: GapSketch,
    scheduler: Scheduler,
    engine: EngineConfig,
    cost: StepCost,
    jumps: boolean,
    handsOver = false,
  ) {
    this.#log = log;
    this.#gaps = gaps;
    this.#scheduler = scheduler;
    this.engine = engine;
    this.#cost = cost;
    this.pool = new KvPool(engine.kvBlocks, engine.blockSize);
    this.meter = new StepMeter(cost);
    this.#waiting = scheduler.waiting;
    const grows = scheduler.allocation === "chunk" || scheduler.allocation === "prompt";
    const ledger = [log, gaps, engine.blockSize, grows, cost.windowTokens] as const;
    this.#jumper = jumps ? new CountingLedger(...ledger) : undefined;
    this.#ledger = this.#jumper ?? new WalkingLedger(...ledger);
    this.#demand = new BlockDemand(scheduler.allocation, log, this.pool, this.#ledger);
    this.#host = new HostMemory(engine);
    this.#padded =
      scheduler.allocation === "batch" ? new PaddedBatch(cost.windowTokens, engine.maxNumSeqs) : undefined;
    this.#unused = cost.openUse();
    this.#running = new RunningOrder(log);
    this.#shape = new StepShape(cost.windowTokens.length, engine.maxNumSeqs);
    this.#stretch = new Stretch(cost.windowTokens.length);
    this.#prefilling = new PrefillSet(engine.maxNumSeqs);
    this.completed = new Int32Array(engine.maxNumSeqs);
    this.handovers = new Int32Array(engine.maxNumSeqs);
    this.#handsOver = handsOver;
    this.firstTokens = new Int32Array(engine.maxNumSeqs);
    this.#chunkRequests = new Int32Array(engine.maxNumSeqs);
  }

  // ---- what routers and samplers read ----

  /** Requests that wait or run here, or wait for room for their caches. */
  get outstanding(): number {
    return this.#waiting.length + this.#running.length + this.dock.expectedCount;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  get runningCount(): number {
    return this.#running.length;
  }

  /** Blocks in use at a time within the current step or jump. */
  usedBlocksAt(seconds: number): number {
    if (!this.busy || this.#plannedSteps === 1 || this.#jumper === undefined) return this.pool.usedBlocks;
    const started = this.#stretch.stepsToReach(seconds) - this.#stretch.steps;
    const ended = this.#stretch.timeAfter(this.#stretch.steps + started) === seconds ? started + 1 : started;
    const steps = Math.min(this.#plannedSteps, Math.max(1, ended));
    return this.pool.usedBlocks + this.#jumper.blocksAfterFirst(steps);
  }

  // ---- what the run loop calls ----

  enqueue(request: number): void {
    this.#log.phase[request] = PHASE.waiting;
    this.#waiting.push(request);
  }

  /** Ends a jump at the first step boundary at or after `seconds` if the request that just arrived could join there. */
  cutJumpForArrival(request: number, seconds: number): boolean {
    return this.#plannedSteps > 1 && this.#scheduler.arrivalMayJoin(this, request) && this.cutJump(seconds);
  }

  /**
   * Takes a request out whose client has gone. One that waits leaves at once, one that runs at the end of the current
   * step, as an engine hears of it between steps; its blocks are free from then on. Cut the jump after it.
   */
  cancel(request: number): void {
    if (this.busy && this.#log.phase[request] !== PHASE.waiting) this.#leaving.push(request);
    else this.#drop(request);
  }

  /** The cache of a request that went on elsewhere is no longer needed here. */
  release(request: number): void {
    this.pool.giveBack(this.#demand.ofComputed(request));
    this.#heldElsewhere--;
  }

  /** The client of a request that went on elsewhere has gone: what was computed here is lost. */
  abandonMoving(request: number): void {
    this.release(request);
    this.#log.phase[request] = PHASE.ended;
    this.#abandon(request);
  }

  /** The cache of a request has arrived. Cut the jump after it. */
  land(request: number): void {
    this.dock.inbound--;
    this.dock.landed.add(request);
    this.#log.phase[request] = PHASE.landed;
    this.#waiting.putBack(request);
  }

  /** The cache of a request has arrived that nobody wants any more: its blocks are free after the current step. */
  refuseLanding(request: number): void {
    this.dock.inbound--;
    this.#refusedBlocks += this.#demand.ofComputed(request);
    if (!this.busy) this.#freeRefused();
  }

  /**
   * Stops at once: the step under way is lost, and with it all that is in memory. Returns the requests that were here
   * in order of arrival, without those whose clients had gone already.
   */
  crash(seconds: number): number[] {
    if (this.busy && this.#stretch.valid) this.#passUntil(seconds);
    else if (this.busy) this.meter.lostSeconds += this.#stepSeconds;
    this.#endStretch();
    this.busy = false;
    this.startPlanned = false;
    const gone = new Set(this.#leaving.splice(0));
    const orphans = this.runningRequests();
    while (this.#waiting.length > 0) {
      orphans.push(this.#waiting.first);
      this.#drop(this.#waiting.first);
    }
    for (const request of orphans) if (!this.hasEnded(request)) this.#drop(request);
    // What the lost step had taken for itself.
    this.pool.giveBack(this.pool.usedBlocks);
    return orphans.filter((request) => !gone.has(request)).sort((a, b) => a - b);
  }

  /** The steps of a jump that have ended by then pass; the next one has taken its blocks if it has begun. */
  #passUntil(seconds: number): void {
    const stretch = this.#stretch;
    const reached = stretch.stepsToReach(seconds) - stretch.steps;
    const onBoundary = stretch.timeAfter(stretch.steps + reached) === seconds;
    const passed = Math.min(onBoundary ? reached : reached - 1, this.#plannedSteps);
    if (passed > 0) {
      this.#passStretch(passed);
      if (!onBoundary) this.pool.take(this.#ledger.blocksDue());
    }
    this.#stepStartSeconds = stretch.timeAfter(stretch.steps);
  }

  /** Ends a jump at the first step boundary at or after `seconds`; false when it ends there anyway. */
  cutJump(seconds: number): boolean {
    if (!this.busy || this.#plannedSteps === 1) return false;
    const steps = Math.max(1, this.#stretch.stepsToReach(seconds) - this.#stretch.steps);
    if (steps >= this.#plannedSteps) return false;
    this.#plannedSteps = steps;
    this.stepEndSeconds = this.#stretch.timeAfter(this.#stretch.steps + steps);
    this.#boundByPolicy = false;
    this.meter.jumpsCut++;
    return true;
  }

  /** Forms a batch and starts its step; goes idle when there is nothing to do. */
  startStep(seconds: number): void {
    this.startPlanned = false;
    if (this.dock.expectedCount > 0) this.#reserve();
    do {
      this.#beginBatch(seconds);
      this.#scheduler.formBatch(this);
    } while (this.#hasNoBatch && this.#evictLanded());
    if (this.#hasNoBatch) {
      this.#goIdle();
      return;
    }
    this.busy = true;
    this.#boundByPolicy = false;
    if (this.#shape.chunkCount > 0 || this.#paused || this.#transferSeconds > 0) this.#planStep();
    else this.#planStretch();
  }

  /** The current step or jump ends: tokens come out, requests finish. */
  finishStep(): void {
    const steps = this.#plannedSteps;
    const end = this.stepEndSeconds;
    this.busy = false;
    this.completedCount = 0;
    this.firstTokenCount = 0;
    this.handoverCount = 0;
    if (this.#stretch.valid) this.#passStretch(steps);
    else this.#passStep();
    for (let request = this.#nextFinished(); request >= 0; request = this.#ledger.takeFinished()) {
      this.#end(request, end);
    }
    for (let i = 0; i < this.#shape.chunkCount; i++) this.#finishChunk(i, end);
    if (this.#leaving.length > 0) this.#dropLeaving();
    if (this.#refusedBlocks > 0) this.#freeRefused();
  }

  /** Closes the books of a stretch that nothing will continue. */
  close(): void {
    this.#endStretch();
  }

  // ---- what a scheduler sees and does ----

  get decodeSequences(): number {
    return this.#ledger.sequences;
  }

  get decodeBlocksDue(): number {
    return this.#ledger.blocksDue();
  }

  get freeBlocks(): number {
    return this.pool.freeBlocks;
  }

  get prefillCount(): number {
    return this.#prefilling.count;
  }

  prefillAt(index: number): number {
    return this.#prefilling.at(index);
  }

  get firstWaiting(): number {
    return this.#waiting.first;
  }

  tokensToPrefill(request: number): number {
    const log = this.#log;
    return log.inputTokens[request]! + log.generatedTokens[request]! - log.computedTokens[request]!;
  }

  blocksForChunk(request: number, tokens: number): number {
    return this.#demand.ofChunk(request, tokens);
  }

  generatedTokens(request: number): number {
    if (!this.isDecoding(request)) return this.#log.generatedTokens[request]!;
    return this.#ledger.computedTokens(request) - this.#log.inputTokens[request]! + 1;
  }

  secondsWithChunk(request: number, tokens: number): number {
    this.#addChunk(request, tokens);
    const seconds = this.#cost.step(this.#describeStep(), this.#unused);
    this.#shape.chunkCount--;
    return seconds;
  }

  takeAllDecodes(): void {
    this.#decoding = true;
    this.pool.take(this.#ledger.blocksDue());
  }

  takeChunk(request: number, tokens: number): void {
    this.pool.take(this.blocksForChunk(request, tokens));
    this.#addChunk(request, tokens);
  }

  admitFirst(tokens: number): void {
    const log = this.#log;
    const request = this.#waiting.first;
    if (this.isSwapped(request)) this.#moveFromHost(request);
    this.takeChunk(request, tokens);
    this.#waiting.removeFirst();
    this.#running.append(request);
    this.#prefilling.append(request);
    if (log.phase[request] === PHASE.landed) this.dock.landed.delete(request);
    log.phase[request] = PHASE.prefilling;
    if (Number.isNaN(log.firstScheduledSeconds[request])) {
      log.firstScheduledSeconds[request] = this.#stepStartSeconds;
    }
  }

  admitPadded(requests: number, promptTokens: number, totalTokens: number): void {
    const blocks = requests * this.pool.blocksFor(totalTokens);
    this.pool.take(blocks);
    this.#padded!.begin(requests, promptTokens, blocks);
    for (let i = 0; i < requests; i++) this.admitFirst(this.tokensToPrefill(this.#waiting.first));
  }

  runningRequests(): number[] {
    const requests: number[] = [];
    for (let slot = 0; slot < this.#running.slotCount; slot++) {
      const request = this.#running.at(slot);
      if (request >= 0) requests.push(request);
    }
    return requests;
  }

  isDecoding(request: number): boolean {
    return this.#log.phase[request] === PHASE.decoding;
  }

  hasEnded(request: number): boolean {
    return this.#log.phase[request] === PHASE.ended;
  }

  blocksForToken(request: number): number {
    return this.#demand.ofToken(request);
  }

  takeToken(request: number): void {
    this.#decoding = true;
    this.pool.take(this.blocksForToken(request));
  }

  heldBlocks(request: number): number {
    return this.#demand.held(request);
  }

  isSwapped(request: number): boolean {
    return this.#log.phase[request] === PHASE.waiting && this.#log.computedTokens[request]! > 0;
  }

  preempt(request: number): void {
    const log = this.#log;
    const decoded = log.phase[request] === PHASE.decoding;
    this.pool.giveBack(this.heldBlocks(request));
    if (decoded) {
      this.#endStretch();
      log.stallFromSeconds[request] = this.#stepStartSeconds - this.#ledger.pausedSeconds(request);
      this.#ledger.leave(request);
    } else {
      this.#prefilling.remove(request);
    }
    this.meter.preemptions++;
    if (!decoded || !this.#moveToHost(request)) {
      this.meter.discardedTokens += log.computedTokens[request]!;
      log.computedTokens[request] = 0;
    }
    log.phase[request] = PHASE.waiting;
    log.preemptions[request]!++;
    this.#running.remove(request);
    this.#waiting.putBack(request);
  }

  #addChunk(request: number, tokens: number): void {
    this.#chunkRequests[this.#shape.chunkCount] = request;
    this.#shape.addChunk(tokens, this.#log.computedTokens[request]!);
  }

  /** False when the engine has no room for it on the host. */
  #moveToHost(request: number): boolean {
    const blocks = this.#demand.ofComputed(request);
    if (!this.#host.take(blocks)) return false;
    this.#transferSeconds += this.#host.transferSeconds(blocks);
    return true;
  }

  #moveFromHost(request: number): void {
    const blocks = this.#demand.ofComputed(request);
    this.#host.giveBack(blocks);
    this.#transferSeconds += this.#host.transferSeconds(blocks);
  }

  // ---- planning and passing steps ----

  #beginBatch(seconds: number): void {
    this.#stepStartSeconds = seconds;
    this.#shape.clearChunks();
    this.#decoding = false;
    this.#transferSeconds = 0;
    this.settledSteps = 1;
  }

  #planStretch(): void {
    const stretch = this.#stretch;
    const { shape, windowGrowth, ramp } = stretch;
    if (!stretch.valid || stretch.steps === stretch.lengthSteps) {
      this.#endStretch();
      this.#describeDecodes(shape, windowGrowth);
      shape.logitSequences = shape.decodeSequences;
      this.#cost.decodeRamp(shape, windowGrowth, ramp);
      const crossing = (this.#padded ?? this.#ledger).stepsUntilCrossing();
      stretch.begin(this.#stepStartSeconds, Math.min(ramp.steps, crossing));
    }
    this.#plannedSteps = this.#jumper === undefined ? 1 : this.#stepsToJump(this.#jumper);
    this.stepEndSeconds = stretch.timeAfter(stretch.steps + this.#plannedSteps);
  }

  #stepsToJump(ledger: CountingLedger): number {
    let atMost = Math.min(this.#stretch.lengthSteps - this.#stretch.steps, ledger.stepsUntilFinish());
    if (this.#waiting.length > 0 && this.settledSteps < atMost) {
      atMost = this.settledSteps;
      this.#boundByPolicy = true;
    }
    return ledger.stepsWithin(this.pool.freeBlocks, atMost);
  }

  #planStep(): void {
    this.#endStretch();
    const shape = this.#describeStep();
    this.#stepSeconds = this.meter.stepSeconds(shape) + this.#transferSeconds;
    this.#plannedSteps = 1;
    this.stepEndSeconds = this.#stepStartSeconds + this.#stepSeconds;
  }

  /** The step with all that takes part so far. */
  #describeStep(): StepShape {
    const shape = this.#shape;
    if (this.#decoding) this.#describeDecodes(shape, this.#stretch.windowGrowth);
    else clearDecodes(shape);
    let logits = shape.decodeSequences;
    for (let i = 0; i < shape.chunkCount; i++) {
      if (shape.chunkNewTokens[i] === this.tokensToPrefill(this.#chunkRequests[i]!)) logits++;
    }
    shape.logitSequences = logits;
    return this.#padded !== undefined && shape.chunkCount > 0 ? this.#padded.prefill : shape;
  }

  #describeDecodes(shape: StepShape, windowGrowth: Float64Array): void {
    (this.#padded ?? this.#ledger).describe(shape, windowGrowth);
  }

  #passStretch(steps: number): void {
    const stretch = this.#stretch;
    const used = this.pool.usedBlocks;
    const from = stretch.elapsedAfter(stretch.steps);
    const blockSeconds = used * (stretch.elapsedAfter(stretch.steps + steps) - from);
    this.meter.passSteps(steps, this.#ledger.sequences, 0, blockSeconds);
    if (this.#jumper === undefined) {
      this.#ledger.recordStep(stretch.stepSeconds(stretch.steps));
    } else if (steps > 1) {
      this.pool.take(this.#jumper.joinBlocks(steps, stretch));
      this.meter.blockSeconds += this.#jumper.joinedBlockSeconds;
    }
    this.#advance(steps);
    stretch.steps += steps;
    if (this.#boundByPolicy) this.meter.policyStops++;
  }

  #passStep(): void {
    const shape = this.#shape;
    let prefillTokens = 0;
    for (let i = 0; i < shape.chunkCount; i++) prefillTokens += shape.chunkNewTokens[i]!;
    const decodes = this.#decoding ? this.#ledger.sequences : 0;
    this.meter.passSteps(1, decodes, prefillTokens, this.pool.usedBlocks * this.#stepSeconds);
    if (this.#decoding) {
      this.#ledger.recordStep(this.#stepSeconds);
      this.#advance(1);
      this.#paused = false;
    } else if (this.#ledger.sequences > 0) {
      this.#paused = true;
      this.#ledger.pause(this.#stepSeconds);
    }
  }

  #advance(steps: number): void {
    this.#ledger.advance(steps);
    this.#padded?.advance(steps);
  }

  /** Before the batch changes: what the stretch has cost so far goes to the books. */
  #endStretch(): void {
    const stretch = this.#stretch;
    if (!stretch.valid) return;
    stretch.valid = false;
    if (stretch.steps === 0) return;
    this.meter.passStretch(stretch);
    this.#jumper?.recordStretch(stretch);
  }

  /** The first request to finish, after the stretch that brought it there has been closed. */
  #nextFinished(): number {
    if (this.#stretch.valid && this.#jumper !== undefined) {
      if (this.#jumper.stepsUntilFinish() > 0) return -1;
      this.#endStretch();
    }
    return this.#ledger.takeFinished();
  }

  #finishChunk(index: number, seconds: number): void {
    const log = this.#log;
    const request = this.#chunkRequests[index]!;
    const chunk = this.#shape.chunkNewTokens[index]!;
    const left = this.tokensToPrefill(request) - chunk;
    log.computedTokens[request]! += chunk;
    if (left > 0) return;
    this.#prefilling.remove(request);
    const generated = ++log.generatedTokens[request]!;
    this.meter.generatedTokens++;
    if (generated > 1) this.#endStall(request, seconds);
    else if (!this.#isLeaving(request)) {
      log.firstTokenSeconds[request] = seconds;
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
    this.#ledger.join(request, log.computedTokens[request]!, log.outputTokens[request]! - generated);
  }

  #end(request: number, seconds: number): void {
    const log = this.#log;
    // The walking ledger finds out at a finish that the stretch is over; the counting ledger knew before.
    this.#endStretch();
    log.phase[request] = PHASE.ended;
    log.computedTokens[request] = log.inputTokens[request]! + log.outputTokens[request]! - 1;
    if (this.#padded === undefined) this.pool.giveBack(this.#demand.ofWhole(request));
    this.#leaveBatch(request);
    if (this.#isLeaving(request)) {
      log.generatedTokens[request] = log.outputTokens[request]!;
      this.#abandon(request);
      return;
    }
    log.status[request] = STATUS.completed;
    log.finishSeconds[request] = seconds;
    this.completed[this.completedCount++] = request;
  }

  #isLeaving(request: number): boolean {
    return this.#leaving.length > 0 && this.#leaving.includes(request);
  }

  #dropLeaving(): void {
    for (const request of this.#leaving) {
      // One that got its last token in this very step has gone already.
      if (this.#log.phase[request] !== PHASE.ended) this.#drop(request);
    }
    this.#leaving.length = 0;
  }

  /** A request goes before its end, between two steps: what it holds is free, what was computed for it is lost. */
  #drop(request: number): void {
    const log = this.#log;
    const phase = log.phase[request]!;
    const held = this.heldBlocks(request);
    if (phase === PHASE.decoding) {
      this.#endStretch();
      this.#ledger.leave(request);
    }
    if (phase === PHASE.prefilling) this.#prefilling.remove(request);
    if (phase === PHASE.landed) {
      this.dock.landed.delete(request);
      this.pool.giveBack(held);
      this.#waiting.remove(request);
    } else if (phase === PHASE.waiting) {
      if (this.isSwapped(request)) this.#host.giveBack(this.#demand.ofComputed(request));
      this.#waiting.remove(request);
    } else {
      this.pool.giveBack(held);
      this.#leaveBatch(request);
    }
    log.phase[request] = PHASE.ended;
    this.#abandon(request);
  }

  #abandon(request: number): void {
    this.meter.abandon(this.#log, request);
    this.#scheduler.requestLeft?.(request);
  }

  /** A request gives up its seat; a padded batch ends with its last request. */
  #leaveBatch(request: number): void {
    this.#running.remove(request);
    if (this.#padded !== undefined && this.#running.length === 0) this.pool.giveBack(this.#padded.blocks);
  }

  // ---- requests that come from, or go on to, other replicas ----

  #handOver(request: number, seconds: number): void {
    this.#log.phase[request] = PHASE.moving;
    this.#log.stallFromSeconds[request] = seconds;
    this.#running.remove(request);
    this.#heldElsewhere++;
    this.handovers[this.handoverCount++] = request;
    this.#scheduler.requestLeft?.(request);
  }

  /** Takes blocks for caches that are to come, as long as seats and blocks last and nobody waits who was here before. */
  #reserve(): void {
    const { dock, pool } = this;
    while (dock.expectedCount > 0) {
      const seats = this.#running.length + this.#waiting.length + dock.inbound;
      if (seats >= this.engine.maxNumSeqs) return;
      if (this.#waiting.length > 0 && this.#log.phase[this.#waiting.first] !== PHASE.landed) return;
      const computed = this.#log.computedTokens[dock.firstExpected]!;
      if (pool.blocksFor(computed + 1) + this.decodeBlocksDue > pool.freeBlocks) return;
      pool.take(pool.blocksFor(computed));
      dock.reserveFirst();
    }
  }

  #freeRefused(): void {
    this.pool.giveBack(this.#refusedBlocks);
    this.#refusedBlocks = 0;
  }

  get #hasNoBatch(): boolean {
    return !this.#decoding && this.#shape.chunkCount === 0;
  }

  /** Landed caches may fill the pool so that none of their requests can take a token: then one has to go. */
  #evictLanded(): boolean {
    const request = [...this.dock.landed].pop();
    if (request === undefined) return false;
    const log = this.#log;
    this.dock.landed.delete(request);
    this.pool.giveBack(this.heldBlocks(request));
    this.meter.preemptions++;
    this.meter.discardedTokens += log.computedTokens[request]!;
    log.computedTokens[request] = 0;
    log.preemptions[request]!++;
    log.phase[request] = PHASE.waiting;
    return true;
  }

  #endStall(request: number, seconds: number): void {
    const log = this.#log;
    const gap = seconds - log.stallFromSeconds[request]!;
    log.stallFromSeconds[request] = NaN;
    log.raiseMaxTbt(request, gap);
    if (log.measured[request] === 1) this.#gaps.add(gap, 1);
  }

  #goIdle(): void {
    this.#endStretch();
    this.busy = false;
    const blocksComeBack = this.#heldElsewhere > 0 || this.dock.inbound > 0;
    if (!blocksComeBack && this.outstanding > 0) {
      throw new RunError(
        `a replica is stuck: ${this.#running.length} running and ${this.#waiting.length} waiting requests, ` +
          `${this.pool.freeBlocks} of ${this.pool.capacityBlocks} KV blocks free, but no step can be formed`,
      );
    }
  }
}

function clearDecodes(shape: StepShape): void {
  shape.decodeSequences = 0;
  shape.decodeContextTokens = 0;
  shape.decodeWindowTokens.fill(0);
}
