import { RequestHeap } from "../request-heap.ts";

/**
 * One sliding-window class of the decode ledger: Σ min(context, W) and how many sequences still grow. A sequence is
 * known here by its offset, decode step minus computed tokens, which stays put while it decodes.
 */
export class WindowCounter {
  readonly windowTokens: number;
  contextTokens = 0;
  growing = 0;
  readonly #crossings = new RequestHeap();
  /** Crossings in the heap whose sequence has left, by step; so rare that a map serves. */
  readonly #cancelled = new Map<number, number>();
  readonly #crossed: ((step: number) => void) | undefined;

  /** @param crossed told of the step before which a context is exactly `windowTokens`, once it has passed */
  constructor(windowTokens: number, crossed?: (step: number) => void) {
    this.windowTokens = windowTokens;
    this.#crossed = crossed;
  }

  join(step: number, computedTokens: number): void {
    const context = computedTokens + 1;
    this.contextTokens += Math.min(context, this.windowTokens);
    if (context >= this.windowTokens) return;
    this.growing++;
    this.#crossings.push(step + this.windowTokens - context, 0);
  }

  leave(step: number, computedTokens: number): void {
    const context = computedTokens + 1;
    this.contextTokens -= Math.min(context, this.windowTokens);
    if (context >= this.windowTokens) return;
    this.growing--;
    const crossing = step + this.windowTokens - context;
    this.#cancelled.set(crossing, (this.#cancelled.get(crossing) ?? 0) + 1);
  }

  /** Steps from `step` on for which the sum grows by `growing` a step. */
  stepsUntilCrossing(step: number): number {
    this.#dropCancelled();
    return this.#crossings.firstKey - step + 1;
  }

  /** Passes `steps` steps, at most `stepsUntilCrossing`, so that the decode step is now `step`. */
  advance(steps: number, step: number): void {
    this.contextTokens += steps * this.growing;
    this.#dropCancelled();
    let overshoot = 0;
    while (this.#crossings.firstKey <= step) {
      // At its crossing step a context is exactly W tokens; steps beyond it were counted once too often.
      overshoot += step - this.#crossings.firstKey;
      this.growing--;
      this.#crossed?.(this.#crossings.firstKey);
      this.#crossings.removeFirst();
      this.#dropCancelled();
    }
    this.contextTokens -= overshoot;
  }

  #dropCancelled(): void {
    for (;;) {
      const first = this.#crossings.firstKey;
      const cancelled = this.#cancelled.get(first);
      if (cancelled === undefined) return;
      if (cancelled === 1) this.#cancelled.delete(first);
      else this.#cancelled.set(first, cancelled - 1);
      this.#crossings.removeFirst();
    }
  }
}
