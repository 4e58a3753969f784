import type { Scores } from "../objectives.ts";

/** What a front leaves undominated within a reference point, as boxes that do not overlap. */
export class HypervolumeGain {
  readonly #boxes: Float64Array;
  readonly #objectives: number;

  /** @param front scores to minimise; those that are not better than the reference in all objectives do not count */
  constructor(front: readonly Scores[], reference: Scores) {
    this.#objectives = reference.length;
    const inside = front.filter((own) => own.every((score, i) => score < reference[i]!));
    this.#boxes = Float64Array.from(
      boxesBeside(inside, reference).flatMap(({ from, to }) => [...from, ...to]),
    );
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
}

interface Box {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Sweeps the last objective upwards: a box lasts from the score at which it appears to that at which one more point cuts it. */
function boxesBeside(front: readonly Scores[], reference: Scores): Box[] {
  const last = reference.length - 1;
  if (last === 0)
    return [{ from: [-Infinity], to: [Math.min(reference[0]!, ...front.map(([score]) => score!))] }];
  const sorted = [...front].sort((a, b) => a[last]! - b[last]!);
  const flatReference = reference.slice(0, last);
  const done: Box[] = [];
  let open = new Map<string, { readonly box: Box; readonly since: number }>();
  const sweepTo = (below: readonly Scores[], at: number) => {
    const next: typeof open = new Map();
    for (const box of boxesBeside(below, flatReference)) {
      const key = `${box.from.join()};${box.to.join()}`;
      next.set(key, open.get(key) ?? { box, since: at });
    }
    close(next, at);
    open = next;
  };
  const close = (kept: ReadonlyMap<string, unknown>, at: number) => {
    for (const [key, { box, since }] of open) {
      if (!kept.has(key) && at > since) done.push({ from: [...box.from, since], to: [...box.to, at] });
    }
  };
  sweepTo([], -Infinity);
  sorted.forEach((own, i) => {
    sweepTo(
      sorted.slice(0, i + 1).map((scores) => scores.slice(0, last)),
      own[last]!,
    );
  });
  close(new Map(), reference[last]!);
  return done;
}
