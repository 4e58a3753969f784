import { InputError } from "../../core/errors.ts";
import { refusal, requireCount, requireNotNegative } from "../checks.ts";
import type { RequestTable } from "../request.ts";
import { selectRows } from "../request-table.ts";

/**
 * The requests that arrive from `startSeconds` to before `endSeconds`, at their times on the trace's clock.
 * @throws InputError for a window that is empty or holds no request
 */
export function selectTimeWindow(
  table: RequestTable,
  startSeconds: number,
  endSeconds: number,
): RequestTable {
  requireNotNegative("startSeconds", startSeconds);
  if (!(endSeconds > startSeconds)) throw refusal("endSeconds", endSeconds, `a time after ${startSeconds} s`);
  const { arrivalSeconds } = table;
  const first = firstNotBefore(arrivalSeconds, startSeconds);
  const end = firstNotBefore(arrivalSeconds, endSeconds);
  if (first === end) {
    const span = `the trace spans ${arrivalSeconds[0]!} s to ${arrivalSeconds[table.length - 1]!} s`;
    throw new InputError({
      message: `no request arrives from ${startSeconds} s to ${endSeconds} s; ${span}`,
    });
  }
  return selectRows(
    table,
    Int32Array.from({ length: end - first }, (_, i) => first + i),
  );
}

/**
 * The first requests by arrival; all of them when there are fewer.
 * @throws InputError for a count that is no whole number ≥ 1
 */
export function selectFirst(table: RequestTable, requests: number): RequestTable {
  requireCount("requests", requests);
  return selectRows(
    table,
    Int32Array.from({ length: Math.min(requests, table.length) }, (_, row) => row),
  );
}

/** Index of the first entry ≥ `seconds` in ascending order; the length when there is none. */
function firstNotBefore(ascending: Float64Array, seconds: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}
