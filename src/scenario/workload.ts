import type { ArrivalSpec } from "../workload/arrivals/arrival-process.ts";
import type { SyntheticSpec } from "../workload/synthetic.ts";
import type { TransformSpec } from "../workload/transforms.ts";

/** Requests from a file. */
export interface TraceWorkload {
  readonly kind: "trace";
  /** Path by which this machine can open it. */
  readonly file: string;
  readonly format: string;
  readonly zeroOutput: "refuse" | "drop";
  readonly failedRows: "refuse" | "drop";
  /** For lists of lengths, which have none. */
  readonly arrivals: ArrivalSpec | undefined;
  readonly transforms: readonly TransformSpec[];
}

export interface SyntheticWorkload {
  readonly kind: "synthetic";
  readonly spec: SyntheticSpec;
}

export type Workload = TraceWorkload | SyntheticWorkload;

/** The workload without the paths of this machine: what results record and what the scenario's hash covers. */
export function describeWorkload(workload: Workload): Record<string, unknown> {
  if (workload.kind === "synthetic") return { ...workload };
  const { file: _path, ...rest } = workload;
  return { ...rest, arrivals: rest.arrivals ?? null };
}
