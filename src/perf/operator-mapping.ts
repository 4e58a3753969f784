/** How one run of an operator is laid out on a device and what it moves on chip. For people: no step is priced by it. */
export interface OperatorMapping {
  /** Which operand stays in the arrays while the others stream past; null where none does. */
  readonly dataflow: string | null;
  /** What each core or multiprocessor takes of it, such as `m2 n16`: rows in 2 parts, columns in 16. */
  readonly partition: string | null;
  /** What one of them holds at a time, such as `m64 k512 n64`. */
  readonly tile: string | null;
  /** Bytes that leave the shared SRAM (or L2), or pass it from memory, for the cores, and come back. */
  readonly networkBytes: number;
  /** Bytes between the local memories of the cores and their units. */
  readonly localBytes: number;
  /** Seconds that the busiest local memory needs for its part of them. */
  readonly localSeconds: number;
}

/** Sizes, or parts, of rows (m), inner dimension (k) and columns (n). */
export function extentText({
  m,
  k,
  n,
}: {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}): string {
  return `m${m} k${k} n${n}`;
}
