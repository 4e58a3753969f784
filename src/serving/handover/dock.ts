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
  readonly #expected: number[] = [];

  /** Requests that wait for room. */
  get expectedCount(): number {
    return this.#expected.length;
  }

  /** The request that has waited longest for room; there must be one. */
  get firstExpected(): number {
    return this.#expected[0]!;
  }

  expect(request: number): void {
    this.#expected.push(request);
  }

  /** The first request that waits for room has got it. */
  reserveFirst(): void {
    this.reserved.push(this.#expected.shift()!);
    this.inbound++;
  }

  /** A request no longer waits for room; false when it did not. */
  forget(request: number): boolean {
    const place = this.#expected.indexOf(request);
    if (place >= 0) this.#expected.splice(place, 1);
    return place >= 0;
  }
}
