import { InputError } from "../../core/errors.ts";
import { nearestName } from "../../core/nearest-name.ts";
import { isServegenTrace } from "../servegen/client-files.ts";
import { azureFormat } from "./azure.ts";
import { burstgptFormat } from "./burstgpt.ts";
import { headerNames } from "./csv-header.ts";
import { parseRecord } from "./json-row.ts";
import { lengthsFormat } from "./lengths.ts";
import { llmservingsimFormat } from "./llmservingsim.ts";
import { mooncakeFormat } from "./mooncake.ts";
import { plainCsvFormat } from "./plain-csv.ts";
import type { TraceFormat } from "./trace-format.ts";

/** All formats that hold one request a row, in the order in which detection tries them. */
export const TRACE_FORMATS: readonly TraceFormat[] = [
  azureFormat,
  mooncakeFormat,
  burstgptFormat,
  plainCsvFormat,
  llmservingsimFormat,
  lengthsFormat,
];

/** @throws InputError for a name that no format has, with the nearest one */
export function formatNamed(name: string): TraceFormat {
  const format = TRACE_FORMATS.find((candidate) => candidate.name === name);
  if (format !== undefined) return format;
  const accepted = ["auto", ...TRACE_FORMATS.map((candidate) => candidate.name)];
  throw new InputError({ message: "unknown trace format", found: name, accepted });
}

/**
 * Recognises a trace by its content.
 * @param firstLines at least the first line that is not blank
 * @throws InputError that lists what each format looks like, when none fits
 */
export function detectFormat(firstLines: readonly string[]): TraceFormat {
  const format = TRACE_FORMATS.find((candidate) => candidate.detects(firstLines));
  if (format !== undefined) return format;
  const first = firstLines.find((line) => line.trim() !== "") ?? "";
  if (first.trimStart().startsWith("{") && parseRecord(first) === undefined) {
    throw new InputError({ message: "not a JSON object:", found: first, expected: "one JSON object a line" });
  }
  if (isServegenTrace(first)) {
    throw new InputError({
      message: "this is one half of a ServeGen client: rates, not requests",
      expected: "both its files, chunk-N-trace.csv and chunk-N-dataset.json, as a ServeGen workload",
    });
  }
  const width = Math.max(...TRACE_FORMATS.map(({ name }) => name.length));
  throw new InputError({
    message: `unknown trace format${hintOf(first)}, the file starts with`,
    found: first,
    expected: `one of:\n${TRACE_FORMATS.map(({ name, example }) => `    ${name.padEnd(width)}  ${example}`).join("\n")}`,
  });
}

/** Names the first column that looks like a misspelt one of the format that the header resembles most. */
function hintOf(firstLine: string): string {
  const names = Object.keys(parseRecord(firstLine) ?? {});
  const columns = names.length > 0 ? names : headerNames(firstLine);
  let best = { matches: 0, hint: "" };
  for (const format of TRACE_FORMATS) {
    const slips = columns
      .filter((column) => !format.columns.includes(column))
      .map((column) => ({ column, nearest: nearestName(column, format.columns) }))
      .filter(({ nearest }) => nearest !== undefined && !columns.includes(nearest));
    const exact = columns.filter((column) => format.columns.includes(column)).length;
    const matches = exact + slips.length;
    const slip = slips[0];
    if (slip !== undefined && matches > best.matches) {
      best = { matches, hint: ` (column "${slip.column}": did you mean "${slip.nearest!}"?)` };
    }
  }
  return best.hint;
}
