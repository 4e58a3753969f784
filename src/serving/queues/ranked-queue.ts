import { RequestHeap } from "../request-heap.ts";
import type { WaitingQueue } from "../waiting-queue.ts";

/** The lowest rank first, the earliest arrival among equals. A rank must not change while its request waits. */
export class RankedQueue implements WaitingQueue {
  readonly #heap = new RequestHeap();
  readonly #rank: (request: number) => number;

  constructor(rank: (request: number) => number) {
    this.#rank = rank;
  }

  get length(): number {
    return this.#heap.length;
  }

  get first(): number {
    return this.#heap.firstRequest;
  }

  push(request: number): void {
    this.#heap.push(this.#rank(request), request);
  }

  putBack(request: number): void {
    this.push(request);
  }

  removeFirst(): void {
    this.#heap.removeFirst();
  }

  remove(request: number): void {
    this.#heap.remove(request);
  }
}
