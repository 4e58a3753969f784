import type { GapSketch } from "../../core/gap-sketch.ts";
import type { StepShape } from "../../perf/step-cost.ts";
import { RequestHeap } from "../request-heap.ts";
import type { RequestLog } from "../request-log.ts";
import type { Stretch } from "../stretch.ts";
import { GapPeaks } from "./gap-peaks.ts";
import type { DecodeLedger } from "./ledger.ts";
import { Pauses } from "./pauses.ts";
import { WindowCounter } from "./window-counter.ts";

/**
 * Keeps the decoding requests as totals, so that a step costs O(1) and a jump over many steps no more. Requests finish
 * by a heap keyed by decode step; blocks fall due by a ring of counters, one per position within a block.
 */
export class CountingLedger implements DecodeLedger {
  sequences = 0;
  joinedBlockSeconds = 0;
  readonly #log: RequestLog;
  readonly #gaps: GapSketch;
  readonly #blockSize: number;
  /** Blocks that a sequence gains in `#blockSize` steps: none when it holds all it will ever need. */
  readonly #blocksPerCycle: number;
  readonly #windows: readonly WindowCounter[];
  readonly #peaks = new GapPeaks();
  readonly #pauses = new Pauses();
  readonly #finishes = new RequestHeap();
  /** Sequences that need a new block at decode steps ≡ index (mod block size). */
  readonly #blockRing: Int32Array;
  /**
   * Of a sliding window that frees what is behind it: which sequences are beyond it, and how many of them leave a block
   * behind at decode steps ≡ index (mod block size).
   */
  readonly #freeing: WindowCounter | undefined;
  readonly #freeingRing: Int32Array;
  #step = 0;
  /** Blocks that join during a jump, and the sums of the steps at which they do and of their squares. */
  #joinedBlocks = 0;
  #joinedSteps = 0;
  #joinedStepSquares = 0;
  #measured = 0;
  #contextTokens = 0;

