import {
  CHARGE_COUNT,
  ENERGY_CHARGE,
  type DecodeRamp,
  type StepCost,
  type StepShape,
} from "../perf/step-cost.ts";

/** Rounding that the floor check forgives, as a fraction. */
const FLOOR_TOLERANCE = 1e-9;

/** Adds up what the steps of one replica cost and computed, and holds each step against its roofline. */
export class StepMeter {
  /** Busy seconds per resource and dynamic joules, as in `step-cost.ts`. */
  readonly charges = new Float64Array(CHARGE_COUNT);
  steps = 0;
  /** Ends of steps that were simulated one at a time; `steps` minus this were jumped over. */
  stops = 0;
  /** Steps with prompt tokens: these never repeat. */
  prefillSteps = 0;
  /** Jumps that an arrival cut short. */
  jumpsCut = 0;
  prefillTokens = 0;
  decodeTokens = 0;
  /** Output tokens: one per decoding sequence and step, one per prompt computed to its end. */
  generatedTokens = 0;
  preemptions = 0;
  /** Computed tokens that preemptions threw away. */
  discardedTokens = 0;
  blockSeconds = 0;
  stepsBelowFloor = 0;
  readonly #cost: StepCost;

  constructor(cost: StepCost) {
    this.#cost = cost;
  }

  /** Busy seconds of each resource. */
  get busySeconds(): Float64Array {
    return this.charges.subarray(0, ENERGY_CHARGE);
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

  preempt(computedTokens: number): void {
    this.preemptions++;
    this.discardedTokens += computedTokens;
  }

  /** The first `steps` steps of a ramp have passed. */
  passRamp(ramp: DecodeRamp, steps: number): void {
    const sumOfIndex = (steps * (steps - 1)) / 2;
    for (let i = 0; i < CHARGE_COUNT; i++) {
      this.charges[i]! += steps * ramp.charges[i]! + sumOfIndex * ramp.chargesPerStep[i]!;
    }
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

  /** No step may be faster than peak compute and peak bandwidth allow. */
  checkFloor(shape: StepShape, seconds: number): void {
    if (isFaster(seconds, this.#cost.rooflineSeconds(shape))) this.stepsBelowFloor++;
  }
}

function isFaster(seconds: number, floorSeconds: number): boolean {
  return seconds < floorSeconds * (1 - FLOOR_TOLERANCE);
}
