import { RunError } from "../core/errors.ts";
import type { GapSketch } from "../core/gap-sketch.ts";
import { StepShape, type StepCost } from "../perf/step-cost.ts";
import type { EngineConfig } from "./config.ts";
import { CountingLedger } from "./decode/counting-ledger.ts";
import type { DecodeLedger } from "./decode/ledger.ts";
import { WalkingLedger } from "./decode/walking-ledger.ts";
import { KvPool } from "./kv-pool.ts";
import { PrefillSet } from "./prefill-set.ts";
import { PHASE, type RequestLog } from "./request-log.ts";
import { STATUS } from "./result.ts";
import { RunningOrder } from "./running-order.ts";
import type { BatchBuilder, Scheduler } from "./scheduler.ts";
import { StepMeter } from "./step-meter.ts";
import { Stretch } from "./stretch.ts";
import { WaitingQueue } from "./waiting-queue.ts";

/**
 * One engine: a queue, a running batch, a KV pool, and one step after another. It tells when its current step (or
 * jump over equal steps) ends; the run loop calls `finishStep` at that time and `startStep` after it.
 */
export class Replica implements BatchBuilder {
  readonly engine: EngineConfig;
  readonly pool: KvPool;
  readonly meter: StepMeter;
  admissionSettled = false;
  /** The current step ends at `stepEndSeconds`; false while idle. */
  busy = false;
  stepEndSeconds = 0;
  /** A start is already planned for this instant. */
  startPlanned = false;

  readonly #log: RequestLog;
  readonly #gaps: GapSketch;
  readonly #scheduler: Scheduler;
  readonly #cost: StepCost;
  readonly #ledger: DecodeLedger;
  /** The ledger again when jumps are allowed. */
  readonly #jumper: CountingLedger | undefined;
  readonly #waiting = new WaitingQueue();
  readonly #running: RunningOrder;
  readonly #stretch: Stretch;
  readonly #shape: StepShape;

  readonly #prefilling: PrefillSet;
  /** Requests of the chunks in `#shape`, by the same index. */
  readonly #chunkRequests: Int32Array;
  #walkSlot = 0;
  /** Steps that end at `stepEndSeconds`: more than one in a jump; they belong to the stretch when it is valid. */
  #plannedSteps = 0;
  #stepSeconds = 0;
  #stepStartSeconds = 0;

  constructor(
    log: RequestLog,
    gaps: GapSketch,
    scheduler: Scheduler,
    engine: EngineConfig,
    cost: StepCost,
    jumps: boolean,
  ) {
    this.#log = log;
    this.#gaps = gaps;
    this.#scheduler = scheduler;
    this.engine = engine;
    this.#cost = cost;
    this.pool = new KvPool(engine.kvBlocks, engine.blockSize);
    this.meter = new StepMeter(cost);
    this.#jumper = jumps ? new CountingLedger(log, gaps, engine.blockSize, cost.windowTokens) : undefined;
    this.#ledger = this.#jumper ?? new WalkingLedger(log, gaps, engine.blockSize, cost.windowTokens);
    this.#running = new RunningOrder(log);
    this.#shape = new StepShape(cost.windowTokens.length, engine.maxNumSeqs);
    this.#stretch = new Stretch(cost.windowTokens.length);
    this.#prefilling = new PrefillSet(engine.maxNumSeqs);
    this.#chunkRequests = new Int32Array(engine.maxNumSeqs);
  }

  // ---- what routers and samplers read ----

  /** Requests that wait or run here. */
  get outstanding(): number {
    return this.#waiting.length + this.#running.length;
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
    this.#waiting.pushBack(request);
  }

