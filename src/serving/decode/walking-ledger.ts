import type { GapSketch } from "../../core/gap-sketch.ts";
import type { StepShape } from "../../perf/step-cost.ts";
import type { RequestLog } from "../request-log.ts";
import type { DecodeLedger } from "./ledger.ts";

interface Member {
  readonly request: number;
  computedTokens: number;
  remainingTokens: number;
  pausedSeconds: number;
}

/**
 * The plain way, for `--step-by-step`: every request is visited at every step and nothing is derived from totals.
 * Slow on purpose; the counting ledger is held equal to it.
 */
export class WalkingLedger implements DecodeLedger {
  readonly #log: RequestLog;
  readonly #gaps: GapSketch;
  readonly #blockSize: number;
  readonly #grows: boolean;
  readonly #windowTokens: readonly number[];
  /** Of a sliding window that frees what is behind it; Infinity for none. */
  readonly #freeingTokens: number;
  #members: Member[] = [];

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
    this.#grows = grows;
    this.#windowTokens = windowTokens;
    this.#freeingTokens = freeingTokens;
  }

  get sequences(): number {
    return this.#members.length;
  }

  join(request: number, computedTokens: number, remainingTokens: number): void {
    this.#members.push({ request, computedTokens, remainingTokens, pausedSeconds: 0 });
  }

  leave(request: number): void {
    const member = this.#memberOf(request);
    this.#members = this.#members.filter((other) => other !== member);
    this.#log.computedTokens[request] = member.computedTokens;
    this.#log.generatedTokens[request] = this.#log.outputTokens[request]! - member.remainingTokens;
  }

  computedTokens(request: number): number {
    return this.#memberOf(request).computedTokens;
  }

  tokensAhead(): number {
    return 1;
  }

  describe(shape: StepShape, windowGrowth: Float64Array): void {
    shape.decodeSequences = this.#members.length;
    shape.decodeContextTokens = 0;
    shape.decodeWindowTokens.fill(0);
    windowGrowth.fill(0);
    for (const { computedTokens } of this.#members) {
      shape.decodeContextTokens += computedTokens + 1;
      for (const [i, window] of this.#windowTokens.entries()) {
        shape.decodeWindowTokens[i]! += Math.min(computedTokens + 1, window);
        if (computedTokens + 1 < window) windowGrowth[i]!++;
      }
    }
  }

  blocksDue(): number {
    if (!this.#grows) return 0;
    let blocks = 0;
    for (const { computedTokens } of this.#members) if (computedTokens % this.#blockSize === 0) blocks++;
    return blocks;
  }

  stepsUntilCrossing(): number {
    let steps = Infinity;
    for (const { computedTokens } of this.#members) {
      for (const window of this.#windowTokens) {
        if (computedTokens + 1 < window) steps = Math.min(steps, window - computedTokens);
      }
    }
    return steps;
  }

  pause(seconds: number): void {
    for (const member of this.#members) member.pausedSeconds += seconds;
  }

  pausedSeconds(request: number): number {
    return this.#memberOf(request).pausedSeconds;
  }

  recordStep(seconds: number): void {
    for (const member of this.#members) {
      const gap = seconds + member.pausedSeconds;
      member.pausedSeconds = 0;
      if (this.#log.measured[member.request] === 1) this.#gaps.add(gap, 1);
      this.#log.raiseMaxTbt(member.request, gap);
    }
  }

  advance(steps: number): void {
    for (const member of this.#members) {
      member.computedTokens += steps;
      member.remainingTokens -= steps;
    }
  }

  blocksReturned(): number {
    let blocks = 0;
    for (const { computedTokens } of this.#members) {
      const behind = computedTokens - this.#freeingTokens + 1;
      if (behind >= this.#blockSize && behind % this.#blockSize === 0) blocks++;
    }
    return blocks;
  }

  takeFinished(): number {
    const finished = this.#members.filter(({ remainingTokens }) => remainingTokens === 0);
    if (finished.length === 0) return -1;
    const request = Math.min(...finished.map((member) => member.request));
    this.leave(request);
    return request;
  }

  #memberOf(request: number): Member {
    const member = this.#members.find((candidate) => candidate.request === request);
    if (member === undefined) throw new RangeError(`request ${request} does not decode`);
    return member;
  }
}
