import { InputError } from "../../core/errors.ts";
import { writeQuantity, type QuantityKind } from "../../core/units.ts";
import type { Setting } from "../../scenario/setting-map.ts";
import { levelCount, nearestOn, neighbours, unitOf, valueAt, type Axis, type FreeAxis } from "./axis.ts";
import { parseExpression, type Expression, type Value } from "./expression.ts";

/**
 * One value per axis of a space in SI base units, in the order of the axes; a choice by its index, NaN for an axis whose
 * condition does not hold.
 */
export type Point = Float64Array;

/** A setting of a scenario as a file would state it. */
export type WrittenSetting = readonly [path: string, value: Setting];

interface CompiledAxis {
  readonly axis: Axis;
  readonly tie: Expression | undefined;
  readonly when: Expression | undefined;
}

/** All designs that a search may choose: axes, ties between them, and conditions under which they matter. */
export class Space {
  readonly axes: readonly Axis[];
  /** Indices of the axes along which a strategy chooses. */
  readonly freeAxes: readonly number[];
  readonly #compiled: readonly CompiledAxis[];
  readonly #index: ReadonlyMap<string, number>;
  /** Axes in an order in which each comes after all that it reads. */
  readonly #order: readonly number[];
  readonly #baseValue: (path: string) => Value | undefined;
  readonly #readable: readonly string[];
  #current: Point = new Float64Array();
  readonly #valueOf = (path: string): Value => this.#read(path);

