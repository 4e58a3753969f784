import type { StepCost, StepShape } from "../../perf/step-cost.ts";
import type { ReplicaAttribution } from "../attribution/replica-attribution.ts";
import type { CountingLedger } from "../decode/counting-ledger.ts";
import type { StepMeter } from "../step-meter.ts";
import { Stretch } from "../stretch.ts";
import type { FormedBatch } from "./formed-batch.ts";
import type { Residents } from "./residents.ts";

/**
 * When the steps of one replica end. Steps without prompts follow one another in a stretch, which is jumped over as far
 * as nothing can happen in between; every other step stands alone. What has passed goes to ledger, pool and meter.
 */
export class StepClock {
  /** The current step or jump ends at `endSeconds`; false while idle. */
  busy = false;
  endSeconds = 0;
  /** Steps that end at `endSeconds`: more than one in a jump; they belong to the stretch when it is valid. */
  #plannedSteps = 0;
  #stepSeconds = 0;
  /** The jump ends where the scheduler wants to be asked again. */
  #boundByPolicy = false;
  /** The decoding sequences sat out the last step, so that their next one stands alone: its gap is longer. */
  #paused = false;
  /** The jump ends where a block is left behind a sliding window. */
  #boundByWindow = false;
  readonly #stretch: Stretch;
  readonly #residents: Residents;
  readonly #meter: StepMeter;
  readonly #cost: StepCost;
  readonly #attribution: ReplicaAttribution | undefined;
  /** What the device computes in a step that stands alone. */
  #priced: StepShape;

  constructor(
    residents: Residents,
    meter: StepMeter,
    cost: StepCost,
    attribution: ReplicaAttribution | undefined,
  ) {
    this.#attribution = attribution;
    this.#residents = residents;
    this.#meter = meter;
    this.#cost = cost;
    this.#stretch = new Stretch(cost.windowTokens.length);
    this.#priced = this.#stretch.shape;
  }

  /** Writes the decode part of a step. */
  describeDecodes(shape: StepShape): void {
    const { padded, ledger } = this.#residents;
    (padded ?? ledger).describe(shape, this.#stretch.windowGrowth);
  }

  // ---- planning ----

  start(batch: FormedBatch, seconds: number): void {
    this.busy = true;
    this.#boundByPolicy = false;
    this.#boundByWindow = false;
    const { speculative } = this.#residents;
    const standsAlone = batch.shape.chunkCount > 0 || this.#paused || speculative !== undefined;
    if (standsAlone || batch.transferSeconds > 0) this.#planStep(batch, seconds);
    else this.#planStretch(batch, seconds);
  }

  #planStep(batch: FormedBatch, seconds: number): void {
    this.endStretch();
    this.#priced = batch.describe();
    const computing = this.#meter.stepSeconds(this.#priced);
    batch.transferSeconds += Math.max(0, batch.loadSeconds - computing);
    this.#stepSeconds = computing + batch.transferSeconds + batch.draftSeconds();
    this.#plannedSteps = 1;
    this.endSeconds = seconds + this.#stepSeconds;
  }

  #planStretch(batch: FormedBatch, seconds: number): void {
    const { jumper } = this.#residents;
    const stretch = this.#stretch;
    if (!stretch.valid || stretch.steps === stretch.lengthSteps) this.#beginStretch(seconds);
    this.#plannedSteps = jumper === undefined ? 1 : this.#stepsToJump(jumper, batch.settledSteps);
    this.endSeconds = stretch.timeAfter(stretch.steps + this.#plannedSteps);
  }

