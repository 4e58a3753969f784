import type { QuantityKind } from "../../core/units.ts";
import type { System } from "../../scenario/scenario.ts";
import { RESOURCES } from "../sensitivity.ts";
import { baseValues } from "../space/base-values.ts";
import type { Value } from "../space/expression.ts";
import type { Space } from "../space/space.ts";

/** A setting in which two designs differ; SI base units. */
export interface Difference {
  readonly path: string;
  readonly unit: QuantityKind | undefined;
  readonly own: Value;
  readonly other: Value;
}

/** What the space varies, and the resources of a device, in which two systems differ; only what both of them have. */
export function differencesOf(own: System, other: System, { axes }: Space): Difference[] {
  const units = new Map<string, QuantityKind | undefined>([
    ...axes.map((axis) => [axis.path, "unit" in axis ? axis.unit : undefined] as const),
    ...RESOURCES.map(({ path, unit }) => [path, unit] as const),
  ]);
  const [valueOf, otherValueOf] = [baseValues(own), baseValues(other)];
  return [...units].flatMap(([path, unit]): Difference[] => {
    const [a, b] = [valueOf(path), otherValueOf(path)];
    return a === undefined || b === undefined || a === b ? [] : [{ path, unit, own: a, other: b }];
  });
}
