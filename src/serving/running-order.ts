import type { RequestLog } from "./request-log.ts";

const GONE = -1;

/**
 * The running requests of a replica in order of admission. Removal leaves a hole that a later compaction closes, so
 * that each operation costs O(1) amortised. Iterate slots 0…slotCount-1 and pass over negative entries.
 */
export class RunningOrder {
  readonly #log: RequestLog;
  #slots = new Int32Array(64);
  #slotCount = 0;
  #length = 0;

  constructor(log: RequestLog) {
    this.#log = log;
  }

  get length(): number {
    return this.#length;
  }

  get slotCount(): number {
    return this.#slotCount;
  }

  /** The request in a slot, negative for a hole. */
  at(slot: number): number {
    return this.#slots[slot]!;
  }

  append(request: number): void {
    if (this.#slotCount === this.#slots.length) this.#makeRoom();
    this.#log.runningSlot[request] = this.#slotCount;
    this.#slots[this.#slotCount++] = request;
    this.#length++;
  }

  remove(request: number): void {
    this.#slots[this.#log.runningSlot[request]!] = GONE;
    this.#length--;
    while (this.#slotCount > 0 && this.#slots[this.#slotCount - 1] === GONE) this.#slotCount--;
  }

  #makeRoom(): void {
    const source = this.#slots;
    const target = this.#length * 2 > source.length ? new Int32Array(source.length * 2) : source;
    let filled = 0;
    for (let slot = 0; slot < this.#slotCount; slot++) {
      const request = source[slot]!;
      if (request === GONE) continue;
      this.#log.runningSlot[request] = filled;
      target[filled++] = request;
    }
    this.#slots = target;
    this.#slotCount = filled;
  }
}
