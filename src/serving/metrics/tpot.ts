import type { RequestRecords } from "../result.ts";

/** (E2E − TTFT) / (output tokens − 1) in seconds, of a completed request with at least two output tokens. */
export function tpotSeconds(records: RequestRecords, row: number): number {
  return (records.finishSeconds[row]! - records.firstTokenSeconds[row]!) / (records.outputTokens[row]! - 1);
}
