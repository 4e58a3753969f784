import { DecodeRamp, StepShape } from "../perf/step-cost.ts";

/**
 * The clock of a stretch: consecutive decode steps of one unchanged batch within one linear piece of the cost model.
 * After k steps the replica's time is `anchor + S(k)`, with S the sum of the ramp; both the jumping and the stepping
 * loop read time from here, so they cannot drift apart.
 */
export class Stretch {
  /** The first step, and by how much its window sums grow a step. */
  readonly shape: StepShape;
  readonly windowGrowth: Float64Array;
  readonly ramp = new DecodeRamp();
  anchorSeconds = 0;
  /** Steps done since the anchor. */
  steps = 0;
  /** Steps after which the ramp no longer holds. */
  lengthSteps = 0;
  /** False when there is no stretch to go on with. */
  valid = false;

  constructor(windowClassCount: number) {
    this.shape = new StepShape(windowClassCount, 0);
    this.windowGrowth = new Float64Array(windowClassCount);
  }

  begin(anchorSeconds: number, lengthSteps: number): void {
    this.anchorSeconds = anchorSeconds;
    this.lengthSteps = lengthSteps;
    this.steps = 0;
    this.valid = true;
  }

  /** Seconds from the anchor to the end of the k-th step. */
  elapsedAfter(k: number): number {
    return k * this.ramp.seconds + ((k * (k - 1)) / 2) * this.ramp.secondsPerStep;
  }

  /** Time at the end of the k-th step since the anchor. */
  timeAfter(k: number): number {
    return this.anchorSeconds + this.elapsedAfter(k);
  }

  /** Seconds of the step with index k (from 0). */
  stepSeconds(k: number): number {
    return this.ramp.seconds + this.ramp.secondsPerStep * k;
  }

  /** Smallest k ≥ 0 with `timeAfter(k) >= seconds`. */
  stepsToReach(seconds: number): number {
    const elapsed = seconds - this.anchorSeconds;
    if (elapsed <= 0) return 0;
    // The positive root of S(k) = elapsed in the form that does not cancel; then settled on the clock itself.
    const { seconds: first, secondsPerStep } = this.ramp;
    const linear = first - secondsPerStep / 2;
    const spread = Math.sqrt(linear * linear + 2 * secondsPerStep * elapsed);
    const root = linear >= 0 ? (2 * elapsed) / (linear + spread) : (spread - linear) / secondsPerStep;
    let k = Math.ceil(root);
    while (k > 0 && this.timeAfter(k - 1) >= seconds) k--;
    while (this.timeAfter(k) < seconds) k++;
    return k;
  }

  /** Σ of `elapsedAfter(k)` over step numbers k, given Σ k and Σ k². */
  sumOfElapsed(indexSum: number, squareSum: number): number {
    return this.ramp.seconds * indexSum + (this.ramp.secondsPerStep / 2) * (squareSum - indexSum);
  }
}
