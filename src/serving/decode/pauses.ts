/** Cohorts of one pause that can be told apart: more prefill steps in a row than any queue of requests fills. */
const COHORTS = 2 ** 20;

/**
 * Sequences that sit out whole steps: their next gap is longer by what they have waited. Those that joined between two
 * pauses form a cohort with a wait of its own. A request knows its cohort by the fraction of its join step.
 */
export class Pauses {
  /** Seconds waited so far and measured sequences, per cohort in order of joining. */
  readonly #seconds: number[] = [];
  readonly #measured: number[] = [];

  get length(): number {
    return this.#seconds.length;
  }

  secondsOf(cohort: number): number {
    return this.#seconds[cohort] ?? 0;
  }

  measuredOf(cohort: number): number {
    return this.#measured[cohort]!;
  }

  /** Every sequence waits `seconds` more; `measured` of them count, in case that no pause has begun yet. */
  add(seconds: number, measured: number): void {
    if (this.length === 0) this.#open(measured);
    for (let cohort = 0; cohort < this.length; cohort++) this.#seconds[cohort]! += seconds;
  }

  /** A sequence joins before decode step `step`. Returns its join step. */
  join(step: number, measured: number): number {
    if (this.length === 0) return step;
    if (this.#seconds[this.length - 1]! > 0) this.#open(0);
    this.#measured[this.length - 1]! += measured;
    return this.stepOf(step, this.length - 1);
  }

  leave(cohort: number, measured: number): void {
    this.#measured[cohort]! -= measured;
  }

  /** The place of a cohort among the decode steps: after those that joined before it. */
  stepOf(step: number, cohort: number): number {
    return step + cohort / COHORTS;
  }

  cohortOf(step: number, joinStep: number): number {
    return joinStep > step ? Math.round((joinStep - step) * COHORTS) : 0;
  }

  clear(): void {
    this.#seconds.length = 0;
    this.#measured.length = 0;
  }

  #open(measured: number): void {
    this.#seconds.push(0);
    this.#measured.push(measured);
  }
}
