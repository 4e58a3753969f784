import type { HdaDevice } from "../../hardware/device.ts";

/** Systolic arrays that share one local memory: `arrays` arrays of rows × columns multiply-accumulate units. */
export interface ArrayShape {
  readonly arrays: number;
  readonly rows: number;
  readonly columns: number;
  /** Stationary operands of the next fold load while the current one streams, so that folds run back to back. */
  readonly doubleBuffered: boolean;
}

/** The arrays of one core. */
export function arraysOf({ systolicArray }: HdaDevice): ArrayShape {
  const { perCore, rows, columns, doubleBuffered } = systolicArray;
  return { arrays: perCore, rows, columns, doubleBuffered };
}

/** Which matrix of [m, k] · [k, n] stays in the array while the others stream past. */
export const DATAFLOWS = ["output-stationary", "weight-stationary", "input-stationary"] as const;
export type Dataflow = (typeof DATAFLOWS)[number];

/** fp32. */
export const PARTIAL_SUM_BYTES = 4;

/**
 * Cycles of one of many products m × k × n that follow each other on one array without a gap: as `DataflowCosts` tell, but
 * the ends of one hide behind its neighbours.
 */
export function steadyArrayCycles(
  shape: ArrayShape,
  dataflow: Dataflow,
  m: number,
  k: number,
  n: number,
): number {
  const { rows, columns, doubleBuffered } = shape;
  if (dataflow === "output-stationary") {
    const folds = Math.ceil(m / rows) * Math.ceil(n / columns);
    return folds * (k + rows - 1 + (doubleBuffered ? 0 : columns - 1));
  }
  const streamed = dataflow === "weight-stationary" ? m : n;
  const held = dataflow === "weight-stationary" ? n : m;
  const folds = Math.ceil(k / rows) * Math.ceil(held / columns);
  return folds * (doubleBuffered ? Math.max(streamed, rows) : streamed + 2 * rows + columns - 2);
}

/** Bytes of fp32 partial sums, written for every fold along k and read for all but the first, of one output. */
export function partialSumBytes({ rows }: ArrayShape, k: number): number {
  return PARTIAL_SUM_BYTES * (2 * Math.ceil(k / rows) - 1);
}
