import { RunError } from "../../core/errors.ts";
import type { WaitingQueue } from "../waiting-queue.ts";

/** First come, first served; a preempted request goes back to the front. A ring, no allocation after it has grown. */
export class FifoQueue implements WaitingQueue {
  #ring = new Int32Array(64);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get first(): number {
    return this.#ring[this.#head]!;
  }

  push(request: number): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length++) & (this.#ring.length - 1)] = request;
  }

  putBack(request: number): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#ring.length - 1);
    this.#ring[this.#head] = request;
    this.#length++;
  }

  removeFirst(): void {
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
  }

  includes(request: number): boolean {
    return this.#placeOf(request) >= 0;
  }

  remove(request: number): void {
    const mask = this.#ring.length - 1;
    let place = this.#placeOf(request);
    if (place < 0) throw new RunError(`request ${request} is not among the ${this.#length} that wait`);
    this.#length--;
    for (; place < this.#length; place++) {
      this.#ring[(this.#head + place) & mask] = this.#ring[(this.#head + place + 1) & mask]!;
    }
  }

  /** The waiting requests, first to last. */
  *inOrder(): Generator<number> {
    for (let i = 0; i < this.#length; i++) yield this.#ring[(this.#head + i) & (this.#ring.length - 1)]!;
  }

  /** Place in line from 0, -1 for a request that is not in it. */
  #placeOf(request: number): number {
    const mask = this.#ring.length - 1;
    for (let place = 0; place < this.#length; place++) {
      if (this.#ring[(this.#head + place) & mask] === request) return place;
    }
    return -1;
  }

  #grow(): void {
    const grown = new Int32Array(this.#ring.length * 2);
    for (let i = 0; i < this.#length; i++) grown[i] = this.#ring[(this.#head + i) & (this.#ring.length - 1)]!;
    this.#ring = grown;
    this.#head = 0;
  }
}