  /**
   * @param baseValue a setting of the base scenario, for formulas; undefined for one that they cannot read
   * @param readable names of those that they can, to suggest from
   * @throws InputError for a formula that cannot be read, that reads what is not known, or that depends on itself
   */
  constructor(
    axes: readonly Axis[],
    baseValue: (path: string) => Value | undefined,
    readable: readonly string[] = [],
  ) {
    this.axes = axes;
    this.#readable = readable;
    this.#baseValue = baseValue;
    this.#index = new Map(axes.map(({ path }, i) => [path, i]));
    this.freeAxes = axes.flatMap((axis, i) => (axis.kind === "tied" ? [] : [i]));
    this.#compiled = axes.map((axis) => ({
      axis,
      tie: axis.kind === "tied" ? compile(axis.path, axis.formula) : undefined,
      when: axis.when === undefined ? undefined : compile(axis.path, axis.when),
    }));
    this.#order = this.#sorted();
  }

  /** Number of free axes. */
  get dimensions(): number {
    return this.freeAxes.length;
  }

  free(dimension: number): FreeAxis {
    return this.axes[this.freeAxes[dimension]!] as FreeAxis;
  }

  /** Combinations of all levels and choices, those that a condition makes equal counted apart; undefined with a range. */
  get size(): number | undefined {
    let size = 1;
    for (let dimension = 0; dimension < this.dimensions; dimension++) {
      const count = levelCount(this.free(dimension));
      if (count === undefined) return undefined;
      size *= count;
    }
    return size;
  }

  /** The combination of a number below `size`: the last free axis turns fastest. */
  nth(number: number): Point {
    const point = new Float64Array(this.axes.length);
    let rest = number;
    for (let dimension = this.dimensions - 1; dimension >= 0; dimension--) {
      const axis = this.free(dimension);
      const count = levelCount(axis)!;
      const place = rest % count;
      point[this.freeAxes[dimension]!] = axis.kind === "levels" ? axis.levels[place]! : place;
      rest = (rest - place) / count;
    }
    return this.complete(point);
  }

  /** The design at a place of the unit cube, one coordinate per free axis. */
  at(units: ArrayLike<number>): Point {
    const point = new Float64Array(this.axes.length);
    this.freeAxes.forEach((index, dimension) => {
      point[index] = valueAt(this.free(dimension), units[dimension]!);
    });
    return this.complete(point);
  }

  /** The place of a design in the unit cube; the middle along axes that do not matter to it. */
  unitsOf(point: Point): Float64Array {
    return Float64Array.from(this.freeAxes, (index, dimension) =>
      Number.isNaN(point[index]!) ? 0.5 : unitOf(this.free(dimension), point[index]!),
    );
  }

  /** Settings that the formulas of an axis read. */
  readsOf(index: number): readonly string[] {
    const { tie, when } = this.#compiled[index]!;
    return [...(tie?.reads ?? []), ...(when?.reads ?? [])];
  }

  /**
   * Fills in ties and takes out what no condition lets matter, in place. What comes to matter without a value starts from the
   * base's, or the nearest to it.
   */
  complete(point: Point): Point {
    this.#current = point;
    for (const index of this.#order) {
      const { axis, tie, when } = this.#compiled[index]!;
      if (when !== undefined && when.evaluate(this.#valueOf) !== true) point[index] = NaN;
      else if (tie !== undefined) point[index] = Number(tie.evaluate(this.#valueOf));
      else if (Number.isNaN(point[index]!)) point[index] = this.#start(axis as FreeAxis);
    }
    return point;
  }

  #start(axis: FreeAxis): number {
    const base = this.#baseValue(axis.path);
    if (axis.kind === "choice") return Math.max(0, axis.choices.indexOf(base as Setting));
    return typeof base === "number" ? nearestOn(axis, base) : valueAt(axis, 0.5);
  }

  /** The same design with one free axis changed. */
  with(point: Point, index: number, value: number): Point {
    const changed = Float64Array.from(point);
    changed[index] = value;
    return this.complete(changed);
  }

  /** Designs one step away along one free axis that matters. */
  neighboursOf(point: Point): Point[] {
    return this.freeAxes.flatMap((index, dimension) =>
      Number.isNaN(point[index]!)
        ? []
        : neighbours(this.free(dimension), point[index]!).map((value) => this.with(point, index, value)),
    );
  }

  /** What a scenario file would state to get this design from the base; axes that do not matter are left as they are. */
  settingsOf(point: Point): WrittenSetting[] {
    return this.axes.flatMap((axis, i): WrittenSetting[] => {
      const value = point[i]!;
      if (Number.isNaN(value)) return [];
      return [[axis.path, axis.kind === "choice" ? axis.choices[value]! : written(axis, value)]];
    });
  }

  /** Equal for equal designs. */
  keyOf(point: Point): string {
    return point.join();
  }

  #read(path: string): Value {
    const index = this.#index.get(path);
    const value = index === undefined ? NaN : this.#current[index]!;
    if (index === undefined || Number.isNaN(value)) return this.#baseValue(path) ?? NaN;
    const axis = this.axes[index]!;
    return axis.kind === "choice" ? (axis.choices[value] ?? NaN) : value;
  }

  #sorted(): number[] {
    const order: number[] = [];
    const state = new Map<number, "open" | "done">();
    const visit = (index: number, way: readonly string[]): void => {
      const { axis } = this.#compiled[index]!;
      if (state.get(index) === "done") return;
      if (state.get(index) === "open") {
        throw new InputError({
          key: `explore.space.${axis.path}`,
          message: `contradictory ties: ${[...way, axis.path].join(" -> ")}`,
          expected: "ties that end at settings that are chosen or fixed",
        });
      }
      state.set(index, "open");
      for (const path of this.readsOf(index)) {
        const read = this.#index.get(path);
        if (read !== undefined) visit(read, [...way, axis.path]);
        else if (this.#baseValue(path) === undefined) {
          throw new InputError({
            key: `explore.space.${axis.path}`,
            message: "the formula reads an unknown setting:",
            found: path,
            accepted: [...this.#index.keys(), ...this.#readable],
            expected: "a setting of the space, of the device, or of serving and cluster",
          });
        }
      }
      state.set(index, "done");
      order.push(index);
    };
    this.axes.forEach((_, index) => {
      visit(index, []);
    });
    return order;
  }
}

/** A value along an axis as a scenario file states it. */
export function written({ unit }: { readonly unit: QuantityKind | undefined }, value: number): Setting {
  return unit === undefined ? value : writeQuantity(unit, value);
}

function compile(path: string, formula: string): Expression {
  try {
    return parseExpression(formula);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.problems.map((problem) => ({ ...problem, key: `explore.space.${path}` })));
  }
}
