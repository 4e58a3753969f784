import { formatNumber } from "../format.ts";

const PREFIXES = [
  [1e15, "P"],
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** 1.23 GB, 417 TFLOP/s: three digits with the largest prefix that fits. */
export function formatPrefixed(value: number, unit: string): string {
  const [scale, prefix] = PREFIXES.find(([factor]) => value >= 0.9995 * factor) ?? [1, ""];
  return `${formatNumber(value / scale)} ${prefix}${unit}`;
}

/** 12.3 mJ. */
export function formatJoules(joules: number): string {
  if (joules >= 0.9995) return `${formatNumber(joules)} J`;
  return joules >= 0.9995e-3 ? `${formatNumber(joules * 1e3)} mJ` : `${formatNumber(joules * 1e6)} µJ`;
}
