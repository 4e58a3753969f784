import type { GapSketch } from "../../core/gap-sketch.ts";
import type { StepShape } from "../../perf/step-cost.ts";
import type { SpeculationConfig } from "../config.ts";
import type { RequestLog } from "../request-log.ts";
import { Acceptance } from "../speculation/acceptance.ts";
import type { DecodeLedger } from "./ledger.ts";

interface Member {
  readonly request: number;
  computedTokens: number;
  remainingTokens: number;
  pausedSeconds: number;
  /** Tokens that the step under way gives it. */
  tokens: number;
}

/**
 * The decoding requests of a replica that drafts tokens and verifies them together: each step gives each request as many
 * tokens as are accepted, and one more, so that every request is visited at every step. The tokens of one step come out
 * evenly spread over it.
 */
export class SpeculativeLedger implements DecodeLedger {
  /** Verifications of one request each, the tokens drafted for them that were accepted, and those that came out. */
  verifications = 0;
  acceptedTokens = 0;
  emittedTokens = 0;
  /** Tokens that the last step gave beyond one for each request. */
  extraTokens = 0;
  readonly tokensPerStep: number;
  readonly #log: RequestLog;
  readonly #gaps: GapSketch;
  readonly #blockSize: number;
  readonly #windowTokens: readonly number[];
  readonly #acceptance: Acceptance;
  #members: Member[] = [];
  #returnedBlocks = 0;

  constructor(
    log: RequestLog,
    gaps: GapSketch,
    blockSize: number,
    windowTokens: readonly number[],
    config: SpeculationConfig,
  ) {
    this.#log = log;
    this.#gaps = gaps;
    this.#blockSize = blockSize;
    this.#windowTokens = windowTokens;
    this.#acceptance = new Acceptance(config);
    this.tokensPerStep = config.tokens + 1;
  }

  get sequences(): number {
    return this.#members.length;
  }

  join(request: number, computedTokens: number, remainingTokens: number): void {
    this.#members.push({ request, computedTokens, remainingTokens, pausedSeconds: 0, tokens: 0 });
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

  tokensAhead(request: number): number {
    return this.#ahead(this.#memberOf(request));
  }

  /** The verification: every token of it is one to compute, but keys and values are read once for those of a sequence. */
  describe(shape: StepShape, windowGrowth: Float64Array): void {
    this.#describe(shape, this.tokensPerStep);
    windowGrowth.fill(0);
  }

  /** A step without drafts. */
  describePlain(shape: StepShape): void {
    this.#describe(shape, 1);
    shape.logitSequences = shape.decodeSequences;
  }

  #describe(shape: StepShape, tokens: number): void {
    shape.decodeSequences = this.#members.length * tokens;
    shape.decodeContextTokens = 0;
    shape.decodeWindowTokens.fill(0);
    for (const { computedTokens } of this.#members) {
      const context = computedTokens + tokens;
      shape.decodeContextTokens += context;
      for (let i = 0; i < this.#windowTokens.length; i++) {
        shape.decodeWindowTokens[i]! += Math.min(context, this.#windowTokens[i]!);
      }
    }
  }

  blocksDue(): number {
    let blocks = 0;
    for (const member of this.#members) {
      const { computedTokens } = member;
      blocks += this.#blocksFor(computedTokens + this.#ahead(member)) - this.#blocksFor(computedTokens);
    }
    return blocks;
  }

  stepsUntilCrossing(): number {
    return 1;
  }

  pause(seconds: number): void {
    for (const member of this.#members) member.pausedSeconds += seconds;
  }

  pausedSeconds(request: number): number {
    return this.#memberOf(request).pausedSeconds;
  }

  /** A step ends: how many tokens does it give each request? */
  drawTokens(): void {
    this.extraTokens = 0;
    for (const member of this.#members) {
      const accepted = this.#acceptance.draw(member.request);
      member.tokens = Math.min(accepted + 1, member.remainingTokens);
      this.acceptedTokens += accepted;
      this.extraTokens += member.tokens - 1;
    }
    this.verifications += this.#members.length;
    this.emittedTokens += this.#members.length + this.extraTokens;
  }

  /** Tokens that the step gives a request, once they are drawn. */
  tokensOf(request: number): number {
    return this.#memberOf(request).tokens;
  }

  recordStep(seconds: number): void {
    for (const member of this.#members) {
      const gap = (seconds + member.pausedSeconds) / member.tokens;
      member.pausedSeconds = 0;
      if (this.#log.measured[member.request] === 1) this.#gaps.add(gap, member.tokens);
      this.#log.raiseMaxTbt(member.request, gap);
    }
  }

  advance(): void {
    this.#returnedBlocks = 0;
    for (const member of this.#members) {
      const taken = this.#blocksFor(member.computedTokens + this.#ahead(member));
      member.computedTokens += member.tokens;
      member.remainingTokens -= member.tokens;
      this.#returnedBlocks += taken - this.#blocksFor(member.computedTokens);
    }
  }

  blocksReturned(): number {
    return this.#returnedBlocks;
  }

  takeFinished(): number {
    const finished = this.#members.filter(({ remainingTokens }) => remainingTokens === 0);
    if (finished.length === 0) return -1;
    const request = Math.min(...finished.map((member) => member.request));
    this.leave(request);
    this.#acceptance.forget(request);
    return request;
  }

  /** Tokens that the next step may store; no more than the request will ever have. */
  #ahead({ remainingTokens }: Member): number {
    return Math.min(this.tokensPerStep, remainingTokens);
  }

  #blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.#blockSize);
  }

  #memberOf(request: number): Member {
    const member = this.#members.find((candidate) => candidate.request === request);
    if (member === undefined) throw new RangeError(`request ${request} does not decode`);
    return member;
  }
}
