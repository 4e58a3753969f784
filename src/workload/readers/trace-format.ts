import type { RequestTableBuilder } from "../request-table.ts";

/** How rows that are not quite right are treated; the same for every format. */
export interface ReaderOptions {
  /** File as the user named it, for messages. */
  readonly file: string;
  /** Told in one sentence what was found and mended. */
  readonly onWarning: (message: string) => void;
  /** A request without output tokens cannot be simulated: refuse the trace or drop the row. */
  readonly zeroOutput: "refuse" | "drop";
  /** The same for rows that the format itself marks as failed (BurstGPT: no response tokens). */
  readonly failedRows: "drop" | "refuse";
  /** A row may arrive this much earlier than one before it; the trace is then sorted, with a warning. */
  readonly reorderWindowSeconds: number;
}

/** Takes a trace line by line and adds a row for each request. */
export interface LineParser {
  /**
   * @param text one line without its end
   * @param lineNumber from 1
   * @throws InputError for a row that is refused
   */
  line(text: string, lineNumber: number): void;
  /** After the last line: warns of what was dropped or mended on the way. */
  end(): void;
}

/** One notation of request traces. */
export interface TraceFormat {
  readonly name: string;
  /** For people: where such traces come from and what a row holds. */
  readonly description: string;
  /** The header or keys to be seen in a file of this format. */
  readonly example: string;
  /** Names that its rows have, for the nearest name to a misspelt one. */
  readonly columns: readonly string[];
  /** False for lists of lengths: an arrival process has to supply the arrivals. */
  readonly hasArrivals: boolean;
  /** Recognises a trace by its first lines. */
  detects(firstLines: readonly string[]): boolean;
  /** Rows in the units of this format's clock. */
  createRows(): RequestTableBuilder;
  createParser(options: ReaderOptions, rows: RequestTableBuilder): LineParser;
}
