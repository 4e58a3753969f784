import { doubled } from "../core/doubled.ts";
import { RunError } from "../core/errors.ts";

/** Requests by a key, the earlier arrival among equals. A binary heap in flat arrays, no allocation after it has grown. */
export class RequestHeap {
  /** The first one is Infinity when the heap is empty. */
  #keys = new Float64Array(64).fill(Infinity, 0, 1);
  #requests = new Int32Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Smallest key; Infinity when empty. */
  get firstKey(): number {
    return this.#keys[0]!;
  }

  get firstRequest(): number {
    return this.#requests[0]!;
  }

  push(key: number, request: number): void {
    if (this.#length === this.#keys.length) this.#grow();
    this.#rise(this.#length++, key, request);
  }

  removeFirst(): void {
    const last = --this.#length;
    if (last === 0) this.#keys[0] = Infinity;
    else this.#sink(0, this.#keys[last]!, this.#requests[last]!);
  }

  /** Takes out a request from anywhere, which must be here. */
  remove(request: number): void {
    let slot = 0;
    while (slot < this.#length && this.#requests[slot] !== request) slot++;
    if (slot === this.#length) throw new RunError(`request ${request} is not among the ${this.#length} here`);
    this.#rise(slot, -Infinity, request);
    this.removeFirst();
  }

  /** Moves the hole up to where the entry belongs, and writes it once. */
  #rise(slot: number, key: number, request: number): void {
    const keys = this.#keys;
    const requests = this.#requests;
    let hole = slot;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = keys[parent]!;
      if (above < key || (above === key && requests[parent]! < request)) break;
      keys[hole] = above;
      requests[hole] = requests[parent]!;
      hole = parent;
    }
    keys[hole] = key;
    requests[hole] = request;
  }

  #sink(slot: number, key: number, request: number): void {
    const keys = this.#keys;
    const requests = this.#requests;
    const length = this.#length;
    let hole = slot;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= length) break;
      let below = keys[child]!;
      const other = child + 1;
      if (other < length) {
        const right = keys[other]!;
        if (right < below || (right === below && requests[other]! < requests[child]!)) {
          child = other;
          below = right;
        }
      }
      if (key < below || (key === below && request < requests[child]!)) break;
      keys[hole] = below;
      requests[hole] = requests[child]!;
      hole = child;
    }
    keys[hole] = key;
    requests[hole] = request;
  }

  #grow(): void {
    this.#keys = doubled(this.#keys);
    this.#requests = doubled(this.#requests);
  }
}
