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
  /** Requests refused one after another at one instant, and that instant. */
  refusals = new Int32Array(64);
  refusedSeconds = new Float64Array(64).fill(-1);
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
    this.refusals = doubled(this.refusals);
    this.refusedSeconds = doubled(this.refusedSeconds, -1);
  }
}
