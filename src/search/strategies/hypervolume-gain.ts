import type { Scores } from "../objectives.ts";

/** What a front leaves undominated within a reference point, as boxes that do not overlap. */
export class HypervolumeGain {
  /** Lower corner, then upper corner of each box. */
  #boxes: Float64Array;
  readonly #objectives: number;

  /** @param front scores to minimise; those that are not better than the reference in all objectives do not count */
  constructor(front: readonly Scores[], reference: Scores) {
    this.#objectives = reference.length;
    this.#boxes = Float64Array.of(...reference.map(() => -Infinity), ...reference);
    for (const scores of front) this.add(scores);
  }

  /** Volume that scores would add to what the front dominates. */
  of(scores: Scores): number {
    const [boxes, objectives] = [this.#boxes, this.#objectives];
    let sum = 0;
    for (let at = 0; at < boxes.length; at += 2 * objectives) {
      let volume = 1;
      for (let k = 0; k < objectives && volume > 0; k++) {
        const low = boxes[at + k]!;
        const own = scores[k]!;
        volume *= Math.max(0, boxes[at + objectives + k]! - (own > low ? own : low));
      }
      sum += volume;
    }
    return sum;
  }

  /** Takes what the scores dominate out of every box: what is left of one is better than they are in at least one objective. */
  add(scores: Scores): void {
    const [boxes, objectives] = [this.#boxes, this.#objectives];
    const left: number[] = [];
    for (let at = 0; at < boxes.length; at += 2 * objectives) {
      const box = boxes.subarray(at, at + 2 * objectives);
      if (scores.some((score, k) => score >= box[objectives + k]!)) {
        left.push(...box);
        continue;
      }
      const rest = Array.from(box);
      for (let k = 0; k < objectives; k++) {
        if (scores[k]! <= rest[k]!) continue;
        const part = rest.with(objectives + k, scores[k]!);
        left.push(...part);
        rest[k] = scores[k]!;
      }
    }
    this.#boxes = Float64Array.from(left);
  }
}
