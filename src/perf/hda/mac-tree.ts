/** MAC trees of a device: `trees` dot-product engines of `width` multipliers with `reuse` batch lanes each. */
export interface TreeShape {
  readonly trees: number;
  readonly width: number;
  readonly reuse: number;
}

/** Multiplier and accumulator stages beside the adder tree (estimate). */
const PIPELINE_CYCLES = 4;

/**
 * Cycles of `rows` vectors of k elements times a k × n weight that streams past: ⌈k/w⌉ · ⌈n/p⌉ · ⌈rows/r⌉ beats, then
 * the adder tree drains (log2 w and the pipeline). Weights are read once however many rows there are; 0 for no rows,
 * Infinity without trees.
 */
export function treeCycles(shape: TreeShape, rows: number, k: number, n: number): number {
  if (rows === 0) return 0;
  if (shape.trees === 0) return Infinity;
  return beatsPerBatch(shape, k, n) * Math.ceil(rows / shape.reuse) + treeDrainCycles(shape);
}

/** Most rows that finish within `cycles`. */
export function treeRowsWithin(shape: TreeShape, cycles: number, k: number, n: number): number {
  if (shape.trees === 0) return 0;
  const batches = Math.floor((cycles - treeDrainCycles(shape)) / beatsPerBatch(shape, k, n));
  return Math.max(0, batches) * shape.reuse;
}

function beatsPerBatch({ trees, width }: TreeShape, k: number, n: number): number {
  return Math.ceil(k / width) * Math.ceil(n / trees);
}

function treeDrainCycles({ width }: TreeShape): number {
  return Math.ceil(Math.log2(width)) + PIPELINE_CYCLES;
}
