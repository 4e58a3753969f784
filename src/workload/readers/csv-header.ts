import { InputError } from "../../core/errors.ts";
import { nearestName } from "../../core/nearest-name.ts";
import { CsvCells, CsvRow } from "./csv-row.ts";
import type { FieldNames } from "./trace-row.ts";

/** Names in a CSV header, as written; none when the line is no CSV. */
export function headerNames(line: string): readonly string[] {
  const cells = new CsvCells("");
  try {
    cells.load(line, 1);
  } catch {
    return [];
  }
  return Array.from({ length: cells.count }, (_, i) => cells.text(i));
}

/** Column of a field among the header's names, ignoring case; -1 when it has none. */
export function columnOfField(header: readonly string[], accepted: readonly string[]): number {
  const lowerCase = accepted.map((name) => name.toLowerCase());
  return header.findIndex((name) => lowerCase.includes(name.toLowerCase()));
}

/**
 * Reads a header.
 * @param known columns that the format has but that say nothing about a request
 * @throws InputError for a required column that is missing (with the nearest name found) or one that stands twice
 */
export function parseCsvHeader(
  line: string,
  lineNumber: number,
  file: string,
  fields: FieldNames,
  required: readonly number[],
  known: readonly string[],
  onWarning: (message: string) => void,
): CsvRow {
  const names = headerNames(line);
  const columns = fields.map((accepted) => columnOfField(names, accepted));
  const place = { file, line: lineNumber };
  const missing = required.filter((field) => columns[field]! < 0).map((field) => fields[field]![0]!);
  const unused = names.filter((_, column) => !columns.includes(column));
  if (missing.length > 0) {
    throw new InputError(
      missing.map((name) => {
        const nearest = nearestName(name, unused);
        return {
          ...place,
          column: nearest === undefined ? undefined : columnInLine(line, names.indexOf(nearest)),
          message:
            `missing column "${name}"` + (nearest === undefined ? "" : ` (is "${nearest}" meant to be it?)`),
          expected: `a header with ${required.map((field) => fields[field]![0]!).join(",")}`,
        };
      }),
    );
  }
  const repeated = names.findIndex((name, column) => names.indexOf(name) !== column);
  if (repeated >= 0) {
    const column = columnInLine(line, repeated);
    throw new InputError({ ...place, column, message: "column stands twice:", found: names[repeated] });
  }
  const extra = unused.filter((name) => columnOfField(known, [name]) < 0);
  if (extra.length > 0) onWarning(`${file}:${lineNumber}: columns not used: ${extra.join(", ")}`);
  return new CsvRow(file, names, columns);
}

function columnInLine(line: string, cell: number): number {
  const cells = new CsvCells("");
  cells.load(line, 1);
  return cells.columnOf(cell);
}