  #beginStretch(seconds: number): void {
    this.endStretch();
    const { padded, ledger } = this.#residents;
    const { shape, windowGrowth, ramp } = this.#stretch;
    this.describeDecodes(shape);
    shape.logitSequences = shape.decodeSequences;
    this.#cost.decodeRamp(shape, windowGrowth, ramp);
    const crossing = (padded ?? ledger).stepsUntilCrossing();
    this.#stretch.begin(seconds, Math.min(ramp.steps, crossing));
  }

  #stepsToJump(ledger: CountingLedger, settledSteps: number): number {
    const { waiting, pool, freesBehindWindow } = this.#residents;
    let atMost = Math.min(this.#stretch.lengthSteps - this.#stretch.steps, ledger.stepsUntilFinish());
    if (freesBehindWindow && ledger.stepsUntilFreeing() < atMost) {
      atMost = ledger.stepsUntilFreeing();
      this.#boundByWindow = true;
    }
    if (waiting.length > 0 && settledSteps < atMost) {
      atMost = settledSteps;
      this.#boundByPolicy = true;
      this.#boundByWindow = false;
    }
    return ledger.stepsWithin(pool.freeBlocks, atMost);
  }

  get isJumping(): boolean {
    return this.#plannedSteps > 1;
  }

  /** Ends a jump at the first step boundary at or after `seconds`; false when it ends there anyway. */
  cutJump(seconds: number): boolean {
    if (!this.busy || this.#plannedSteps === 1) return false;
    const stretch = this.#stretch;
    const steps = Math.max(1, stretch.stepsToReach(seconds) - stretch.steps);
    if (steps >= this.#plannedSteps) return false;
    this.#plannedSteps = steps;
    this.endSeconds = stretch.timeAfter(stretch.steps + steps);
    this.#boundByPolicy = false;
    this.#boundByWindow = false;
    this.#meter.jumpsCut++;
    return true;
  }

  /** Blocks in use at a time within the current step or jump. */
  usedBlocksAt(seconds: number): number {
    const { pool, jumper } = this.#residents;
    if (!this.busy || this.#plannedSteps === 1 || jumper === undefined) return pool.usedBlocks;
    const stretch = this.#stretch;
    const started = stretch.stepsToReach(seconds) - stretch.steps;
    const ended = stretch.timeAfter(stretch.steps + started) === seconds ? started + 1 : started;
    const steps = Math.min(this.#plannedSteps, Math.max(1, ended));
    return pool.usedBlocks + jumper.blocksAfterFirst(steps);
  }

  // ---- passing ----

  /** The current step or jump has ended. */
  finish(batch: FormedBatch): void {
    this.busy = false;
    if (this.#stretch.valid) this.#passStretch(this.#plannedSteps);
    else this.#passStep(batch);
  }

  /** All stops at once: steps of a jump that have ended by then have passed, the one under way is lost. */
  stop(seconds: number): void {
    if (this.busy && this.#stretch.valid) this.#passUntil(seconds);
    else if (this.busy) this.#meter.lostSeconds += this.#stepSeconds;
    this.endStretch();
    this.busy = false;
  }

  /** The first request to finish, after the stretch that brought it there has been closed; -1 for none. */
  takeFinished(): number {
    const { jumper, ledger } = this.#residents;
    if (this.#stretch.valid && jumper !== undefined) {
      if (jumper.stepsUntilFinish() > 0) return -1;
      this.endStretch();
    }
    return ledger.takeFinished();
  }

  /** Before the batch changes: what the stretch has cost so far goes to the books. */
  endStretch(): void {
    const stretch = this.#stretch;
    if (!stretch.valid) return;
    stretch.valid = false;
    if (stretch.steps === 0) return;
    this.#meter.passStretch(stretch);
    this.#residents.jumper?.recordStretch(stretch);
  }

  #passStretch(steps: number): void {
    const { pool, ledger, jumper } = this.#residents;
    const meter = this.#meter;
    const stretch = this.#stretch;
    const from = stretch.elapsedAfter(stretch.steps);
    const blockSeconds = pool.usedBlocks * (stretch.elapsedAfter(stretch.steps + steps) - from);
    meter.passSteps(steps, ledger.sequences, 0, blockSeconds);
    this.#attribution?.passStretch(stretch, steps);
    if (jumper === undefined) {
      ledger.recordStep(stretch.stepSeconds(stretch.steps));
    } else if (steps > 1) {
      pool.take(jumper.joinBlocks(steps, stretch));
      meter.blockSeconds += jumper.joinedBlockSeconds;
    }
    this.#advance(steps);
    stretch.steps += steps;
    if (this.#boundByPolicy) meter.policyStops++;
    if (this.#boundByWindow) meter.windowStops++;
  }

  #passStep(batch: FormedBatch): void {
    const { shape, decoding } = batch;
    const { pool, ledger, speculative } = this.#residents;
    const seconds = this.#stepSeconds;
    let prefillTokens = 0;
    for (let i = 0; i < shape.chunkCount; i++) prefillTokens += shape.chunkNewTokens[i]!;
    this.#meter.passSteps(1, decoding ? ledger.sequences : 0, prefillTokens, pool.usedBlocks * seconds);
    if (decoding) speculative?.drawTokens();
    this.#attribution?.passStep(this.#priced, batch, seconds, this.endSeconds);
    if (decoding) {
      ledger.recordStep(seconds);
      if (speculative !== undefined) this.#meter.passDrafts(speculative.extraTokens, prefillTokens);
      this.#advance(1);
      this.#paused = false;
    } else if (ledger.sequences > 0) {
      this.#paused = true;
      ledger.pause(seconds);
    }
  }

  /** The steps of a jump that have ended by then pass; the next one has taken its blocks if it has begun. */
  #passUntil(seconds: number): void {
    const stretch = this.#stretch;
    const reached = stretch.stepsToReach(seconds) - stretch.steps;
    const onBoundary = stretch.timeAfter(stretch.steps + reached) === seconds;
    const passed = Math.min(onBoundary ? reached : reached - 1, this.#plannedSteps);
    if (passed === 0) return;
    this.#passStretch(passed);
    if (!onBoundary) this.#residents.pool.take(this.#residents.ledger.blocksDue());
  }

  #advance(steps: number): void {
    const { ledger, padded, returnsBlocks } = this.#residents;
    ledger.advance(steps);
    padded?.advance(steps);
    if (returnsBlocks) this.#residents.giveBackLost(ledger.blocksReturned());
  }
}
