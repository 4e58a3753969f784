import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { InputError } from "../core/errors.ts";
import type { ExplainedTime, StoredRequest } from "../report/request-story.ts";
import { CAUSES, type Cause } from "../serving/attribution/causes.ts";

type Row = Readonly<Record<string, string>>;

/**
 * One request of a result folder that was written with its attribution.
 * @throws InputError when the folder holds none, or no such request
 */
export function readStoredRequest(folder: string, id: string): StoredRequest {
  const rows = readRows(folder, "requests.csv");
  const row = rows.find(({ request_id }) => request_id === id);
  if (row === undefined) {
    const [first, last] = [rows[0]?.["request_id"], rows.at(-1)?.["request_id"]];
    throw new InputError({
      file: join(folder, "requests.csv"),
      message: "no such request",
      found: id,
      expected: rows.length === 0 ? "a result that holds requests" : `an id from ${first} to ${last}`,
    });
  }
  const explained = readRows(folder, "attribution.csv").filter(({ request_id }) => request_id === id);
  return {
    ...{ id, className: cell(row, "class"), status: cell(row, "status") },
    ...{ replica: cell(row, "replica"), decodeReplica: cell(row, "decode_replica") },
    inputTokens: numberIn(row, "input_tokens"),
    outputTokens: numberIn(row, "output_tokens"),
    arrivalSeconds: numberIn(row, "arrival_s"),
    firstScheduledSeconds: numberIn(row, "first_scheduled_s"),
    ttftSeconds: numberIn(row, "ttft_s"),
    e2eSeconds: numberIn(row, "e2e_s"),
    preemptions: numberIn(row, "preemptions"),
    sloMet: cell(row, "slo_met") === "true",
    rejectReason: cell(row, "reject_reason"),
    explained: explained.map(explainedTime),
  };
}

function explainedTime(row: Row): ExplainedTime {
  const causes = CAUSES.map((cause) => [cause, numberIn(row, `${cause}_s`)] as const);
  return {
    quantity: cell(row, "quantity") === "ttft" ? "ttft" : "gap",
    atSeconds: numberIn(row, "at_s"),
    totalSeconds: numberIn(row, "total_s"),
    causes: Object.fromEntries(causes) as Record<Cause, number>,
  };
}

function readRows(folder: string, name: string): Row[] {
  const path = join(folder, name);
  if (!existsSync(path)) {
    throw new InputError({
      file: path,
      message: "no such file",
      expected: "the folder of one system's result, written by ador run --attribution --out",
    });
  }
  return parse<Row>(readFileSync(path), { columns: true });
}

function cell(row: Row, column: string): string {
  return row[column] ?? "";
}

/** NaN for an empty cell: what never happened. */
function numberIn(row: Row, column: string): number {
  const text = cell(row, column);
  return text === "" ? NaN : Number(text);
}
