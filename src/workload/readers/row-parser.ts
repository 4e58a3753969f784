import { MOST_CLASSES, MOST_TOKENS } from "../checks.ts";
import { DEFAULT_CLASS, type RequestTableBuilder } from "../request-table.ts";
import { parseCsvHeader } from "./csv-header.ts";
import { requiredFields, type FormatDefinition } from "./format-definition.ts";
import { JsonRow } from "./json-row.ts";
import type { LineParser, ReaderOptions } from "./trace-format.ts";
import { FIELD, type TraceRow } from "./trace-row.ts";

const LARGEST_ID = 2 ** 31 - 1;

/** Turns rows of any format into requests under the same rules. */
export class RowParser implements LineParser {
  readonly #definition: FormatDefinition;
  readonly #options: ReaderOptions;
  readonly #rows: RequestTableBuilder;
  readonly #arrivalTicks: (row: TraceRow) => number;
  readonly #zeroOutput: "refuse" | "drop";
  readonly #reorderTicks: number;
  /** Known from the first line on. */
  #row: TraceRow | undefined;
  #sourceRow = 0;
  #dropped = 0;
  #outOfOrder = 0;
  #largestDisorder = 0;

  constructor(definition: FormatDefinition, options: ReaderOptions, rows: RequestTableBuilder) {
    this.#definition = definition;
    this.#options = options;
    this.#rows = rows;
    this.#arrivalTicks = this.#chooseClock();
    this.#zeroOutput = definition.failedRowsHaveNoOutput === true ? options.failedRows : options.zeroOutput;
    this.#reorderTicks = options.reorderWindowSeconds * definition.ticksPerSecond;
  }

  line(text: string, lineNumber: number): void {
    if (this.#row === undefined) {
      this.#row = this.#readShape(text, lineNumber);
      if (!(this.#row instanceof JsonRow)) return;
    }
    const row = this.#row;
    row.load(text, lineNumber);
    const sourceRow = this.#sourceRow++;
    const outputTokens = this.#readTokens(row, FIELD.outputTokens, 0);
    if (outputTokens === 0) {
      if (this.#zeroOutput === "refuse") throw this.#refuseZeroOutput(row);
      this.#dropped++;
      return;
    }
    const inputTokens = this.#readTokens(row, FIELD.inputTokens, 1);
    const ticks = this.#arrivalTicks(row);
    this.#checkOrder(row, ticks);
    const classIndex = this.#readClass(row);
    if (row.has(FIELD.blocks)) this.#readBlocks(row, inputTokens);
    this.#rows.add(ticks, inputTokens, outputTokens, sourceRow, classIndex, this.#readSession(row));
  }

  end(): void {
    const { file, onWarning } = this.#options;
    if (this.#dropped > 0) {
      const kind = this.#definition.failedRowsHaveNoOutput === true ? "failed requests" : "requests";
      onWarning(`${file}: ${this.#dropped} ${kind} without output tokens dropped`);
    }
    if (this.#outOfOrder > 0) {
      const seconds = this.#largestDisorder / this.#definition.ticksPerSecond;
      onWarning(`${file}: ${this.#outOfOrder} rows out of order, by at most ${seconds} s: sorted by arrival`);
    }
  }

  #readShape(text: string, lineNumber: number): TraceRow {
    const { fields, known } = this.#definition;
    const { file, onWarning } = this.#options;
    if (text.trimStart().startsWith("{")) return new JsonRow(file, fields);
    return parseCsvHeader(text, lineNumber, file, fields, requiredFields(fields), known, onWarning);
  }

  #chooseClock(): (row: TraceRow) => number {
    const { fields, createClock } = this.#definition;
    if (fields[FIELD.arrival]!.length === 0) return () => 0;
    if (createClock !== undefined) return createClock();
    return (row) => {
      const ticks = row.number(FIELD.arrival);
      if (ticks >= 0 && ticks < Infinity) return ticks;
      throw row.refusal(FIELD.arrival, "invalid arrival time", "a number, 0 or greater");
    };
  }

  #readTokens(row: TraceRow, field: number, least: number): number {
    const tokens = row.number(field);
    if (tokens >= least && tokens <= MOST_TOKENS && Number.isInteger(tokens)) return tokens;
    const reason = Number.isNaN(tokens)
      ? "not a number:"
      : tokens > MOST_TOKENS
        ? "absurd token count"
        : "invalid token count";
    throw row.refusal(field, reason, `a whole number of tokens from 1 to ${MOST_TOKENS}`);
  }

  #refuseZeroOutput(row: TraceRow): Error {
    const option =
      this.#definition.failedRowsHaveNoOutput === true ? "--failed-rows drop" : "--zero-output drop";
    return row.refusal(
      FIELD.outputTokens,
      "a request without output tokens:",
      `at least 1 (${option} drops such rows)`,
    );
  }

  #checkOrder(row: TraceRow, ticks: number): void {
    const disorder = this.#rows.latestTicks - ticks;
    if (!(disorder > 0)) return;
    const { ticksPerSecond } = this.#definition;
    if (disorder > this.#reorderTicks) {
      const message = `unsorted timestamps: ${disorder / ticksPerSecond} s earlier than a row before it:`;
      const window = this.#options.reorderWindowSeconds;
      throw row.refusal(
        FIELD.arrival,
        message,
        `rows by rising time (up to ${window} s of disorder are sorted out)`,
      );
    }
    this.#outOfOrder++;
    this.#largestDisorder = Math.max(this.#largestDisorder, disorder);
  }

  #readClass(row: TraceRow): number {
    const index = this.#rows.classIndexOf(
      row.has(FIELD.className) ? row.text(FIELD.className) : DEFAULT_CLASS,
    );
    if (index !== undefined) return index;
    throw row.refusal(FIELD.className, "too many request classes, at", `at most ${MOST_CLASSES}`);
  }

  #readSession(row: TraceRow): number {
    if (!row.has(FIELD.sessionId) || row.text(FIELD.sessionId) === "") return -1;
    const id = row.number(FIELD.sessionId);
    if (Number.isInteger(id) && id >= 0 && id <= LARGEST_ID) return id;
    throw row.refusal(
      FIELD.sessionId,
      "invalid session id",
      `empty or a whole number from 0 to ${LARGEST_ID}`,
    );
  }

  #readBlocks(row: TraceRow, inputTokens: number): void {
    const blocks = row.list(FIELD.blocks);
    const most = Math.ceil(inputTokens / this.#definition.blockTokens!);
    if (blocks === undefined || blocks.length > most) {
      throw row.refusal(
        FIELD.blocks,
        "invalid prompt blocks",
        `a list of at most ${most} ids for ${inputTokens} tokens`,
      );
    }
    for (const id of blocks) {
      if (!Number.isInteger(id) || (id as number) < 0 || (id as number) > LARGEST_ID) {
        throw row.refusal(FIELD.blocks, "invalid block id in", `whole numbers from 0 to ${LARGEST_ID}`);
      }
      this.#rows.addPrefixBlock(id as number);
    }
  }
}
