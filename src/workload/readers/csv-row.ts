import { CsvError, parse } from "csv-parse/browser/esm/sync";
import { InputError } from "../../core/errors.ts";
import { parseDecimal } from "./decimal.ts";
import type { TraceRow } from "./trace-row.ts";

const COMMA = 44;

/** Cells of one CSV line. Lines without quotes are split in place; the others are read by csv-parse. */
export class CsvCells {
  readonly #file: string;
  #original = "";
  #text = "";
  /** Cell i stands in `#text` from `#bounds[i]` to before `#bounds[i + 1] - 1`. */
  readonly #bounds: number[] = [0];
  #lineNumber = 0;
  count = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws InputError for broken quoting */
  load(text: string, lineNumber: number): void {
    this.#original = text;
    this.#lineNumber = lineNumber;
    this.count = 0;
    if (text.includes('"')) {
      const cells = this.#parseQuoted(text);
      this.#text = cells.join(",");
      for (const cell of cells) this.#close(this.#bounds[this.count]! + cell.length);
      return;
    }
    this.#text = text;
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) === COMMA) this.#close(i);
    this.#close(text.length);
  }

  number(cell: number): number {
    return parseDecimal(this.#text, this.#bounds[cell]!, this.#bounds[cell + 1]! - 1);
  }

  text(cell: number): string {
    return this.#text.slice(this.#bounds[cell], this.#bounds[cell + 1]! - 1).trim();
  }

  /** 1-based column at which a cell starts in the line as written. */
  columnOf(cell: number): number {
    let quoted = false;
    let before = cell;
    for (let i = 0; before > 0 && i < this.#original.length; i++) {
      if (this.#original[i] === '"') quoted = !quoted;
      else if (this.#original[i] === "," && !quoted && --before === 0) return i + 2;
    }
    return 1;
  }

  refusal(message: string, expected: string, cell?: number, found?: string): InputError {
    return new InputError({
      file: this.#file,
      line: this.#lineNumber,
      column: cell === undefined ? undefined : this.columnOf(cell),
      message,
      found,
      expected,
    });
  }

  #close(end: number): void {
    this.#bounds[++this.count] = end + 1;
  }

  #parseQuoted(text: string): string[] {
    try {
      return parse(text, { relax_column_count: true })[0] ?? [];
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      throw this.refusal(
        "broken quotes in",
        "cells in pairs of double quotes, each on one line",
        undefined,
        text,
      );
    }
  }
}

/** A CSV line seen through its header: the cell of each field, found by name whatever the order of columns. */
export class CsvRow implements TraceRow {
  readonly #cells: CsvCells;
  /** Column of each field, -1 when the file has none. */
  readonly #columns: readonly number[];
  readonly #names: readonly string[];

  /** @param names the header, as written */
  constructor(file: string, names: readonly string[], columns: readonly number[]) {
    this.#cells = new CsvCells(file);
    this.#names = names;
    this.#columns = columns;
  }

  load(text: string, lineNumber: number): void {
    this.#cells.load(text, lineNumber);
    const { count } = this.#cells;
    if (count !== this.#names.length) {
      const expected = `${this.#names.length} cells, as in the header: ${this.#names.join(",")}`;
      throw this.#cells.refusal(
        `a row of ${count} ${count === 1 ? "cell" : "cells"}:`,
        expected,
        undefined,
        text,
      );
    }
  }

  has(field: number): boolean {
    return this.#columns[field]! >= 0;
  }

  number(field: number): number {
    return this.#cells.number(this.#columns[field]!);
  }

  text(field: number): string {
    return this.#cells.text(this.#columns[field]!);
  }

  list(): undefined {
    return undefined;
  }

  refusal(field: number, message: string, expected: string): InputError {
    const column = this.#columns[field]!;
    return this.#cells.refusal(
      `${this.#names[column]!}: ${message}`,
      expected,
      column,
      this.#cells.text(column),
    );
  }
}
