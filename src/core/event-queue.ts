/** Order of events at one instant: the lower class goes first. */
export const EVENT_CLASS = {
  /** Frees KV blocks and slots, so that an arrival at the same instant can use them. */
  stepEnd: 0,
  /** Joins a waiting queue before any batch of this instant is formed. */
  arrival: 1,
  /** Forms a batch after all that could join it have joined. */
  stepStart: 2,
} as const;

/**
 * A binary heap of events in total order (time, class, ticket): equal times fall to the class, equal classes to the
 * order of pushing. Flat typed arrays, no allocation after they have grown.
 */
export class EventQueue {
  #times = new Float64Array(64);
  #classes = new Uint8Array(64);
  #tickets = new Float64Array(64);
  #subjects = new Int32Array(64);
  #stamps = new Float64Array(64);
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
    return this.#classes[0]!;
  }

  /** What the first event concerns, e.g. the index of a replica. */
  get nextSubject(): number {
    return this.#subjects[0]!;
  }

  /** The stamp given at `push`; an owner that has moved on recognises its stale events by it. */
  get nextStamp(): number {
    return this.#stamps[0]!;
  }

  /** @param seconds a number: NaN has no place in an order */
  push(seconds: number, eventClass: number, subject: number, stamp: number): void {
    const ticket = this.#nextTicket++;
    if (this.#length === this.#times.length) this.#grow();
    let hole = this.#length++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#precedes(seconds, eventClass, ticket, parent)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#write(hole, seconds, eventClass, ticket, subject, stamp);
  }

  /** Removes the first event; nothing when the queue is empty. */
  pop(): void {
    if (this.#length === 0) return;
    const last = --this.#length;
    if (last === 0) return;
    const seconds = this.#times[last]!;
    const eventClass = this.#classes[last]!;
    const ticket = this.#tickets[last]!;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= last) break;
      const right = child + 1;
      if (
        right < last &&
        this.#precedes(this.#times[right]!, this.#classes[right]!, this.#tickets[right]!, child)
      ) {
        child = right;
      }
      if (this.#precedes(seconds, eventClass, ticket, child)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#write(hole, seconds, eventClass, ticket, this.#subjects[last]!, this.#stamps[last]!);
  }

  #precedes(seconds: number, eventClass: number, ticket: number, slot: number): boolean {
    const slotSeconds = this.#times[slot]!;
    if (seconds !== slotSeconds) return seconds < slotSeconds;
    const slotClass = this.#classes[slot]!;
    if (eventClass !== slotClass) return eventClass < slotClass;
    return ticket < this.#tickets[slot]!;
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from]!;
    this.#classes[to] = this.#classes[from]!;
    this.#tickets[to] = this.#tickets[from]!;
    this.#subjects[to] = this.#subjects[from]!;
    this.#stamps[to] = this.#stamps[from]!;
  }

  #write(
    slot: number,
    seconds: number,
    eventClass: number,
    ticket: number,
    subject: number,
    stamp: number,
  ): void {
    this.#times[slot] = seconds;
    this.#classes[slot] = eventClass;
    this.#tickets[slot] = ticket;
    this.#subjects[slot] = subject;
    this.#stamps[slot] = stamp;
  }

  #grow(): void {
    const size = this.#times.length * 2;
    this.#times = copyInto(new Float64Array(size), this.#times);
    this.#classes = copyInto(new Uint8Array(size), this.#classes);
    this.#tickets = copyInto(new Float64Array(size), this.#tickets);
    this.#subjects = copyInto(new Int32Array(size), this.#subjects);
    this.#stamps = copyInto(new Float64Array(size), this.#stamps);
  }
}

function copyInto<T extends Float64Array | Uint8Array | Int32Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
