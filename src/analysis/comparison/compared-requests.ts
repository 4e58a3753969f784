import type { MeasurementWindow } from "../../serving/config.ts";
import { STATUS, type RequestRecords } from "../../serving/result.ts";

/** What a comparison needs of every request, one row each in order of arrival; seconds, NaN where it never happened. */
export interface ComparedRequests {
  readonly length: number;
  readonly requestId: Float64Array;
  readonly arrivalSeconds: Float64Array;
  readonly inputTokens: Float64Array;
  readonly outputTokens: Float64Array;
  readonly queue: Float64Array;
  readonly ttft: Float64Array;
  readonly e2e: Float64Array;
  readonly maxTbt: Float64Array;
  /** 1 when every per-request target is met, 0 when not. */
  readonly sloMet: Float64Array;
  /** 1 when the request completed inside the measurement window. */
  readonly served: Uint8Array;
  /** 1 when it counts towards SLO attainment: it was measured, and its client still wanted it. */
  readonly judged: Uint8Array;
}

type Column = Exclude<keyof ComparedRequests, "length" | "served" | "judged">;

/** Columns of so many rows to be filled by the caller. */
export function emptyRequests(length: number): ComparedRequests {
  const column = (): Float64Array => new Float64Array(length);
  return {
    length,
    ...({
      ...{ requestId: column(), arrivalSeconds: column(), inputTokens: column(), outputTokens: column() },
      ...{ queue: column(), ttft: column(), e2e: column(), maxTbt: column(), sloMet: column() },
    } satisfies Record<Column, Float64Array>),
    served: new Uint8Array(length),
    judged: new Uint8Array(length),
  };
}

/** The requests of a run. */
export function comparedRequestsOf(
  records: RequestRecords,
  { fromSeconds, untilSeconds }: MeasurementWindow,
): ComparedRequests {
  const rows = emptyRequests(records.length);
  for (let i = 0; i < rows.length; i++) {
    const arrival = records.arrivalSeconds[i]!;
    const status = records.status[i]!;
    const measured = arrival >= fromSeconds && arrival < untilSeconds;
    rows.requestId[i] = records.sourceRow[i]!;
    rows.arrivalSeconds[i] = arrival;
    rows.inputTokens[i] = records.inputTokens[i]!;
    rows.outputTokens[i] = records.outputTokens[i]!;
    rows.queue[i] = records.firstScheduledSeconds[i]! - arrival;
    rows.ttft[i] = records.firstTokenSeconds[i]! - arrival;
    rows.e2e[i] = records.finishSeconds[i]! - arrival;
    rows.maxTbt[i] = records.maxTbtSeconds[i]!;
    rows.sloMet[i] = records.sloMet[i]!;
    rows.served[i] = measured && status === STATUS.completed ? 1 : 0;
    rows.judged[i] = measured && status !== STATUS.cancelled ? 1 : 0;
  }
  return rows;
}
