import type { StepShape } from "../../perf/step-cost.ts";

/**
 * The decoding requests of one replica: how many, how long their contexts are, what blocks they need next, and which
 * gaps they have seen. One implementation counts (and can jump), the other walks every request at every step; both
 * must give the same answers.
 */
export interface DecodeLedger {
  readonly sequences: number;
  /** The request has just got a token and will get one more per step. */
  join(request: number, computedTokens: number, remainingTokens: number): void;
  /** The request stops decoding before its end; its progress and largest gap go to the log. */
  leave(request: number): void;
  /** Tokens of a decoding request that are in the cache. */
  computedTokens(request: number): number;
  /** Writes the decode part of a step in which every sequence takes part, and how the window sums will grow. */
  describe(shape: StepShape, windowGrowth: Float64Array): void;
  /** Blocks that the next step needs for all sequences together. */
  blocksDue(): number;
  /** Steps for which the growth given by `describe` holds: until a sequence crosses a sliding window. */
  stepsUntilCrossing(): number;
  /** Every sequence has sat out a step of `seconds`; `recordStep` ends the pause, before any stretch of steps. */
  pause(seconds: number): void;
  /** Seconds that a decoding request has sat out since its last token. */
  pausedSeconds(request: number): number;
  /** A step of `seconds` has given every sequence a token. */
  recordStep(seconds: number): void;
  /** Every sequence has grown by `steps` tokens. */
  advance(steps: number): void;
  /** Tokens that the next step may store for a decoding request. */
  tokensAhead(request: number): number;
  /** Blocks that the step just passed has made free: behind a sliding window, or taken for drafts that were rejected. */
  blocksReturned(): number;
  /** Takes out the request that has all its tokens, the earliest arrival of several; -1 when there is none (left). */
  takeFinished(): number;
}
