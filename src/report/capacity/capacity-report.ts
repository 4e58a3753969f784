import type { CapacityAnswer, CapacityKind, CapacityTrial } from "../../analysis/capacity/capacity.ts";
import type { SloTarget } from "../../analysis/capacity/slo-target.ts";
import { formatNumber, formatPlural, formatSeconds, formatShare } from "../format.ts";

/** What was found about one system. */
export interface SystemCapacity {
  readonly name: string;
  readonly device: string;
  readonly answer: CapacityAnswer;
  /** The latency-throughput curve, ascending; empty unless asked for. */
  readonly curve: readonly CapacityTrial[];
}

export interface CapacityReport {
  readonly scenario: string;
  readonly seed: number;
  readonly scenarioHash: string;
  readonly version: string;
  readonly kind: CapacityKind;
  readonly targets: readonly SloTarget[];
  /** 0..1 */
  readonly confidence: number;
  readonly systems: readonly SystemCapacity[];
}

/** `28.4 requests/s`, `120 users`, `3 replicas (6 devices)`. */
export function levelText(kind: CapacityKind, level: number | undefined, devicesPerReplica: number): string {
  if (level === undefined) return "none";
  switch (kind) {
    case "rate":
      return `${formatNumber(level)} requests/s`;
    case "users":
      return formatPlural(level, "user");
    case "replicas":
      return `${formatPlural(level, "replica")} (${formatPlural(level * devicesPerReplica, "device")})`;
  }
}

/** `ttft_p99 ≤ 1 s`, `slo_attainment ≥ 99 %`. */
export function targetText({ figure, limit, atLeast }: SloTarget): string {
  return `${figure} ${atLeast ? "≥" : "≤"} ${figureText({ figure, value: limit })}`;
}

/** A figure in its unit; a dash when unknown. */
export function figureText({
  figure,
  value,
}: {
  readonly figure: string;
  readonly value: number | null;
}): string {
  if (figure === "slo_attainment") return formatShare(value);
  if (figure.endsWith("_rps")) return value === null ? "-" : `${formatNumber(value)} /s`;
  if (figure.endsWith("_tps")) return value === null ? "-" : `${formatNumber(value)} tokens/s`;
  if (figure.endsWith("_j")) return value === null ? "-" : `${formatNumber(value)} J`;
  return formatSeconds(value);
}
