import type { QuantityKind } from "../../core/units.ts";
import type { Candidate } from "../../search/candidate.ts";
import { nameInPool } from "../../search/constraints/feasibility.ts";
import { poolSettingOf } from "../../search/space/pool-settings.ts";
import type { Point, Space } from "../../search/space/space.ts";
import { formatNumber } from "../format.ts";

/** Bytes and rates in the prefixes that people use for them. */
const PREFIXED = [
  { from: 2 ** 20, unit: "MiB" },
  { from: 2 ** 10, unit: "KiB" },
] as const;

/**
 * The last part of a setting where it tells the setting apart: `rows`; else all but the first: `memory.bandwidth`. Of a pool with
 * its name: `decode replicas`.
 */
export function axisLabel({ axes }: Space, index: number): string {
  const settings = axes.map(({ path }) => ({ path, pool: undefined, ...poolSettingOf(path) }));
  const { path, pool } = settings[index]!;
  const parts = path.split(".");
  const last = parts.at(-1)!;
  const alike = settings.filter((other) => other.pool === pool && other.path.split(".").at(-1) === last);
  return nameInPool(pool, alike.length === 1 ? last : parts.slice(1).join("."));
}

/** The value of one axis for people; a dash where the axis does not matter. */
export function axisText(space: Space, { point }: Pick<Candidate, "point">, index: number): string {
  const axis = space.axes[index]!;
  const value = point[index]!;
  if (Number.isNaN(value)) return "-";
  if (axis.kind === "choice") return String(axis.choices[value]);
  return quantityText(axis.unit, value);
}

/** What was chosen for a design, along every axis that matters to it. */
export function pointText(space: Space, point: Point): string {
  return space.axes
    .flatMap((_, i) =>
      Number.isNaN(point[i]!) ? [] : [`${axisLabel(space, i)} ${axisText(space, { point }, i)}`],
    )
    .join(", ");
}

/** An amount in SI base units for people. */
export function quantityText(unit: QuantityKind | undefined, value: number): string {
  if (unit === "bytes") {
    const prefix = PREFIXED.find(({ from }) => value >= from);
    return prefix === undefined ? `${value} B` : `${formatNumber(value / prefix.from)} ${prefix.unit}`;
  }
  if (unit === "bytesPerSecond") return `${formatNumber(value / 1e9)} GB/s`;
  if (unit === "hertz") return `${formatNumber(value / 1e9)} GHz`;
  return unit === undefined ? formatNumber(value) : `${formatNumber(value)} ${unit}`;
}

/** The value of one axis for machines: SI base units, names as they are, null where the axis does not matter. */
export function axisValue(
  space: Space,
  { point }: Pick<Candidate, "point">,
  index: number,
): number | string | boolean | null {
  const axis = space.axes[index]!;
  const value = point[index]!;
  if (Number.isNaN(value)) return null;
  return axis.kind === "choice" ? (axis.choices[value] ?? null) : value;
}
