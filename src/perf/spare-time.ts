import { ENERGY_CHARGE, IF_YIELDED, RESOURCE_INDEX } from "./step-cost.ts";

/**
 * Time that the products of a step leave to the attention of its decoding sequences. Where the trees take rows of products,
 * products may yield them: arrays then do those rows as well and take longer, but the trees are free meanwhile. The share
 * of the products that attention needs yields them, where all of them together would save more than they cost.
 */
export class SpareTime {
  /** Share (0..1) of the products that yield their trees so far. */
  yieldedShare = 0;
  #idleSeconds = 0;
  /** If all products yielded: what attention would find beyond the idle time, and what products would take longer. */
  #gainedSeconds = 0;
  #costSeconds = 0;

  close(): void {
    this.#idleSeconds = 0;
    this.#gainedSeconds = 0;
    this.#costSeconds = 0;
    this.yieldedShare = 0;
  }

  /** Adds the time of further products, before any of it is taken. */
  add(idleSeconds: number, gainedSeconds: number, costSeconds: number): void {
    this.#idleSeconds += idleSeconds;
    this.#gainedSeconds += gainedSeconds;
    this.#costSeconds += costSeconds;
  }

  /** Seconds that products take longer so far, for they yield their trees. */
  get yieldingSeconds(): number {
    return this.yieldedShare * this.#costSeconds;
  }

  /** Seconds by which a step gets shorter when so many seconds of attention run beside products. */
  saving(apartSeconds: number): number {
    const idle = Math.min(apartSeconds, this.#idleSeconds);
    const share = this.#shareFor(apartSeconds - idle);
    return idle + share * (this.#gainedSeconds - this.#costSeconds);
  }

  /** The same, and uses the time up. */
  take(apartSeconds: number): number {
    const idle = Math.min(apartSeconds, this.#idleSeconds);
    const share = this.#shareFor(apartSeconds - idle);
    this.#idleSeconds -= idle;
    this.yieldedShare += share;
    return idle + share * (this.#gainedSeconds - this.#costSeconds);
  }

  /** Share of all products that yield for so many seconds of attention. */
  #shareFor(seconds: number): number {
    if (seconds <= 0 || this.#gainedSeconds <= this.#costSeconds) return 0;
    return Math.min(1 - this.yieldedShare, seconds / this.#gainedSeconds);
  }
}

/** Turns the charges of products into those when this share of them yields the trees. */
export function yieldTrees(charges: Float64Array, of: Float64Array, share: number): void {
  charges[RESOURCE_INDEX.sa]! += share * of[IF_YIELDED.sa]!;
  charges[RESOURCE_INDEX.mac_tree]! -= share * of[IF_YIELDED.mac_tree]!;
  charges[ENERGY_CHARGE]! += share * of[IF_YIELDED.joules]!;
}
