import { CsvError, parse } from "csv-parse/browser/esm/sync";
import { InputError } from "../../core/errors.ts";
import { nearestName } from "../../core/nearest-name.ts";

/** One line of a table of measurements; cells by column name. */
export class MeasuredRow {
  /** 1-based line in the file. */
  readonly line: number;
  readonly #cells: Readonly<Record<string, string>>;

  constructor(line: number, cells: Readonly<Record<string, string>>) {
    this.line = line;
    this.#cells = cells;
  }

  text(column: string): string {
    return this.#cells[column]!;
  }

  /** @throws InputError for a cell that is no finite number */
  number(column: string): number {
    const text = this.#cells[column]!;
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value)) return value;
    throw this.#refusal(column, "a finite number");
  }

  /** A measured time, size or count. @throws InputError for a cell that is no finite number above 0 */
  positive(column: string): number {
    const value = this.number(column);
    if (value > 0) return value;
    throw this.#refusal(column, "a number above 0");
  }

  #refusal(column: string, expected: string): InputError {
    return new InputError({
      ...{ line: this.line, key: column, message: "invalid value", found: this.#cells[column], expected },
    });
  }
}

/**
 * The rows of a CSV text with a header, which may hold more than the needed columns and in any order.
 * @throws InputError, without the file's name, for broken CSV, a missing column or no rows
 */
export function readMeasuredRows(text: string, columns: readonly string[]): MeasuredRow[] {
  const lines = parseLines(text);
  const header = lines[0]?.record ?? [];
  for (const column of columns) {
    if (header.includes(column)) continue;
    const nearest = nearestName(column, header);
    const instead = nearest === undefined ? "" : `; the nearest is ${nearest}`;
    throw new InputError({
      ...{ line: 1, message: `missing column "${column}"` },
      expected: `the columns ${columns.join(", ")} (found ${header.join(", ") || "none"}${instead})`,
    });
  }
  if (lines.length === 1) throw new InputError({ message: "no rows", expected: "a row a measurement" });
  return lines
    .slice(1)
    .map(
      ({ record, info }) =>
        new MeasuredRow(info.lines, Object.fromEntries(header.map((name, i) => [name, record[i]!]))),
    );
}

function parseLines(
  text: string,
): { readonly record: string[]; readonly info: { readonly lines: number } }[] {
  try {
    return parse(text, { bom: true, info: true, skip_empty_lines: true }) as unknown as ReturnType<
      typeof parseLines
    >;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error["lines"] === "number" ? error["lines"] : undefined;
    throw new InputError({ line, message: `broken CSV: ${error.message}` });
  }
}
