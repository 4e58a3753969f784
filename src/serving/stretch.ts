import { DecodeRamp } from "../perf/step-cost.ts";

/**
 * The clock of a stretch: consecutive decode steps of one unchanged batch within one linear piece of the cost model.
 * After k steps the replica's time is `anchor + S(k)`, with S the sum of the ramp; both the jumping and the stepping
 * loop read time from here, so they cannot drift apart.
 */
export class Stretch {
  readonly ramp = new DecodeRamp();
  anchorSeconds = 0;
  /** Steps done since the anchor. */
  steps = 0;
  /** Steps after which the ramp no longer holds. */
  lengthSteps = 0;
  /** False when there is no stretch to go on with. */
  valid = false;

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
    const linear = this.ramp.seconds - this.ramp.secondsPerStep / 2;
    const root =
      (2 * elapsed) / (linear + Math.sqrt(linear * linear + 2 * this.ramp.secondsPerStep * elapsed));
    let k = Math.ceil(root);
    while (k > 0 && this.timeAfter(k - 1) >= seconds) k--;
    while (this.timeAfter(k) < seconds) k++;
    return k;
  }

  /** Σ of `elapsedAfter(first + i · stride)` for i = 0…count-1. */
  sumOfElapsed(first: number, stride: number, count: number): number {
    const sumOfIndex = (count * (count - 1)) / 2;
    const sumOfIndexSquares = (sumOfIndex * (2 * count - 1)) / 3;
    const sumOfSteps = count * first + stride * sumOfIndex;
    const sumOfSquares =
      count * first * first + 2 * first * stride * sumOfIndex + stride * stride * sumOfIndexSquares;
    return this.ramp.seconds * sumOfSteps + (this.ramp.secondsPerStep / 2) * (sumOfSquares - sumOfSteps);
  }
}
