/** First-come-first-served queue of request rows; a preempted request goes back to its front. */
export class WaitingQueue {
  #ring = new Int32Array(64);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The request that is next in line; the queue must not be empty. */
  get first(): number {
    return this.#ring[this.#head]!;
  }

  pushBack(request: number): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length++) & (this.#ring.length - 1)] = request;
  }

  pushFront(request: number): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#ring.length - 1);
    this.#ring[this.#head] = request;
    this.#length++;
  }

  removeFirst(): void {
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
  }

  #grow(): void {
    const grown = new Int32Array(this.#ring.length * 2);
    for (let i = 0; i < this.#length; i++) grown[i] = this.#ring[(this.#head + i) & (this.#ring.length - 1)]!;
    this.#ring = grown;
    this.#head = 0;
  }
}
