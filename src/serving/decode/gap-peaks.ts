import { doubled } from "../../core/doubled.ts";

/**
 * Largest gap since a given step, for all starting points at once: a stack of (step, gap) with falling gaps, in which
 * the first entry at or after the start is the maximum. Appending is O(1) amortised, a query O(log n).
 */
export class GapPeaks {
  #steps = new Float64Array(64);
  #seconds = new Float64Array(64);
  #length = 0;

  /** The gap at `step` (beyond all former steps). For a rising ramp its last step and gap stand for the whole. */
  append(step: number, seconds: number): void {
    let length = this.#length;
    while (length > 0 && this.#seconds[length - 1]! <= seconds) length--;
    if (length === this.#steps.length) this.#grow();
    this.#steps[length] = step;
    this.#seconds[length] = seconds;
    this.#length = length + 1;
  }

  /** Largest gap at `fromStep` or later in seconds; NaN when there was none. */
  since(fromStep: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#steps[middle]! < fromStep) low = middle + 1;
      else high = middle;
    }
    return low === this.#length ? NaN : this.#seconds[low]!;
  }

  #grow(): void {
    this.#steps = doubled(this.#steps);
    this.#seconds = doubled(this.#seconds);
  }
}