  constructor(
    log: RequestLog,
    gaps: GapSketch,
    blockSize: number,
    grows: boolean,
    windowTokens: readonly number[],
    freeingTokens = Infinity,
  ) {
    this.#log = log;
    this.#gaps = gaps;
    this.#blockSize = blockSize;
    this.#blocksPerCycle = grows ? 1 : 0;
    this.#blockRing = new Int32Array(blockSize);
    this.#windows = windowTokens.map((tokens) => new WindowCounter(tokens));
    this.#freeingRing = new Int32Array(blockSize);
    if (freeingTokens < Infinity) {
      // Sequences whose next token sees one token less than there are: a block size later they leave a block behind.
      this.#freeing = new WindowCounter(freeingTokens + 1, (step) => {
        this.#freeingRing[this.#ringSlot(step - 2)]!++;
      });
    }
  }

  join(request: number, computedTokens: number, remainingTokens: number): void {
    const step = this.#step;
    this.sequences++;
    const measured = this.#log.measured[request]!;
    this.#measured += measured;
    this.#contextTokens += computedTokens + 1;
    this.#blockRing[this.#ringSlot(step - computedTokens)]! += this.#blocksPerCycle;
    this.#log.joinStep[request] = this.#pauses.join(step, measured);
    this.#log.finishStep[request] = step + remainingTokens;
    this.#finishes.push(step + remainingTokens, request);
    for (const window of this.#windows) window.join(step, computedTokens);
    if (this.#freeing !== undefined) this.#joinFreeing(this.#freeing, computedTokens, 1);
  }

  leave(request: number): void {
    this.#finishes.remove(request);
    this.#settle(request);
  }

  /** Takes a request out of the totals and writes down how far it got. */
  #settle(request: number): void {
    const log = this.#log;
    const remaining = log.finishStep[request]! - this.#step;
    const generated = log.outputTokens[request]! - remaining;
    const computed = log.inputTokens[request]! + generated - 1;
    log.generatedTokens[request] = generated;
    log.computedTokens[request] = computed;
    const peak = this.#peaks.since(log.joinStep[request]!);
    if (peak > 0) log.raiseMaxTbt(request, peak);
    this.sequences--;
    this.#measured -= log.measured[request]!;
    if (this.#pauses.length > 0) this.#pauses.leave(this.#cohortOf(request), log.measured[request]!);
    this.#contextTokens -= computed + 1;
    this.#blockRing[this.#ringSlot(this.#step - computed)]! -= this.#blocksPerCycle;
    for (const window of this.#windows) window.leave(this.#step, computed);
    if (this.#freeing !== undefined) this.#joinFreeing(this.#freeing, computed, -1);
  }

  computedTokens(request: number): number {
    const log = this.#log;
    const remaining = log.finishStep[request]! - this.#step;
    return log.inputTokens[request]! + log.outputTokens[request]! - remaining - 1;
  }

  tokensAhead(): number {
    return 1;
  }

  describe(shape: StepShape, windowGrowth: Float64Array): void {
    shape.decodeSequences = this.sequences;
    shape.decodeContextTokens = this.#contextTokens;
    for (let i = 0; i < this.#windows.length; i++) {
      shape.decodeWindowTokens[i] = this.#windows[i]!.contextTokens;
      windowGrowth[i] = this.#windows[i]!.growing;
    }
  }

  blocksDue(): number {
    return this.#blockRing[this.#step % this.#blockSize]!;
  }

  stepsUntilCrossing(): number {
    let steps = Infinity;
    for (const window of this.#windows) steps = Math.min(steps, window.stepsUntilCrossing(this.#step));
    return steps;
  }

  pause(seconds: number): void {
    this.#pauses.add(seconds, this.#measured);
  }

  pausedSeconds(request: number): number {
    return this.#pauses.secondsOf(this.#cohortOf(request));
  }

  recordStep(seconds: number): void {
    if (this.#pauses.length > 0) {
      this.#recordPaused(seconds);
      return;
    }
    if (this.#measured > 0) this.#gaps.add(seconds, this.#measured);
    if (this.sequences > 0) this.#peaks.append(this.#step, seconds);
  }

  /** The gaps of a whole stretch, whose last step has just been passed with `advance`. */
  recordStretch(stretch: Stretch): void {
    const { ramp, steps } = stretch;
    if (this.#measured > 0) this.#gaps.addRamp(ramp.seconds, ramp.secondsPerStep, steps, this.#measured);
    this.#peaks.append(this.#step - 1, stretch.stepSeconds(steps - 1));
  }

  /** A step ends a pause: each cohort has seen a gap of its own, those that joined first the longest. */
  #recordPaused(seconds: number): void {
    const pauses = this.#pauses;
    for (let cohort = 0; cohort < pauses.length; cohort++) {
      const gap = seconds + pauses.secondsOf(cohort);
      const measured = pauses.measuredOf(cohort);
      if (measured > 0) this.#gaps.add(gap, measured);
      this.#peaks.append(pauses.stepOf(this.#step, cohort), gap);
    }
    pauses.clear();
  }

  /** The cohort of the current pause that a request belongs to. */
  #cohortOf(request: number): number {
    return this.#pauses.cohortOf(this.#step, this.#log.joinStep[request]!);
  }

  advance(steps: number): void {
    this.#step += steps;
    this.#contextTokens += steps * this.sequences;
    for (const window of this.#windows) window.advance(steps, this.#step);
    this.#freeing?.advance(steps, this.#step);
  }

  blocksReturned(): number {
    return this.#freeingRing[this.#ringSlot(this.#step - 1)]!;
  }

  /** Steps until a sequence leaves a block behind a sliding window that frees it; Infinity when none is so far. */
  stepsUntilFreeing(): number {
    if (this.#freeing === undefined) return Infinity;
    // Whoever is not beyond the window yet leaves a block behind a block size after that.
    const later = this.#freeing.stepsUntilCrossing(this.#step) + this.#blockSize - 2;
    for (let j = 1; j <= this.#blockSize; j++) {
      if (this.#freeingRing[this.#ringSlot(this.#step + j - 1)]! > 0) return Math.min(j, later);
    }
    return later;
  }

  #joinFreeing(freeing: WindowCounter, computedTokens: number, sign: 1 | -1): void {
    const step = this.#step;
    if (computedTokens + 1 >= freeing.windowTokens) {
      const slot = this.#ringSlot(step - computedTokens + freeing.windowTokens - 3);
      this.#freeingRing[slot]! += sign;
    }
    if (sign > 0) freeing.join(step, computedTokens);
    else freeing.leave(step, computedTokens);
  }

  takeFinished(): number {
    if (this.#finishes.firstKey > this.#step) return -1;
    const request = this.#finishes.firstRequest;
    this.#finishes.removeFirst();
    this.#settle(request);
    return request;
  }

  /** Steps until the first sequence has all its tokens; Infinity when there is none. */
  stepsUntilFinish(): number {
    return this.#finishes.firstKey - this.#step;
  }

  /**
   * Most steps (≤ `atMost`, ≥ 1) that can follow one another when the next step already has its blocks and the later
   * ones share `freeBlocks`.
   */
  stepsWithin(freeBlocks: number, atMost: number): number {
    const size = this.#blockSize;
    const perCycle = this.sequences * this.#blocksPerCycle;
    if (perCycle * Math.ceil((atMost - 1) / size) <= freeBlocks) return atMost;
    const cycles = Math.floor(freeBlocks / perCycle);
    let left = freeBlocks - cycles * perCycle;
    let steps = 1 + cycles * size;
    while (steps < atMost) {
      left -= this.#blockRing[(this.#step + steps) % size]!;
      if (left < 0) break;
      steps++;
    }
    return Math.min(steps, atMost);
  }

  /** Blocks that the steps after the next one, up to `steps` in all, need. */
  blocksAfterFirst(steps: number): number {
    const size = this.#blockSize;
    const cycles = Math.floor((steps - 1) / size);
    let blocks = cycles * this.sequences * this.#blocksPerCycle;
    for (let j = 1 + cycles * size; j < steps; j++) blocks += this.#blockRing[(this.#step + j) % size]!;
    return blocks;
  }

  /**
   * Blocks that join after the first of the next `steps` steps; their block-seconds, each held from the start of its
   * step to the end of the last, go to `joinedBlockSeconds`. `stretch.steps` is the index of the next step.
   */
  joinBlocks(steps: number, stretch: Stretch): number {
    const size = this.#blockSize;
    // Every position in a block comes up once per whole cycle, the first ones once more.
    const cycles = Math.floor((steps - 1) / size);
    const extra = steps - 1 - cycles * size;
    this.#joinedBlocks = 0;
    this.#joinedSteps = 0;
    this.#joinedStepSquares = 0;
    this.#countJoins(1, extra, cycles + 1, stretch.steps);
    if (cycles > 0) this.#countJoins(extra + 1, size, cycles, stretch.steps);
    const end = stretch.elapsedAfter(stretch.steps + steps);
    const starts = stretch.sumOfElapsed(this.#joinedSteps, this.#joinedStepSquares);
    this.joinedBlockSeconds = this.#joinedBlocks * end - starts;
    return this.#joinedBlocks;
  }

  /**
   * Adds up number, Σ k and Σ k² of the steps k at which blocks join at the positions `from` to `to` after the next
   * step, which has index `base`, over `times` cycles.
   */
  #countJoins(from: number, to: number, times: number, base: number): void {
    const size = this.#blockSize;
    let slot = (this.#step + from) % size;
    let blocks = 0;
    let positions = 0;
    let squares = 0;
    for (let j = from; j <= to; j++) {
      const due = this.#blockRing[slot]!;
      blocks += due;
      positions += due * j;
      squares += due * j * j;
      if (++slot === size) slot = 0;
    }
    // k = base + j + i · size, summed over i = 0…times-1.
    const steps = base * blocks + positions;
    const later = (size * times * (times - 1)) / 2;
    this.#joinedBlocks += times * blocks;
    this.#joinedSteps += times * steps + later * blocks;
    this.#joinedStepSquares +=
      times * (base * (steps + positions) + squares) +
      2 * later * steps +
      ((size * later * (2 * times - 1)) / 3) * blocks;
  }

  #ringSlot(offset: number): number {
    const slot = offset % this.#blockSize;
    return slot < 0 ? slot + this.#blockSize : slot;
  }
}
