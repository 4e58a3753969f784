import { CsvError, parse } from "csv-parse/browser/esm/sync";
import { InputError } from "../../core/errors.ts";
import { STATUS_NAMES } from "../../serving/result.ts";
import { emptyRequests, type ComparedRequests } from "./compared-requests.ts";

/** Arrivals this soon after the first or before the last one were not measured; seconds. */
export interface Margins {
  readonly warmupSeconds: number;
  readonly drainSeconds: number;
}

const NUMBERS = {
  request_id: "requestId",
  arrival_s: "arrivalSeconds",
  input_tokens: "inputTokens",
  output_tokens: "outputTokens",
  queue_s: "queue",
  ttft_s: "ttft",
  e2e_s: "e2e",
  max_tbt_s: "maxTbt",
} as const;
/** Columns that every row fills. */
const ALWAYS = new Set(["request_id", "arrival_s", "input_tokens", "output_tokens"]);

/**
 * Reads the text of a `requests.csv`.
 * @throws InputError, without the file's name, for a missing column or a cell that is no number
 */
export function readRequests(text: string, { warmupSeconds, drainSeconds }: Margins): ComparedRequests {
  const [header = [], ...lines] = cellsOf(text);
  const places = columnPlaces(header);
  const rows = emptyRequests(lines.length);
  const numbers = Object.entries(NUMBERS).map(([name, column]) => ({
    ...{ name, values: rows[column], place: places(name), always: ALWAYS.has(name) },
  }));
  const [status, met] = [places("status"), places("slo_met")];
  lines.forEach((cells, i) => {
    for (const { name, values, place, always } of numbers) {
      const cell = cells[place] ?? "";
      values[i] = cell === "" ? NaN : Number(cell);
      if (Number.isNaN(values[i]) && (always || cell !== "")) {
        throw new InputError({
          line: i + 2,
          key: name,
          message: "invalid value",
          found: cell,
          expected: "a number",
        });
      }
    }
    if (!STATUS_NAMES.some((name) => name === cells[status])) {
      throw new InputError({
        line: i + 2,
        key: "status",
        message: "unknown status",
        found: cells[status],
        accepted: STATUS_NAMES,
      });
    }
    rows.sloMet[i] = cells[met] === "true" ? 1 : 0;
  });
  const first = rows.arrivalSeconds[0] ?? 0;
  const last = rows.arrivalSeconds.at(-1) ?? 0;
  const from = warmupSeconds === 0 ? -Infinity : first + warmupSeconds;
  const until = drainSeconds === 0 ? Infinity : last - drainSeconds;
  lines.forEach((cells, i) => {
    const measured = rows.arrivalSeconds[i]! >= from && rows.arrivalSeconds[i]! < until;
    rows.served[i] = measured && cells[status] === "completed" ? 1 : 0;
    rows.judged[i] = measured && cells[status] !== "cancelled" ? 1 : 0;
  });
  return rows;
}

function cellsOf(text: string): string[][] {
  try {
    return parse(text, { bom: true, skip_empty_lines: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InputError({ message: `broken CSV: ${error.message}` });
  }
}

function columnPlaces(header: readonly string[]): (name: string) => number {
  const needed = [...Object.keys(NUMBERS), "status", "slo_met"];
  const missing = needed.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new InputError({
      line: 1,
      message: `missing column${missing.length > 1 ? "s" : ""}: ${missing.join(", ")}`,
      expected: "the requests.csv of a run",
    });
  }
  return (name) => header.indexOf(name);
}
