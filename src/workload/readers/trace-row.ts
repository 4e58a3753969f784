import { InputError } from "../../core/errors.ts";

/** What a row of a trace can tell, as indices of columns whatever they are called in a format. */
export const FIELD = {
  arrival: 0,
  inputTokens: 1,
  outputTokens: 2,
  className: 3,
  sessionId: 4,
  blocks: 5,
} as const;

/** Accepted names of each field, the first one preferred; in the order of `FIELD`. Empty: the format has no such field. */
export type FieldNames = readonly (readonly string[])[];

/** A row, whatever its notation. Reused from line to line. */
export interface TraceRow {
  /** @throws InputError for a line that is no row in this notation */
  load(text: string, lineNumber: number): void;
  has(field: number): boolean;
  /** NaN when the cell is empty or anything but a plain decimal number. */
  number(field: number): number;
  text(field: number): string;
  /** The cell as a list; undefined when it is none. */
  list(field: number): readonly unknown[] | undefined;
  /** The error that refuses this row for one of its cells. */
  refusal(field: number, message: string, expected: string): InputError;
}
