import { doubled } from "./doubled.ts";

/** Order of events at one instant: the lower class goes first. */
export const EVENT_CLASS = {
  /** Frees KV blocks and slots, so that an arrival at the same instant can use them. */
  stepEnd: 0,
  /** Joins a waiting queue before any batch of this instant is formed. */
  arrival: 1,
  /** Forms a batch after all that could join it have joined. */
  stepStart: 2,
} as const;

/** Tickets of one class stay below this; class and ticket then fit one exact double. */
const TICKETS_PER_CLASS = 2 ** 50;

/**
 * A binary heap of events in total order (time, class, ticket): equal times fall to the class, equal classes to the
 * order of pushing. Flat typed arrays, no allocation after they have grown.
 */
export class EventQueue {
  #times = new Float64Array(64);
  /** class · TICKETS_PER_CLASS + ticket: one comparison decides among equal times. */
  #orders = new Float64Array(64);
  #subjects = new Int32Array(64);
  #length = 0;
  #nextTicket = 0;

  get length(): number {
    return this.#length;
  }

  /** Time of the first event in seconds; Infinity when the queue is empty. */
  get nextSeconds(): number {
    return this.#length === 0 ? Infinity : this.#times[0]!;
  }

  get nextClass(): number {
    return this.#classOf(0);
  }

  /** What the first event concerns, e.g. the index of a replica. */
  get nextSubject(): number {
    return this.#subjects[0]!;
  }

  /** @param seconds a number: NaN has no place in an order */
  push(seconds: number, eventClass: number, subject: number): void {
    if (this.#length === this.#times.length) this.#grow();
    this.#rise(this.#length++, seconds, eventClass * TICKETS_PER_CLASS + this.#nextTicket++, subject);
  }

  /**
   * Gives an event that is already in the queue an earlier time; among equals it then counts as pushed now. An event
   * that is due by then anyway stays as it is.
   * @throws RangeError when the queue holds no event of that class and subject
   */
  bringForward(seconds: number, eventClass: number, subject: number): void {
    for (let slot = 0; slot < this.#length; slot++) {
      if (this.#subjects[slot] !== subject || this.#classOf(slot) !== eventClass) continue;
      if (seconds < this.#times[slot]!)
        this.#rise(slot, seconds, eventClass * TICKETS_PER_CLASS + this.#nextTicket++, subject);
      return;
    }
    throw new RangeError(`no event of class ${eventClass} for subject ${subject} in the queue`);
  }

  /** Removes the first event; nothing when the queue is empty. */
  pop(): void {
    if (this.#length === 0) return;
    const last = --this.#length;
    if (last === 0) return;
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
    this.#write(hole, seconds, order, this.#subjects[last]!);
  }

  /** Moves the hole up from `slot` to where the event belongs, and writes it once. */
  #rise(slot: number, seconds: number, order: number, subject: number): void {
    let hole = slot;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#precedes(seconds, order, parent)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#write(hole, seconds, order, subject);
  }

  #classOf(slot: number): number {
    return Math.floor(this.#orders[slot]! / TICKETS_PER_CLASS);
  }

  #precedes(seconds: number, order: number, slot: number): boolean {
    const slotSeconds = this.#times[slot]!;
    return seconds === slotSeconds ? order < this.#orders[slot]! : seconds < slotSeconds;
  }

  #move(from: number, to: number): void {
    this.#write(to, this.#times[from]!, this.#orders[from]!, this.#subjects[from]!);
  }

  #write(slot: number, seconds: number, order: number, subject: number): void {
    this.#times[slot] = seconds;
    this.#orders[slot] = order;
    this.#subjects[slot] = subject;
  }

  #grow(): void {
    this.#times = doubled(this.#times);
    this.#orders = doubled(this.#orders);
    this.#subjects = doubled(this.#subjects);
  }
}
