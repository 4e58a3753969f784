import { FIELD, type FieldNames, type TraceRow } from "./trace-row.ts";

/** What tells one format from another; the reading itself is common to all. */
export interface FormatDefinition {
  readonly name: string;
  readonly description: string;
  readonly example: string;
  readonly notations: readonly ("csv" | "jsonl")[];
  readonly fields: FieldNames;
  /** Columns of the format that say nothing needed here. */
  readonly known: readonly string[];
  /** Any further column makes it another format, unless this one is asked for by name. */
  readonly strict?: boolean;
  /** Ticks a second of its arrival clock. */
  readonly ticksPerSecond: number;
  readonly blockTokens?: number;
  /** Rows without output tokens are requests that failed, as the format has it. */
  readonly failedRowsHaveNoOutput?: boolean;
  /** A clock for one file that reads arrivals not written as a plain number, in ticks. */
  readonly createClock?: () => (row: TraceRow) => number;
}

/** Fields that every row of a format has. */
export function requiredFields(fields: FieldNames): readonly number[] {
  const always = [FIELD.arrival, FIELD.inputTokens, FIELD.outputTokens];
  return always.filter((field) => fields[field]!.length > 0);
}
