import { doubled } from "../../core/doubled.ts";

/** The users who are there, as columns; a seat that is left goes to the next who comes. */
export class Seats {
  classIndex = new Uint16Array(64);
  /** Turns of the conversation that are not sent yet. */
  turnsLeft = new Int32Array(64);
  session = new Int32Array(64);
  /** Prompt of the next turn in tokens. */
  nextInput = new Int32Array(64);
  /** Time from the answer under way to the next request. */
  thinkSeconds = new Float64Array(64);
  /** Requests that failed one after another, and the time of the first of them. */
  failures = new Int32Array(64);
  failingSinceSeconds = new Float64Array(64);
  readonly #left: number[] = [];
  #taken = 0;

  take(): number {
    const left = this.#left.pop();
    if (left !== undefined) return left;
    if (this.#taken === this.session.length) this.#grow();
    return this.#taken++;
  }

  free(seat: number): void {
    this.#left.push(seat);
  }

  #grow(): void {
    this.classIndex = doubled(this.classIndex);
    this.turnsLeft = doubled(this.turnsLeft);
    this.session = doubled(this.session);
    this.nextInput = doubled(this.nextInput);
    this.thinkSeconds = doubled(this.thinkSeconds);
    this.failures = doubled(this.failures);
    this.failingSinceSeconds = doubled(this.failingSinceSeconds);
  }
}
