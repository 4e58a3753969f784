import type { Cover, Machine } from "./machine.ts";
import type { Operator } from "./operators.ts";
import { CHARGE_COUNT } from "./step-cost.ts";

/** Seconds, then the charges. */
const ROW_SIZE = 1 + CHARGE_COUNT;
const FIRST_ROWS = 512;

/** Seconds of what a table holds for `count` ≥ 1; adds the charges. */
export type CountCost = (count: number, charges: Float64Array) => number;

/**
 * A cost that depends on one count alone (tokens of the step, sequences with logits), worked out on first use and
 * remembered: a step adds up rows instead of costing every operator.
 */
export class StepTable {
  readonly #cost: CountCost;
  /** Row-major, NaN seconds where a row is not yet known. */
  #rows = new Float64Array(FIRST_ROWS * ROW_SIZE).fill(NaN);

  constructor(cost: CountCost) {
    this.#cost = cost;
  }

  /** Seconds for `count` ≥ 1; adds the charges. */
  charge(count: number, charges: Float64Array): number {
    const at = this.#rowOf(count);
    const rows = this.#rows;
    for (let i = 0; i < CHARGE_COUNT; i++) charges[i]! += rows[at + 1 + i]!;
    return rows[at]!;
  }

  /** Seconds for `count` ≥ 1 here and `otherCount` ≥ 1 in another table; adds the charges of both. */
  chargeWith(count: number, other: StepTable, otherCount: number, charges: Float64Array): number {
    const at = this.#rowOf(count);
    const otherAt = other.#rowOf(otherCount);
    const rows = this.#rows;
    const otherRows = other.#rows;
    for (let i = 1; i <= CHARGE_COUNT; i++) charges[i - 1]! += rows[at + i]! + otherRows[otherAt + i]!;
    return rows[at]! + otherRows[otherAt]!;
  }

  /** Seconds for `count` ≥ 1; overwrites `charges`. */
  chargeAlone(count: number, charges: Float64Array): number {
    const at = this.#rowOf(count);
    const rows = this.#rows;
    for (let i = 0; i < CHARGE_COUNT; i++) charges[i] = rows[at + 1 + i]!;
    return rows[at]!;
  }

  /** Offset of the row of `count`, worked out if it is not yet known. */
  #rowOf(count: number): number {
    const at = count * ROW_SIZE;
    if (at >= this.#rows.length || Number.isNaN(this.#rows[at]!)) this.#fill(count);
    return at;
  }

  #fill(count: number): void {
    const at = count * ROW_SIZE;
    if (at >= this.#rows.length) this.#growTo(at + ROW_SIZE);
    const charges = this.#rows.subarray(at + 1, at + ROW_SIZE).fill(0);
    this.#rows[at] = this.#cost(count, charges);
  }

  #growTo(length: number): void {
    const grown = new Float64Array(Math.max(length, 2 * this.#rows.length)).fill(NaN);
    grown.set(this.#rows);
    this.#rows = grown;
  }
}

/** The cost of a list of operators that run one after the other on `count` rows. */
export function operatorsCost(machine: Machine, operators: readonly Operator[]): CountCost {
  const charges = new Float64Array(CHARGE_COUNT);
  return (count, total) => {
    const cover: Cover = { seconds: 0 };
    let seconds = 0;
    for (const operator of operators) {
      charges.fill(0);
      seconds += operator.count * operatorSeconds(machine, operator, count, cover, charges);
      for (let i = 0; i < CHARGE_COUNT; i++) total[i]! += operator.count * charges[i]!;
    }
    return seconds;
  };
}

/** Seconds that one run of an operator adds to the step; adds its charges and updates the cover for what follows. */
export function operatorSeconds(
  machine: Machine,
  operator: Operator,
  rows: number,
  cover: Cover,
  charges: Float64Array,
): number {
  switch (operator.kind) {
    case "product":
      return (cover.seconds = machine.product(operator, rows, charges));
    case "elementwise":
      return machine.elementwise(operator, rows, cover, charges);
    default:
      return machine.collective(operator, rows, cover, charges);
  }
}
