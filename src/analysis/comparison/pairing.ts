import type { ComparedRequests } from "./compared-requests.ts";

/** Whether two systems saw the same requests at the same times, so that each request can be compared with itself. */
export type Pairing =
  { readonly kind: "paired"; readonly rows: number } | { readonly kind: "unpaired"; readonly why: string };

/**
 * Requests are paired by their id when ids, arrivals and lengths are equal row by row.
 * @param partial one of the two was interrupted: the rows that both have are paired
 */
export function pairingOf(first: ComparedRequests, second: ComparedRequests, partial: boolean): Pairing {
  const rows = Math.min(first.length, second.length);
  if (first.length !== second.length && !partial) {
    return { kind: "unpaired", why: `${first.length} requests in one and ${second.length} in the other` };
  }
  for (const [column, what] of COMPARED) {
    for (let i = 0; i < rows; i++) {
      if (first[column][i] === second[column][i]) continue;
      const why = `${what} of row ${i + 1} is ${first[column][i]!} in one and ${second[column][i]!} in the other`;
      return { kind: "unpaired", why };
    }
  }
  return { kind: "paired", rows };
}

const COMPARED = [
  ["requestId", "the request_id"],
  ["inputTokens", "the prompt"],
  ["outputTokens", "the answer"],
  ["arrivalSeconds", "the arrival"],
] as const;
