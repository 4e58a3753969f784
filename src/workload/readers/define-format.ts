import { RequestTableBuilder } from "../request-table.ts";
import { columnOfField, headerNames } from "./csv-header.ts";
import { parseRecord } from "./json-row.ts";
import { requiredFields, type FormatDefinition } from "./format-definition.ts";
import { RowParser } from "./row-parser.ts";
import type { TraceFormat } from "./trace-format.ts";
import { FIELD } from "./trace-row.ts";

export function defineFormat(definition: FormatDefinition): TraceFormat {
  const { name, description, example, fields, ticksPerSecond, blockTokens } = definition;
  const columns = fields.flat();
  return {
    name,
    description,
    example,
    columns,
    hasArrivals: fields[FIELD.arrival]!.length > 0,
    detects: (firstLines) => detects(definition, firstLines),
    createRows: () => new RequestTableBuilder({ ticksPerSecond, blockTokens }),
    createParser: (options, rows) => new RowParser(definition, options, rows),
  };
}

function detects(
  { notations, fields, known, strict }: FormatDefinition,
  firstLines: readonly string[],
): boolean {
  const first = firstLines.find((line) => line.trim() !== "");
  if (first === undefined) return false;
  const isJson = first.trimStart().startsWith("{");
  if (!notations.includes(isJson ? "jsonl" : "csv")) return false;
  const names = isJson ? Object.keys(parseRecord(first) ?? {}) : headerNames(first);
  if (!requiredFields(fields).every((field) => columnOfField(names, fields[field]!) >= 0)) return false;
  const accepted = [...fields.flat(), ...known];
  return strict !== true || names.every((name) => columnOfField([name], accepted) >= 0);
}
