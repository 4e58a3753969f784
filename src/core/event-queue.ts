import { doubled } from "./doubled.ts";

/** Order of events at one instant: the lower class goes first. */
export const EVENT_CLASS = {
  /** Frees KV blocks and slots, so that an arrival at the same instant can use them. */
  stepEnd: 0,
  /** A cache has arrived at another replica. */
  landing: 1,
  /** A replica fails, after what it ended at this very instant. */
  replicaDown: 2,
  /** A replica is there (again) for what comes at this instant. */
  replicaUp: 3,
  /** The number of replicas is looked at. */
  scaling: 4,
  /** A client gives up: after what ended at this very instant, which has made it. */
  giveUp: 5,
  /** A client tries again. */
  retry: 6,
  /** Joins a waiting queue before any batch of this instant is formed. */
  arrival: 7,
  /** Forms a batch after all that could join it have joined. */
  stepStart: 8,
} as const;

/** Subjects stay below 2 ** SUBJECT_BITS; class and subject then fit a small integer. */
const SUBJECT_BITS = 27;
const SUBJECT_MASK = 2 ** SUBJECT_BITS - 1;
/** Stands first in an empty queue, after everything that could. */
const NO_ORDER = 2 ** 31 - 1;

/**
 * A binary heap of events in total order (time, class, subject): equal times fall to the class, equal classes to the
 * subject, so that the order does not depend on when an event was planned. Flat typed arrays, no allocation after they
 * have grown.
 */
export class EventQueue {
  #times = new Float64Array(64).fill(Infinity, 0, 1);
  /** Class above subject: one comparison decides among equal times. */
  #orders = new Int32Array(64).fill(NO_ORDER, 0, 1);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Time of the first event in seconds; Infinity when the queue is empty. */
  get nextSeconds(): number {
    return this.#times[0]!;
  }

  /** Class of the first event; above all classes when the queue is empty. */
  get nextClass(): number {
    return this.#orders[0]! >> SUBJECT_BITS;
  }

  /** What the first event concerns, e.g. the index of a replica. */
  get nextSubject(): number {
    return this.#orders[0]! & SUBJECT_MASK;
  }

  /**
   * @param seconds a number: NaN has no place in an order
   * @param subject a whole number from 0, below 2^27
   */
  push(seconds: number, eventClass: number, subject: number): void {
    if (this.#length === this.#times.length) this.#grow();
    this.#rise(this.#length++, seconds, (eventClass << SUBJECT_BITS) | subject);
  }

  /**
   * Gives an event that is already in the queue an earlier time; one that is due by then anyway stays as it is.
   * @throws RangeError when the queue holds no event of that class and subject
   */
  bringForward(seconds: number, eventClass: number, subject: number): void {
    const order = (eventClass << SUBJECT_BITS) | subject;
    for (let slot = 0; slot < this.#length; slot++) {
      if (this.#orders[slot] !== order) continue;
      if (seconds < this.#times[slot]!) this.#rise(slot, seconds, order);
      return;
    }
    throw new RangeError(`no event of class ${eventClass} for subject ${subject} in the queue`);
  }

  /** Removes the first event; nothing when the queue is empty. */
  pop(): void {
    if (this.#length === 0) return;
    const last = --this.#length;
    if (last === 0) {
      this.#write(0, Infinity, NO_ORDER);
      return;
    }
    const seconds = this.#times[last]!;
    const order = this.#orders[last]!;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= last) break;
      const right = child + 1;
      if (right < last && this.#precedes(this.#times[right]!, this.#orders[right]!, child)) child = right;
      if (this.#precedes(seconds, order, child)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#write(hole, seconds, order);
  }

  /** Moves the hole up from `slot` to where the event belongs, and writes it once. */
  #rise(slot: number, seconds: number, order: number): void {
    let hole = slot;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#precedes(seconds, order, parent)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#write(hole, seconds, order);
  }

  #precedes(seconds: number, order: number, slot: number): boolean {
    const slotSeconds = this.#times[slot]!;
    return seconds === slotSeconds ? order < this.#orders[slot]! : seconds < slotSeconds;
  }

  #move(from: number, to: number): void {
    this.#write(to, this.#times[from]!, this.#orders[from]!);
  }

  #write(slot: number, seconds: number, order: number): void {
    this.#times[slot] = seconds;
    this.#orders[slot] = order;
  }

  #grow(): void {
    this.#times = doubled(this.#times);
    this.#orders = doubled(this.#orders);
  }
}
