/** The running requests of a replica that still compute their prompt, in order of admission. Few at any time. */
export class PrefillSet {
  readonly #requests: Int32Array;
  #count = 0;

  constructor(capacity: number) {
    this.#requests = new Int32Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  at(index: number): number {
    return this.#requests[index]!;
  }

  append(request: number): void {
    this.#requests[this.#count++] = request;
  }

  remove(request: number): void {
    let index = 0;
    while (this.#requests[index] !== request) index++;
    this.#count--;
    for (; index < this.#count; index++) this.#requests[index] = this.#requests[index + 1]!;
  }
}
