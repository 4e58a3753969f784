type Column = Float64Array | Int32Array | Uint16Array | Uint8Array;

/** The same column with room for twice as many values; the new places hold `rest`. */
export function doubled<T extends Column>(column: T, rest = 0): T {
  const larger = new (column.constructor as new (length: number) => T)(column.length * 2);
  if (rest !== 0) larger.fill(rest, column.length);
  larger.set(column);
  return larger;
}