  /** Ends a jump at the first step boundary at or after `seconds` if what just arrived could join there. */
  cutJump(seconds: number): boolean {
    if (this.#plannedSteps === 1 || !this.#scheduler.arrivalMayJoin(this)) return false;
    const steps = Math.max(1, this.#stretch.stepsToReach(seconds) - this.#stretch.steps);
    if (steps >= this.#plannedSteps) return false;
    this.#plannedSteps = steps;
    this.stepEndSeconds = this.#stretch.timeAfter(this.#stretch.steps + steps);
    this.meter.jumpsCut++;
    return true;
  }

  /** Forms a batch and starts its step; goes idle when there is nothing to do. */
  startStep(seconds: number): void {
    this.startPlanned = false;
    this.#stepStartSeconds = seconds;
    this.#shape.clearChunks();
    this.#scheduler.formBatch(this);
    const decodes = this.#ledger.sequences;
    if (decodes === 0 && this.#shape.chunkCount === 0) {
      this.#goIdle();
      return;
    }
    this.busy = true;
    if (this.#shape.chunkCount === 0) this.#planStretch();
    else this.#planStep();
  }

  /** The current step or jump ends: tokens come out, requests finish. */
  finishStep(): number {
    const steps = this.#plannedSteps;
    const end = this.stepEndSeconds;
    this.busy = false;
    if (this.#stretch.valid) this.#passStretch(steps);
    else this.#passStep();
    let finished = 0;
    for (let request = this.#nextFinished(); request >= 0; request = this.#ledger.takeFinished()) {
      this.#end(request, end);
      finished++;
    }
    for (let i = 0; i < this.#shape.chunkCount; i++) finished += this.#finishChunk(i, end);
    return finished;
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
    return this.#ledger.sequences === 0 ? 0 : this.#ledger.blocksDue();
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
    return this.pool.blocksToGrow(this.#log.computedTokens[request]!, tokens);
  }

  takeAllDecodes(): void {
    this.pool.take(this.#ledger.blocksDue());
  }

  takeChunk(request: number, tokens: number): void {
    this.pool.take(this.blocksForChunk(request, tokens));
    this.#chunkRequests[this.#shape.chunkCount] = request;
    this.#shape.addChunk(tokens, this.#log.computedTokens[request]!);
  }

  admitFirst(tokens: number): void {
    const request = this.#waiting.first;
    this.#waiting.removeFirst();
    this.#running.append(request);
    this.#prefilling.append(request);
    this.#log.phase[request] = PHASE.prefilling;
    if (Number.isNaN(this.#log.firstScheduledSeconds[request])) {
      this.#log.firstScheduledSeconds[request] = this.#stepStartSeconds;
    }
    this.takeChunk(request, tokens);
  }

  beginWalk(): void {
    this.#walkSlot = 0;
  }

  nextRunning(): number {
    while (this.#walkSlot < this.#running.slotCount) {
      const request = this.#running.at(this.#walkSlot++);
      if (request >= 0) return request;
    }
    return -1;
  }

  isDecoding(request: number): boolean {
    return this.#log.phase[request] === PHASE.decoding;
  }

  blocksForToken(request: number): number {
    return this.pool.blocksToGrow(this.#ledger.computedTokens(request), 1);
  }

  takeToken(request: number): void {
    this.pool.take(this.blocksForToken(request));
  }

  preemptLast(): number {
    const log = this.#log;
    const request = this.#running.last;
    if (log.phase[request] === PHASE.decoding) {
      this.#endStretch();
      this.#ledger.leave(request);
      log.stallFromSeconds[request] = this.#stepStartSeconds;
    } else {
      this.#prefilling.remove(request);
    }
    this.pool.giveBack(this.pool.blocksFor(log.computedTokens[request]!));
    this.meter.preempt(log.computedTokens[request]!);
    log.computedTokens[request] = 0;
    log.phase[request] = PHASE.waiting;
    log.preemptions[request]!++;
    this.#running.remove(request);
    this.#waiting.pushFront(request);
    return request;
  }

  // ---- planning and passing steps ----

  #planStretch(): void {
    const stretch = this.#stretch;
    const { shape, windowGrowth, ramp } = stretch;
    if (!stretch.valid || stretch.steps === stretch.lengthSteps) {
      this.#endStretch();
      this.#ledger.describe(shape, windowGrowth);
      shape.logitSequences = shape.decodeSequences;
      this.#cost.decodeRamp(shape, windowGrowth, ramp);
      stretch.begin(this.#stepStartSeconds, Math.min(ramp.steps, this.#ledger.stepsUntilCrossing()));
    }
    this.#plannedSteps = this.#jumper === undefined ? 1 : this.#stepsToJump(this.#jumper);
    this.stepEndSeconds = stretch.timeAfter(stretch.steps + this.#plannedSteps);
  }

  #stepsToJump(ledger: CountingLedger): number {
    if (!this.admissionSettled && this.#waiting.length > 0) return 1;
    const atMost = Math.min(this.#stretch.lengthSteps - this.#stretch.steps, ledger.stepsUntilFinish());
    return ledger.stepsWithin(this.pool.freeBlocks, atMost);
  }

  #planStep(): void {
    this.#endStretch();
    const shape = this.#shape;
    this.#ledger.describe(shape, this.#stretch.windowGrowth);
    let logits = shape.decodeSequences;
    for (let i = 0; i < shape.chunkCount; i++) {
      if (shape.chunkNewTokens[i] === this.tokensToPrefill(this.#chunkRequests[i]!)) logits++;
    }
    shape.logitSequences = logits;
    this.#stepSeconds = this.meter.stepSeconds(shape);
    this.#plannedSteps = 1;
    this.stepEndSeconds = this.#stepStartSeconds + this.#stepSeconds;
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
    this.#ledger.advance(steps);
    stretch.steps += steps;
  }

  #passStep(): void {
    const shape = this.#shape;
    let prefillTokens = 0;
    for (let i = 0; i < shape.chunkCount; i++) prefillTokens += shape.chunkNewTokens[i]!;
    this.meter.passSteps(1, this.#ledger.sequences, prefillTokens, this.pool.usedBlocks * this.#stepSeconds);
    this.#ledger.recordStep(this.#stepSeconds);
    this.#ledger.advance(1);
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

  #finishChunk(index: number, seconds: number): number {
    const log = this.#log;
    const request = this.#chunkRequests[index]!;
    const left = this.tokensToPrefill(request) - this.#shape.chunkNewTokens[index]!;
    log.computedTokens[request]! += this.#shape.chunkNewTokens[index]!;
    if (left > 0) return 0;
    this.#prefilling.remove(request);
    const generated = ++log.generatedTokens[request]!;
    this.meter.generatedTokens++;
    if (generated === 1) log.firstTokenSeconds[request] = seconds;
    else this.#endStall(request, seconds);
    if (generated === log.outputTokens[request]!) {
      this.#end(request, seconds);
      return 1;
    }
    log.phase[request] = PHASE.decoding;
    this.#ledger.join(request, log.computedTokens[request]!, log.outputTokens[request]! - generated);
    return 0;
  }

  #end(request: number, seconds: number): void {
    const log = this.#log;
    // The walking ledger finds out at a finish that the stretch is over; the counting ledger knew before.
    this.#endStretch();
    log.phase[request] = PHASE.ended;
    log.status[request] = STATUS.completed;
    log.finishSeconds[request] = seconds;
    this.pool.giveBack(this.pool.blocksFor(log.inputTokens[request]! + log.outputTokens[request]! - 1));
    this.#running.remove(request);
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
    if (this.#waiting.length > 0 || this.#running.length > 0) {
      throw new RunError(
        `a replica is stuck: ${this.#running.length} running and ${this.#waiting.length} waiting requests, ` +
          `${this.pool.freeBlocks} of ${this.pool.capacityBlocks} KV blocks free, but no step can be formed`,
      );
    }
  }
}
