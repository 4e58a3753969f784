import { InputError } from "../core/errors.ts";
import { assignArrivals } from "./assign-arrivals.ts";
import type { ArrivalSpec } from "./arrivals/arrival-process.ts";
import { detectFormat, formatNamed } from "./readers/formats.ts";
import type { LineParser, ReaderOptions, TraceFormat } from "./readers/trace-format.ts";
import type { RequestTable } from "./request.ts";
import type { RequestTableBuilder } from "./request-table.ts";

/** Longer lines are refused before they fill the memory, in characters. */
const LONGEST_LINE = 2 ** 20;
const BYTE_ORDER_MARK = "\uFEFF";

export interface TraceReaderOptions {
  /** File as the user named it, for messages. */
  readonly file: string;
  /** Name of a format; "auto" (the default) looks at the content. */
  readonly format?: string | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Default "refuse". */
  readonly zeroOutput?: ReaderOptions["zeroOutput"] | undefined;
  /** Default "drop". */
  readonly failedRows?: ReaderOptions["failedRows"] | undefined;
  /** Default 60 s. */
  readonly reorderWindowSeconds?: number | undefined;
  /**
   * Reads a list of lengths for its lengths alone: without `arrivals` all its requests arrive at 0, instead of being
   * refused. Changes nothing for a trace with arrivals of its own. Default false.
   */
  readonly lengthsOnly?: boolean | undefined;
  /** Arrivals for a list of lengths, which has none; refused for a trace that has its own. */
  readonly arrivals?: { readonly process: ArrivalSpec; readonly seed: number } | undefined;
}

/** Reads a trace from text that comes in chunks, cut anywhere. Keeps the requests, not the text. */
export interface TraceReader {
  /** Name of the format, once the first line has come. */
  readonly format: string | undefined;
  /** @throws InputError with file, line and column for the first row that is refused */
  write(chunk: string): void;
  /** @throws InputError for a file without requests, or one without arrivals that nothing supplies */
  end(): RequestTable;
}

/** @throws InputError for an unknown format name */
export function createTraceReader(options: TraceReaderOptions): TraceReader {
  return new LineSplittingReader(options);
}

/** A whole trace that is in memory already; see `createTraceReader`. */
export function readTrace(text: string, options: TraceReaderOptions): RequestTable {
  const reader = createTraceReader(options);
  reader.write(text);
  return reader.end();
}

class LineSplittingReader implements TraceReader {
  readonly #options: TraceReaderOptions;
  readonly #parserOptions: ReaderOptions;
  #format: TraceFormat | undefined;
  #rows: RequestTableBuilder | undefined;
  #parser: LineParser | undefined;
  /** Start of a line whose end has not come yet. */
  #carry = "";
  #lineNumber = 0;

  constructor(options: TraceReaderOptions) {
    this.#options = options;
    this.#parserOptions = {
      file: options.file,
      onWarning: options.onWarning ?? (() => undefined),
      zeroOutput: options.zeroOutput ?? "refuse",
      failedRows: options.failedRows ?? "drop",
      reorderWindowSeconds: options.reorderWindowSeconds ?? 60,
    };
    const { format = "auto" } = options;
    if (format !== "auto") this.#format = formatNamed(format);
  }

  get format(): string | undefined {
    return this.#format?.name;
  }

  write(chunk: string): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf("\n", start);
      const length = (end < 0 ? chunk.length : end) - start;
      if (this.#carry.length + length > LONGEST_LINE) throw this.#refuseLongLine();
      if (end < 0) break;
      this.#takeLine(this.#carry + chunk.slice(start, end));
      this.#carry = "";
      start = end + 1;
    }
    this.#carry += chunk.slice(start);
  }

  end(): RequestTable {
    if (this.#carry !== "") this.#takeLine(this.#carry);
    const { file, arrivals, lengthsOnly } = this.#options;
    this.#parser?.end();
    if (this.#format === undefined || this.#rows === undefined || this.#rows.length === 0) {
      const message = this.#lineNumber === 0 ? "the file is empty" : "the file holds no requests";
      throw new InputError({ file, message, expected: "at least one request" });
    }
    const table = this.#rows.build();
    if (this.#format.hasArrivals) {
      if (arrivals === undefined) return table;
      const expected = "an arrival process only for a list of lengths (scale the rate of a trace instead)";
      throw new InputError({ file, message: "the trace has arrivals of its own", expected });
    }
    if (arrivals === undefined) {
      if (lengthsOnly === true) return table;
      const expected = "an arrival process beside it, such as poisson with a rate";
      throw new InputError({ file, message: "the trace lists lengths without arrivals", expected });
    }
    return assignArrivals(table, arrivals.process, arrivals.seed);
  }

  #takeLine(line: string): void {
    const lineNumber = ++this.#lineNumber;
    const from = lineNumber === 1 && line.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
    const to = line.endsWith("\r") ? line.length - 1 : line.length;
    const text = line.slice(from, to);
    if (text.trim() === "") return;
    this.#parser ??= this.#createParser(text, lineNumber);
    this.#parser.line(text, lineNumber);
  }

  #createParser(firstLine: string, lineNumber: number): LineParser {
    this.#format ??= this.#detect(firstLine, lineNumber);
    this.#rows = this.#format.createRows();
    return this.#format.createParser(this.#parserOptions, this.#rows);
  }

  #detect(firstLine: string, line: number): TraceFormat {
    try {
      return detectFormat([firstLine]);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(error.problems.map((problem) => ({ ...problem, file: this.#options.file, line })));
    }
  }

  #refuseLongLine(): InputError {
    return new InputError({
      file: this.#options.file,
      line: this.#lineNumber + 1,
      message: `a line of more than ${LONGEST_LINE} characters`,
      expected: "a trace with one request a line",
    });
  }
}
