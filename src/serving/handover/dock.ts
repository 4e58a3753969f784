import { FifoQueue } from "../queues/fifo-queue.ts";

/**
 * Where the caches of requests from other replicas arrive: first a request waits for room, then its cache is on its way,
 * then it waits for a seat with its cache in place.
 */
export class Dock {
  /** Requests that got room when the last batch was formed: their transfers may begin. */
  readonly reserved: number[] = [];
  /** Requests whose caches are on their way. */
  inbound = 0;
  /** Requests that wait for a seat with their caches in place. */
  readonly landed = new Set<number>();
  readonly #expected = new FifoQueue();

  /** Requests that wait for room. */
  get expectedCount(): number {
    return this.#expected.length;
  }

  /** The request that has waited longest for room; there must be one. */
  get firstExpected(): number {
    return this.#expected.first;
  }

  expect(request: number): void {
    this.#expected.push(request);
  }

  /** The first request that waits for room has got it. */
  reserveFirst(): void {
    this.reserved.push(this.#expected.first);
    this.#expected.removeFirst();
    this.inbound++;
  }

  /** A request no longer waits for room; false when it did not. */
  forget(request: number): boolean {
    if (!this.#expected.includes(request)) return false;
    this.#expected.remove(request);
    return true;
  }
}
