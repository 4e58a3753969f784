import type { Random } from "../../core/random.ts";
import type { RequestTable } from "../request.ts";
import { selectRows } from "../request-table.ts";

/**
 * Gives the arrivals to the requests in a random order: what a request is (lengths, class, session, prefix blocks, source
 * row) stays together, the times stay as they are. Breaks every relation between load and length in time.
 */
export function shuffle(table: RequestTable, random: Random): RequestTable {
  const rows = Int32Array.from({ length: table.length }, (_, row) => row);
  // Fisher-Yates: every order is equally likely.
  for (let i = rows.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = rows[i]!;
    rows[i] = rows[j]!;
    rows[j] = held;
  }
  return selectRows(table, rows, table.arrivalSeconds);
}
