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

const PARTIAL_SUM_BYTES = 4;

/**
 * Cycles of m × k × n with the outputs held in the array (m on rows, n on columns): ⌈m/R⌉⌈n/C⌉ folds dealt to the
 * arrays, each k + R + C - 2 cycles (the SCALE-Sim look-up tables of PrincetonUniversity/LLMCompass, exactly). Back to
 * back the skew is paid once; but the results of a fold leave through the wires that bring operands, R - 1 cycles after
 * the first row of them, before the next fold can fill the accumulators.
 */
export function outputStationaryCycles(shape: ArrayShape, m: number, k: number, n: number): number {
  const { arrays, rows, columns, doubleBuffered } = shape;
  const folds = Math.ceil((Math.ceil(m / rows) * Math.ceil(n / columns)) / arrays);
  const skew = rows + columns - 2;
  return doubleBuffered ? folds * k + (folds - 1) * (rows - 1) + skew : folds * (k + skew);
}

/**
 * Cycles of m × k × n with the weights held in the array (k on rows, n on columns): ⌈k/R⌉⌈n/C⌉ folds, each
 * m + 2R + C - 2 cycles (scalesim-project/scale-sim-v2 systolic_compute_ws.py: load R, stream m, skew and drain). With the
 * next weights loading behind the current fold all but the last take max(m, R), with one load and one drain at the ends.
 */
export function weightStationaryCycles(shape: ArrayShape, m: number, k: number, n: number): number {
  const { arrays, rows, columns, doubleBuffered } = shape;
  const folds = Math.ceil((Math.ceil(k / rows) * Math.ceil(n / columns)) / arrays);
  const drain = rows + columns - 2;
  return doubleBuffered ? rows + (folds - 1) * Math.max(m, rows) + m + drain : folds * (rows + m + drain);
}

/** The same with the inputs held (k on rows, m on columns) and the weights streaming. */
export function inputStationaryCycles(shape: ArrayShape, m: number, k: number, n: number): number {
  return weightStationaryCycles(shape, n, k, m);
}

/** Cycles in one dataflow; 0 for no rows, Infinity without arrays. */
export function arrayCycles(shape: ArrayShape, dataflow: Dataflow, m: number, k: number, n: number): number {
  if (m === 0) return 0;
  if (shape.arrays === 0) return Infinity;
  switch (dataflow) {
    case "output-stationary":
      return outputStationaryCycles(shape, m, k, n);
    case "weight-stationary":
      return weightStationaryCycles(shape, m, k, n);
    case "input-stationary":
      return inputStationaryCycles(shape, m, k, n);
  }
}

/**
 * Cycles of one of many such products that follow each other on one array without a gap: as `arrayCycles`, but the ends
 * of one hide behind its neighbours.
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

/**
 * Bytes that cross the edges of the arrays from and to their local memory. A streamed operand is read again for every
 * fold beside it. Held outputs leave once, as `outputBytes` an element; otherwise every fold along k writes fp32 partial
 * sums and all but the first read those before it.
 */
export function arrayEdgeBytes(
  shape: ArrayShape,
  dataflow: Dataflow,
  m: number,
  k: number,
  n: number,
  inputBytes: number,
  weightBytes: number,
  outputBytes: number,
): number {
  const { rows, columns } = shape;
  const inputs = m * k * inputBytes;
  const weights = k * n * weightBytes;
  if (dataflow === "output-stationary")
    return inputs * Math.ceil(n / columns) + weights * Math.ceil(m / rows) + m * n * outputBytes;
  const sums = m * n * partialSumBytes(shape, k);
  return dataflow === "weight-stationary"
    ? inputs * Math.ceil(n / columns) + weights + sums
    : inputs + weights * Math.ceil(m / columns) + sums;
}

/** Bytes of fp32 partial sums, written for every fold along k and read for all but the first, of one output. */
export function partialSumBytes({ rows }: ArrayShape, k: number): number {
  return PARTIAL_SUM_BYTES * (2 * Math.ceil(k / rows) - 1);
}
