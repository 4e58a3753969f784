import type { Candidate } from "../../search/candidate.ts";
import type { Space } from "../../search/space/space.ts";
import { formatNumber } from "../format.ts";

/** Bytes and rates in the prefixes that people use for them. */
const PREFIXED = [
  { from: 2 ** 20, unit: "MiB" },
  { from: 2 ** 10, unit: "KiB" },
] as const;

/** The setting without what all designs have in common: `systolic_array.rows`. */
export function axisLabel(path: string): string {
  return path.replace(/^(device|serving|cluster|precision)\./, "");
}

/** The value of one axis for people; a dash where the axis does not matter. */
export function axisText(space: Space, { point }: Candidate, index: number): string {
  const axis = space.axes[index]!;
  const value = point[index]!;
  if (Number.isNaN(value)) return "-";
  if (axis.kind === "choice") return String(axis.choices[value]);
  if (axis.unit === "bytes") {
    const prefix = PREFIXED.find(({ from }) => value >= from);
    return prefix === undefined ? `${value} B` : `${formatNumber(value / prefix.from)} ${prefix.unit}`;
  }
  if (axis.unit === "bytesPerSecond") return `${formatNumber(value / 1e9)} GB/s`;
  if (axis.unit === "hertz") return `${formatNumber(value / 1e9)} GHz`;
  return axis.unit === undefined ? formatNumber(value) : `${formatNumber(value)} ${axis.unit}`;
}

/** The value of one axis for machines: SI base units, names as they are, null where the axis does not matter. */
export function axisValue(
  space: Space,
  { point }: Candidate,
  index: number,
): number | string | boolean | null {
  const axis = space.axes[index]!;
  const value = point[index]!;
  if (Number.isNaN(value)) return null;
  return axis.kind === "choice" ? (axis.choices[value] ?? null) : value;
}
