import type { KnownResults } from "../known-results.ts";
import type { Point } from "../space/space.ts";
import {
  furthest,
  RefusalTally,
  type AppliedLimit,
  type DeviceKind,
  type Feasibility,
} from "./feasibility.ts";
import { excess, isOfSystem, SYSTEM_LIMITED, type Constraint } from "./limits.ts";

/** A limit on devices that no design changes. */
export interface FixedLimit extends AppliedLimit {
  readonly name: string;
  readonly value: number;
}

/** Feasibility of a system of several kinds of devices, or with limits on all devices together. */
export class FleetFeasibility implements Feasibility {
  readonly names: readonly string[];
  readonly limits: readonly AppliedLimit[];
  readonly kinds: readonly DeviceKind[];
  readonly #fixed: readonly FixedLimit[];
  readonly #system: readonly ReturnType<typeof systemLimitsOf>[number][];
  readonly #known: (point: Point) => KnownResults;
  readonly #excesses: Float64Array;
  readonly #tally: RefusalTally;

  /** @param fixed limits on devices of other kinds, which are as they are */
  constructor(
    kinds: readonly DeviceKind[],
    fixed: readonly FixedLimit[],
    constraints: readonly Constraint[],
    known: (point: Point) => KnownResults,
  ) {
    this.kinds = kinds;
    this.#fixed = fixed;
    this.#known = known;
    this.#system = systemLimitsOf(constraints);
    this.limits = [
      ...kinds.flatMap(({ limits }) => limits),
      ...fixed.map(({ constraint, pool }) => ({ constraint, pool })),
      ...this.#system.map(({ constraint }) => ({ constraint, pool: undefined })),
    ];
    this.names = [
      ...kinds.flatMap((kind) => kind.names.slice(0, ruleCount(kind))),
      ...kinds.flatMap((kind) => kind.names.slice(ruleCount(kind))),
      ...fixed.map(({ name }) => name),
      ...this.#system.map(({ constraint }) => constraint.name),
    ];
    this.#excesses = new Float64Array(this.names.length);
    this.#tally = new RefusalTally(this.names);
  }

  get checked(): number {
    return this.#tally.checked;
  }

  get refusals(): Readonly<Record<string, number>> {
    return this.#tally.refusals;
  }

  violation(point: Point): number {
    return this.#tally.count(this.excesses(point));
  }

  binding(point: Point): string {
    return this.names[furthest(this.excesses(point))]!;
  }

  limitValues(point: Point): number[] {
    const known = this.#known(point);
    return [
      ...this.kinds.flatMap((kind) => kind.limitValues(point)),
      ...this.#fixed.map(({ value }) => value),
      ...this.#system.map(({ result }) => known[result]),
    ];
  }

  excesses(point: Point): Float64Array {
    const out = this.#excesses;
    let rule = 0;
    let limit = this.names.length - this.limits.length;
    for (const kind of this.kinds) {
      const own = kind.excesses(point);
      const rules = ruleCount(kind);
      for (let i = 0; i < rules; i++) out[rule++] = own[i]!;
      for (let i = rules; i < own.length; i++) out[limit++] = own[i]!;
    }
    for (const { constraint, value } of this.#fixed) out[limit++] = excess(constraint, value);
    if (this.#system.length === 0) return out;
    const known = this.#known(point);
    for (const { constraint, result } of this.#system) out[limit++] = excess(constraint, known[result]);
    return out;
  }
}

function ruleCount({ names, limits }: Feasibility): number {
  return names.length - limits.length;
}

function systemLimitsOf(constraints: readonly Constraint[]) {
  return constraints
    .filter(isOfSystem)
    .map((constraint) => ({ constraint, result: SYSTEM_LIMITED[constraint.name].result }));
}
