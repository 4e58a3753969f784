import type { QuantityKind } from "../../core/units.ts";
import type { System } from "../../scenario/scenario.ts";
import { RESOURCES } from "../sensitivity.ts";
import { baseValues } from "../space/base-values.ts";
import type { Value } from "../space/expression.ts";
import { isDeviceSetting, pathInPool, poolSettingOf } from "../space/pool-settings.ts";
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
  const varied = axes.map((axis) => ({ path: axis.path, unit: "unit" in axis ? axis.unit : undefined }));
  const compared = own.pools === undefined ? [...varied, ...RESOURCES] : inPools(own.pools, varied);
  const units = new Map(compared.map(({ path, unit }) => [path, unit]));
  const [valueOf, otherValueOf] = [baseValues(own), baseValues(other)];
  return [...units].flatMap(([path, unit]): Difference[] => {
    const [a, b] = [valueOf(path), otherValueOf(path)];
    return a === undefined || b === undefined || a === b ? [] : [{ path, unit, own: a, other: b }];
  });
}

type Compared = Pick<Difference, "path"> & { readonly unit?: QuantityKind | undefined };

/** The same settings where each pool has devices of its own. */
function inPools(pools: readonly { readonly name: string }[], varied: readonly Compared[]): Compared[] {
  const ofDevices = varied.filter(({ path }) => isDeviceSetting(path));
  const plain = ofDevices.map(({ path, unit }) => ({ path: poolSettingOf(path)?.path ?? path, unit }));
  return [
    ...varied.filter(({ path }) => !isDeviceSetting(path)),
    ...pools.flatMap(({ name }) =>
      [...plain, ...RESOURCES].map(({ path, unit }) => ({ path: pathInPool(name, path), unit })),
    ),
  ];
}
