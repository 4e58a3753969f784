import type { ArrivalSpec } from "../workload/arrivals/arrival-process.ts";
import type { ConversationSpec } from "../workload/clients/conversations.ts";
import type { TraceSessionsSpec } from "../workload/clients/trace-sessions.ts";
import type { ServegenOptions } from "../workload/servegen/servegen-source.ts";
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
  /** Present where sessions are replayed turn by turn. */
  readonly sessions?: TraceSessionsSpec | undefined;
}

export interface SyntheticWorkload {
  readonly kind: "synthetic";
  readonly spec: SyntheticSpec;
}

/** Clients who wait for their answers. */
export interface ConversationWorkload {
  readonly kind: "conversations";
  readonly spec: ConversationSpec;
}

/** Requests drawn from the statistics of real clients (github.com/alibaba/ServeGen). */
export interface ServegenWorkload {
  readonly kind: "servegen";
  readonly clients: readonly ServegenFiles[];
  readonly options: ServegenOptions;
}

/** The two files of a client, by paths by which this machine can open them. */
export interface ServegenFiles {
  readonly name: string;
  readonly traceFile: string;
  readonly datasetFile: string;
}

export type Workload = TraceWorkload | SyntheticWorkload | ConversationWorkload | ServegenWorkload;

/** The workload without the paths of this machine: what results record and what the scenario's hash covers. */
export function describeWorkload(workload: Workload): Record<string, unknown> {
  switch (workload.kind) {
    case "synthetic":
    case "conversations":
      return { ...workload };
    case "servegen":
      return { ...workload, clients: workload.clients.map(({ name }) => name) };
    case "trace": {
      const { file: _path, ...rest } = workload;
      return { ...rest, arrivals: rest.arrivals ?? null };
    }
  }
}
