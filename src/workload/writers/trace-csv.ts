import { stringify } from "csv-stringify/browser/esm/sync";
import type { RequestTable } from "../request.ts";
import { DEFAULT_CLASS } from "../request-table.ts";

const ROWS_A_CHUNK = 1000;

/**
 * A trace as plain CSV (format `csv`), in chunks of text: arrival_s, input_tokens, output_tokens, and class and
 * session_id where the trace has them. Numbers in shortest round-trip form. Prefix blocks have no place in it.
 */
export function* formatTraceCsv(table: RequestTable): Generator<string, void, undefined> {
  const { classes, sessionId } = table;
  const hasClasses = classes.length > 1 || classes[0] !== DEFAULT_CLASS;
  const header = ["arrival_s", "input_tokens", "output_tokens"];
  if (hasClasses) header.push("class");
  if (sessionId !== undefined) header.push("session_id");
  yield stringify([header]);
  for (let start = 0; start < table.length; start += ROWS_A_CHUNK) {
    const rows: (number | string)[][] = [];
    for (let i = start; i < Math.min(start + ROWS_A_CHUNK, table.length); i++) {
      const row: (number | string)[] = [
        table.arrivalSeconds[i]!,
        table.inputTokens[i]!,
        table.outputTokens[i]!,
      ];
      if (hasClasses) row.push(classes[table.classIndex[i]!]!);
      if (sessionId !== undefined) row.push(sessionId[i]! < 0 ? "" : sessionId[i]!);
      rows.push(row);
    }
    yield stringify(rows);
  }
}
