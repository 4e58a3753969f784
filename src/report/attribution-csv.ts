import { stringify } from "csv-stringify/browser/esm/sync";
import { QUANTITIES, type Attribution } from "../serving/attribution/cause-rows.ts";
import { CAUSE_COUNT, CAUSES } from "../serving/attribution/causes.ts";
import type { RequestRecords } from "../serving/result.ts";

/** Rows that make one piece of text. */
const BATCH_ROWS = 1000;

/**
 * `attribution.csv` piece by piece: for every first token, and every gap above the SLO, when the token came, how long it
 * took, and the seconds of each cause, which add up to that. Times in seconds, in shortest round-trip form.
 */
export function* attributionCsv(attribution: Attribution, { sourceRow }: RequestRecords): Generator<string> {
  const { order, request, quantity, atSeconds, totalSeconds, causeSeconds } = attribution;
  yield stringify([["request_id", "quantity", "at_s", "total_s", ...CAUSES.map((cause) => `${cause}_s`)]]);
  for (let from = 0; from < order.length; from += BATCH_ROWS) {
    const rows = order.slice(from, from + BATCH_ROWS).map((row) => {
      const causes = causeSeconds.subarray(row * CAUSE_COUNT, (row + 1) * CAUSE_COUNT);
      const id = sourceRow[request[row]!]!;
      return `${id},${QUANTITIES[quantity[row]!]!},${atSeconds[row]!},${totalSeconds[row]!},${causes.join(",")}\n`;
    });
    yield rows.join("");
  }
}
