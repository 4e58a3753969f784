import { InputError } from "../../src/core/errors.ts";
import { readTrace, type TraceReaderOptions } from "../../src/workload/read-trace.ts";
import type { RequestTable } from "../../src/workload/request.ts";

/** What a reader made of a text: its table and its warnings. */
export function read(
  text: string,
  options: Partial<TraceReaderOptions> = {},
): { table: RequestTable; warnings: string[] } {
  const warnings: string[] = [];
  const table = readTrace(text, { file: "t", onWarning: (warning) => warnings.push(warning), ...options });
  return { table, warnings };
}

/** The refusal that a reader throws for a text. */
export function refusalOf(action: () => unknown): InputError {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("accepted");
}

/** Rows as [arrival, input, output], readable in a failed comparison. */
export function rowsOf(table: RequestTable): [number, number, number][] {
  return Array.from({ length: table.length }, (_, i) => [
    table.arrivalSeconds[i]!,
    table.inputTokens[i]!,
    table.outputTokens[i]!,
  ]);
}

/** Prefix blocks of each row. */
export function blocksOf({ length, prefixBlocks }: RequestTable): number[][] {
  return Array.from({ length }, (_, i) => [
    ...prefixBlocks!.ids.subarray(prefixBlocks!.offsets[i], prefixBlocks!.offsets[i + 1]),
  ]);
}

/** A plain table; every row stands for itself. */
export function tableOf(rows: readonly (readonly [number, number, number])[]): RequestTable {
  return {
    length: rows.length,
    arrivalSeconds: Float64Array.from(rows, ([arrival]) => arrival),
    inputTokens: Int32Array.from(rows, ([, input]) => input),
    outputTokens: Int32Array.from(rows, ([, , output]) => output),
    classIndex: new Uint16Array(rows.length),
    classes: ["default"],
    sourceRow: Int32Array.from(rows, (_, i) => i),
    sessionId: undefined,
    prefixBlocks: undefined,
  };
}

/** Mean and coefficient of variation. */
export function moments(values: readonly number[]): { mean: number; cv: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, cv: Math.sqrt(variance) / mean };
}
