/** Systolic arrays of a device: `arrays` arrays of rows × columns multiply-accumulate units. */
export interface ArrayShape {
  readonly arrays: number;
  readonly rows: number;
  readonly columns: number;
  /** Operands of the next fold load while the current one streams, so that folds run back to back. */
  readonly doubleBuffered: boolean;
}

/**
 * Cycles of m × k × n with the outputs held in the array (m on rows, n on columns): ⌈m/R⌉⌈n/C⌉ folds dealt to the
 * arrays, each k + R + C - 2 cycles (the SCALE-Sim look-up tables of PrincetonUniversity/LLMCompass, exactly); back to
 * back a fold takes k and the skew is paid once.
 */
export function outputStationaryCycles(shape: ArrayShape, m: number, k: number, n: number): number {
  const { arrays, rows, columns, doubleBuffered } = shape;
  const folds = Math.ceil((Math.ceil(m / rows) * Math.ceil(n / columns)) / arrays);
  const skew = rows + columns - 2;
  return doubleBuffered ? folds * k + skew : folds * (k + skew);
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

/** Cycles of the better dataflow; 0 for no rows, Infinity without arrays. */
export function systolicCycles(shape: ArrayShape, m: number, k: number, n: number): number {
  if (m === 0) return 0;
  if (shape.arrays === 0) return Infinity;
  return Math.min(outputStationaryCycles(shape, m, k, n), weightStationaryCycles(shape, m, k, n));
}
