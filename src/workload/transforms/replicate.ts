import type { Random } from "../../core/random.ts";
import { refusal, requireCount } from "../checks.ts";
import type { RequestTable } from "../request.ts";
import { orderByArrival, selectRows } from "../request-table.ts";

const LARGEST_ID = 2 ** 31 - 1;

/**
 * As many users more, each behaving as one of the trace: every request is sent `copies` times. The first copy keeps its
 * time, each other one comes later by a uniform draw from 0 to the trace's mean gap, so that copies do not arrive in
 * lockstep while the shape of the load over time stays. Copies are different conversations: their sessions and prefix
 * blocks get ids of their own and share nothing with the original.
 *
 * Source rows go on counting over the copies, so that they stay unique: copy c of row i is i + c · (largest row + 1).
 * @throws InputError for a count that is no whole number ≥ 1, or so large that ids run over 2^31
 */
export function replicate(table: RequestTable, copies: number, random: Random): RequestTable {
  requireCount("copies", copies);
  const { length } = table;
  const sourceRows = 1 + table.sourceRow.reduce(maximum, -1);
  const sessions = 1 + (table.sessionId?.reduce(maximum, -1) ?? -1);
  const blocks = 1 + (table.prefixBlocks?.ids.reduce(maximum, -1) ?? -1);
  const largestId = Math.max(sourceRows, sessions, blocks) * copies;
  if (largestId > LARGEST_ID) throw refusal("copies", copies, "fewer copies of a trace of this size");

  const span = length === 0 ? 0 : table.arrivalSeconds[length - 1]! - table.arrivalSeconds[0]!;
  const meanGapSeconds = length < 2 ? 0 : span / (length - 1);
  const rows = Int32Array.from({ length: length * copies }, (_, i) => i % length);
  const copied = selectRows(table, rows);
  const copyOf = (i: number) => Math.floor(i / length);
  return orderByArrival({
    ...copied,
    arrivalSeconds: copied.arrivalSeconds.map((seconds, i) =>
      i < length ? seconds : seconds + random() * meanGapSeconds,
    ),
    sourceRow: copied.sourceRow.map((row, i) => row + copyOf(i) * sourceRows),
    sessionId: copied.sessionId?.map((id, i) => (id < 0 ? id : id + copyOf(i) * sessions)),
    prefixBlocks: copied.prefixBlocks && {
      ...copied.prefixBlocks,
      // Copies stand one after the other, each with as many blocks as the original.
      ids: copied.prefixBlocks.ids.map(
        (id, i) => id + Math.floor(i / table.prefixBlocks!.ids.length) * blocks,
      ),
    },
  });
}

function maximum(a: number, b: number): number {
  return Math.max(a, b);
}
