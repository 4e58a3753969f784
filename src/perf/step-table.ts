import type { Cover, Machine } from "./machine.ts";
import { isCollective, type Operator } from "./operators.ts";
import { CHARGE_COUNT, IF_YIELDED, RESOURCE_INDEX } from "./step-cost.ts";
import type { SpareTime } from "./spare-time.ts";

/** Questions from which on the table is dense: an estimate asks some hundreds, a run many more. */
const ASKED_OFTEN = 1024;
const FIRST_DENSE = 512;

/** What attention of decoding sequences needs beside the trees when arrays are left to others. */
const BESIDE_UNITS = [RESOURCE_INDEX.vector, RESOURCE_INDEX.dram, RESOURCE_INDEX.noc];

interface Row {
  readonly seconds: number;
  /** Of these, seconds in which neither trees, vector units, network nor memory are busy. */
  readonly idleSeconds: number;
  /** How many more these would be if products left the trees to others. */
  readonly gainedSeconds: number;
  /** Of the seconds, those of exchanges that do not hide behind other work. */
  readonly collectiveSeconds: number;
  readonly charges: Float64Array;
}

/**
 * A cost that depends on one count alone (tokens of the step, sequences with logits), worked out on first use and
 * remembered: a step adds up rows instead of costing every operator.
 */
export class StepTable {
  readonly #machine: Machine;
  readonly #lists: readonly (readonly Operator[])[];
  readonly #rows = new Map<number, Row>();
  #asked = 0;
  /** What a running simulation looks at, by count, once it has asked often; NaN where a row is not yet known. */
  #seconds = new Float64Array();
  #idleSeconds = new Float64Array();
  #gainedSeconds = new Float64Array();
  #yieldSeconds = new Float64Array();
  /** Charges of one run of an operator; zero between rows. */
  readonly #one = new Float64Array(CHARGE_COUNT);

  /** @param lists of operators that run one after the other; nothing hides behind the list before its own */
  constructor(machine: Machine, lists: readonly (readonly Operator[])[]) {
    this.#machine = machine;
    this.#lists = lists;
    const none = {
      seconds: 0,
      idleSeconds: 0,
      gainedSeconds: 0,
      collectiveSeconds: 0,
      charges: new Float64Array(CHARGE_COUNT),
    };
    this.#rows.set(0, none);
  }

  /** Seconds for `count`: 0 for none. */
  seconds(count: number): number {
    if (count < this.#seconds.length) {
      const seconds = this.#seconds[count]!;
      if (!Number.isNaN(seconds)) return seconds;
    }
    return this.#row(count).seconds;
  }

  /** Adds `times` times the charges of `count`. */
  charge(count: number, times: number, charges: Float64Array): void {
    const row = this.#row(count);
    for (let i = 0; i < CHARGE_COUNT; i++) charges[i]! += times * row.charges[i]!;
  }

  /** Adds the time that the products for `count` leave to attention. */
  spare(count: number, into: SpareTime): void {
    if (count < this.#seconds.length && !Number.isNaN(this.#seconds[count]!)) {
      into.add(this.#idleSeconds[count]!, this.#gainedSeconds[count]!, this.#yieldSeconds[count]!);
      return;
    }
    const { idleSeconds, gainedSeconds, charges } = this.#row(count);
    into.add(idleSeconds, gainedSeconds, charges[IF_YIELDED.seconds]!);
  }

  /** Charges of `count`, to be read. */
  chargesOf(count: number): Float64Array {
    return this.#row(count).charges;
  }

  /** Seconds for `count` that devices spend on exchanges which do not hide behind other work. */
  collectiveSeconds(count: number): number {
    return this.#row(count).collectiveSeconds;
  }

  #row(count: number): Row {
    let row = this.#rows.get(count);
    if (row === undefined) {
      row = this.#cost(count);
      this.#rows.set(count, row);
      if (this.#asked > ASKED_OFTEN) this.#note(count, row);
    }
    if (this.#asked <= ASKED_OFTEN && ++this.#asked > ASKED_OFTEN) {
      for (const [known, values] of this.#rows) this.#note(known, values);
    }
    return row;
  }

  #cost(count: number): Row {
    const charges = new Float64Array(CHARGE_COUNT);
    const one = this.#one;
    let seconds = 0;
    let collectiveSeconds = 0;
    for (const operators of this.#lists) {
      const cover: Cover = { seconds: 0 };
      for (const operator of operators) {
        const added = operator.count * operatorSeconds(this.#machine, operator, count, cover, one);
        seconds += added;
        if (isCollective(operator)) collectiveSeconds += added;
        for (let i = 0; i < CHARGE_COUNT; i++) {
          charges[i]! += operator.count * one[i]!;
          one[i] = 0;
        }
      }
    }
    let busy = 0;
    for (const resource of BESIDE_UNITS) busy = Math.max(busy, charges[resource]!);
    const treeSeconds = charges[RESOURCE_INDEX.mac_tree]!;
    const idleSeconds = Math.max(0, seconds - Math.max(busy, treeSeconds));
    const yielded = seconds + charges[IF_YIELDED.seconds]!;
    const idleIfYielded = Math.max(0, yielded - Math.max(busy, treeSeconds - charges[IF_YIELDED.mac_tree]!));
    return { seconds, idleSeconds, gainedSeconds: idleIfYielded - idleSeconds, collectiveSeconds, charges };
  }

  #note(count: number, { seconds, idleSeconds, gainedSeconds, charges }: Row): void {
    if (count >= this.#seconds.length) {
      const length = Math.max(count + 1, 2 * this.#seconds.length, FIRST_DENSE);
      this.#seconds = grown(this.#seconds, length, NaN);
      this.#idleSeconds = grown(this.#idleSeconds, length, 0);
      this.#gainedSeconds = grown(this.#gainedSeconds, length, 0);
      this.#yieldSeconds = grown(this.#yieldSeconds, length, 0);
    }
    this.#seconds[count] = seconds;
    this.#idleSeconds[count] = idleSeconds;
    this.#gainedSeconds[count] = gainedSeconds;
    this.#yieldSeconds[count] = charges[IF_YIELDED.seconds]!;
  }
}

function grown(column: Float64Array, length: number, rest: number): Float64Array<ArrayBuffer> {
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
