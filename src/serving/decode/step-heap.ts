import { doubled } from "../../core/doubled.ts";

/** Requests by the decode step at which something happens to them; ties in any order. Flat arrays, no allocation. */
export class StepHeap {
  #steps = new Float64Array(64);
  #requests = new Int32Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Smallest step; Infinity when empty. */
  get firstStep(): number {
    return this.#length === 0 ? Infinity : this.#steps[0]!;
  }

  get firstRequest(): number {
    return this.#requests[0]!;
  }

  push(step: number, request: number): void {
    if (this.#length === this.#steps.length) this.#grow();
    const steps = this.#steps;
    const requests = this.#requests;
    let hole = this.#length++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (steps[parent]! <= step) break;
      steps[hole] = steps[parent]!;
      requests[hole] = requests[parent]!;
      hole = parent;
    }
    steps[hole] = step;
    requests[hole] = request;
  }

  removeFirst(): void {
    const steps = this.#steps;
    const requests = this.#requests;
    const last = --this.#length;
    const step = steps[last]!;
    const request = requests[last]!;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= last) break;
      if (child + 1 < last && steps[child + 1]! < steps[child]!) child++;
      if (step <= steps[child]!) break;
      steps[hole] = steps[child]!;
      requests[hole] = requests[child]!;
      hole = child;
    }
    steps[hole] = step;
    requests[hole] = request;
  }

  #grow(): void {
    this.#steps = doubled(this.#steps);
    this.#requests = doubled(this.#requests);
  }
}
