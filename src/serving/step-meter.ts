import type { StepCost, StepShape, StepUse } from "../perf/step-cost.ts";
import type { RequestLog } from "./request-log.ts";
import type { Stretch } from "./stretch.ts";

/** Rounding that the floor check forgives, as a fraction. */
const FLOOR_TOLERANCE = 1e-9;

/** Adds up what the steps of one replica cost and computed, and holds each step against its roofline. */
export class StepMeter {
  steps = 0;
  /** Ends of steps that were simulated one at a time; `steps` minus this were jumped over. */
  stops = 0;
  /** Steps with prompt tokens: these never repeat. */
  prefillSteps = 0;
  /** Stretches of steps after which the scheduler wanted to be asked again. */
  policyStops = 0;
  /** Stretches of steps after which blocks behind a sliding window were given back. */
  windowStops = 0;
  /** Steps without prompts after which tokens were accepted by chance. */
  draftStops = 0;
  /** Jumps that an arrival cut short. */
  jumpsCut = 0;
  prefillTokens = 0;
  decodeTokens = 0;
  /** Output tokens: one per decoding sequence and step, one per prompt computed to its end. */
  generatedTokens = 0;
  preemptions = 0;
  /** Computed tokens that were thrown away: by preemptions, or because a request left before its end. */
  discardedTokens = 0;
  /** Output tokens of requests that left before their end, and the measured gaps between them. */
  abandonedTokens = 0;
  abandonedGaps = 0;
  blockSeconds = 0;
  /** Seconds of steps that were lost to a failure: charged in full, though they did not end. */
  lostSeconds = 0;
  stepsBelowFloor = 0;
  readonly #cost: StepCost;
  readonly #use: StepUse;
  #draftUse: StepUse | undefined;
  #draftShare = 0;

  constructor(cost: StepCost) {
    this.#cost = cost;
    this.#use = cost.openUse();
  }

  /** Busy seconds per resource and dynamic joules so far, as in `step-cost.ts`. */
  charges(): Float64Array {
    const charges = this.#cost.charges(this.#use);
    if (this.#draftUse === undefined) return charges;
    const drafts = this.#cost.charges(this.#draftUse);
    return charges.map((charge, i) => charge + this.#draftShare * drafts[i]!);
  }

  /** Seconds of drafts that take, and use of everything, a share of what a step does; always the same share. */
  draftSeconds(step: StepShape, share: number): number {
    this.#draftShare = share;
    this.#draftUse ??= this.#cost.openUse();
    return share * this.#cost.step(step, this.#draftUse);
  }

  /** Steps that were charged; the passed ones and those that a failure lost. */
  get chargedSteps(): number {
    return this.#use.steps;
  }

  /** Seconds of a step that will pass; no step may be faster than peak compute and peak bandwidth allow. */
  stepSeconds(shape: StepShape): number {
    const seconds = this.#cost.step(shape, this.#use);
    if (isFaster(seconds, this.#cost.rooflineSeconds(shape))) this.stepsBelowFloor++;
    return seconds;
  }

  /** Steps have passed that computed one token for each of `decodes` sequences and `prefillTokens` in all. */
  passSteps(steps: number, decodes: number, prefillTokens: number, blockSeconds: number): void {
    this.stops++;
    this.steps += steps;
    this.decodeTokens += steps * decodes;
    this.generatedTokens += steps * decodes;
    this.blockSeconds += blockSeconds;
    if (prefillTokens > 0) {
      this.prefillTokens += prefillTokens;
      this.prefillSteps++;
    }
  }

  /** The step just passed has given so many tokens beyond one for each decoding sequence. */
  passDrafts(extraTokens: number, prefillTokens: number): void {
    this.decodeTokens += extraTokens;
    this.generatedTokens += extraTokens;
    if (prefillTokens === 0) this.draftStops++;
  }

  /** A request has left before its end, with so many tokens computed and generated. */
  abandon(log: RequestLog, request: number): void {
    const generated = log.generatedTokens[request]!;
    this.discardedTokens += log.computedTokens[request]!;
    this.abandonedTokens += generated;
    if (log.measured[request] === 1 && generated > 0) this.abandonedGaps += generated - 1;
  }

  /** The first `stretch.steps` steps of a stretch have passed. */
  passStretch({ shape, windowGrowth, ramp, steps }: Stretch): void {
    this.#cost.useRamp(shape, windowGrowth, steps, this.#use);
    // A ramp is straight and its roofline bends upwards: sound at both ends, it is sound between them.
    const last = steps - 1;
    const lastSeconds = ramp.seconds + last * ramp.secondsPerStep;
    if (
      isFaster(ramp.seconds, ramp.rooflineSeconds(0)) ||
      isFaster(lastSeconds, ramp.rooflineSeconds(last))
    ) {
      this.stepsBelowFloor++;
    }
  }
}

function isFaster(seconds: number, floorSeconds: number): boolean {
  return seconds < floorSeconds * (1 - FLOOR_TOLERANCE);
}
