import type { Cover, Machine } from "./machine.ts";
import { isCollective, type Operator } from "./operators.ts";
import { CHARGE_COUNT, RESOURCE_INDEX } from "./step-cost.ts";

const FIRST_ROWS = 512;

/** What attention of decoding sequences needs when arrays are left to others. */
const BESIDE_ARRAYS = [
  RESOURCE_INDEX.mac_tree,
  RESOURCE_INDEX.vector,
  RESOURCE_INDEX.dram,
  RESOURCE_INDEX.noc,
];

/**
 * A cost that depends on one count alone (tokens of the step, sequences with logits), worked out on first use and
 * remembered: a step adds up rows instead of costing every operator.
 */
export class StepTable {
  readonly #machine: Machine;
  readonly #lists: readonly (readonly Operator[])[];
  /** NaN where a row is not yet known. Apart from the charges, which a running simulation does not look at. */
  #seconds = new Float64Array(FIRST_ROWS).fill(NaN);
  #idleSeconds = new Float64Array(FIRST_ROWS);
  #collectiveSeconds = new Float64Array(FIRST_ROWS);
  /** Row-major, CHARGE_COUNT a row. */
  #charges = new Float64Array(FIRST_ROWS * CHARGE_COUNT);

  /** @param lists of operators that run one after the other; nothing hides behind the list before its own */
  constructor(machine: Machine, lists: readonly (readonly Operator[])[]) {
    this.#machine = machine;
    this.#lists = lists;
    this.#seconds[0] = 0;
  }

  /** Seconds for `count`: 0 for none. */
  seconds(count: number): number {
    if (count < this.#seconds.length) {
      const seconds = this.#seconds[count]!;
      if (!Number.isNaN(seconds)) return seconds;
    }
    return this.#fill(count);
  }

  /** Adds `times` times the charges of `count`. */
  charge(count: number, times: number, charges: Float64Array): void {
    this.seconds(count);
    const at = count * CHARGE_COUNT;
    for (let i = 0; i < CHARGE_COUNT; i++) charges[i]! += times * this.#charges[at + i]!;
  }

  /** Seconds for `count` in which neither trees, vector units, network nor memory are busy. */
  idleSeconds(count: number): number {
    this.seconds(count);
    return this.#idleSeconds[count]!;
  }

  /** Seconds for `count` that devices spend on exchanges which do not hide behind other work. */
  collectiveSeconds(count: number): number {
    this.seconds(count);
    return this.#collectiveSeconds[count]!;
  }

  #fill(count: number): number {
    if (count >= this.#seconds.length) this.#growTo(count + 1);
    const at = count * CHARGE_COUNT;
    const charges = this.#charges.subarray(at, at + CHARGE_COUNT);
    const one = new Float64Array(CHARGE_COUNT);
    let seconds = 0;
    let collectiveSeconds = 0;
    for (const operators of this.#lists) {
      const cover: Cover = { seconds: 0 };
      for (const operator of operators) {
        one.fill(0);
        const added = operator.count * operatorSeconds(this.#machine, operator, count, cover, one);
        seconds += added;
        if (isCollective(operator)) collectiveSeconds += added;
        for (let i = 0; i < CHARGE_COUNT; i++) charges[i]! += operator.count * one[i]!;
      }
    }
    const busy = Math.max(...BESIDE_ARRAYS.map((resource) => charges[resource]!));
    this.#seconds[count] = seconds;
    this.#collectiveSeconds[count] = collectiveSeconds;
    this.#idleSeconds[count] = Math.max(0, seconds - busy);
    return seconds;
  }

  #growTo(rows: number): void {
    const length = Math.max(rows, 2 * this.#seconds.length);
    this.#seconds = grown(this.#seconds, length, NaN);
    this.#idleSeconds = grown(this.#idleSeconds, length);
    this.#collectiveSeconds = grown(this.#collectiveSeconds, length);
    this.#charges = grown(this.#charges, length * CHARGE_COUNT);
  }
}

function grown(column: Float64Array, length: number, rest = 0): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length).fill(rest, column.length);
  larger.set(column);
  return larger;
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
    case "experts":
      return (cover.seconds = machine.experts(operator, rows, charges));
    default:
      return machine.collective(operator, rows, cover, charges);
  }
}
