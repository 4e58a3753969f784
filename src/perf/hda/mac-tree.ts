import type { HdaDevice } from "../../hardware/device.ts";

/** MAC trees that work on the same product: `trees` dot-product engines of `width` multipliers, `reuse` batch lanes each. */
export interface TreeShape {
  readonly trees: number;
  readonly width: number;
  readonly reuse: number;
}

/** The trees of one core. */
export function treesOf({ macTree }: HdaDevice): TreeShape {
  const { treesPerCore, width, reuse } = macTree;
  return { trees: treesPerCore, width, reuse };
}

/** Multiplier and accumulator stages beside the adder tree (estimate). */
const PIPELINE_CYCLES = 4;

/**
 * Cycles of `rows` vectors of k elements times a k × n weight that streams past: ⌈k/w⌉ · ⌈n/p⌉ · ⌈rows/r⌉ beats, then
 * the adder tree drains (log2 w and the pipeline). Weights are read once however many rows there are; 0 for no rows,
 * Infinity without trees.
 * @param beats of one batch of rows, `treeBeats`
 */
export function beatCycles(shape: TreeShape, rows: number, beats: number): number {
  if (rows === 0) return 0;
  if (shape.trees === 0) return Infinity;
  return beats * Math.ceil(rows / shape.reuse) + treeDrainCycles(shape);
}

/** Most rows that finish within `cycles`. @param beats of one batch of rows, `treeBeats` */
export function rowsWithinBeats(shape: TreeShape, cycles: number, beats: number): number {
  if (shape.trees === 0) return 0;
  const batches = Math.floor((cycles - treeDrainCycles(shape)) / beats);
  return Math.max(0, batches) * shape.reuse;
}

/** Beats of one batch of rows: ⌈k/w⌉ · ⌈n/p⌉. */
export function treeBeats({ trees, width }: TreeShape, k: number, n: number): number {
  return Math.ceil(k / width) * Math.ceil(n / trees);
}

/** Weights a cycle that keep a memory of `bytesPerSecond` busy: the trees match it when p · w is no smaller. */
export function matchingWeightsPerCycle(
  bytesPerSecond: number,
  weightBytes: number,
  clockHertz: number,
): number {
  return bytesPerSecond / (weightBytes * clockHertz);
}

/** Rows up to which trees are done before the weights have arrived: r · p · w over the weights that arrive a cycle. */
export function crossoverBatch(
  { trees, width, reuse }: TreeShape,
  bytesPerSecond: number,
  weightBytes: number,
  clockHertz: number,
): number {
  return (reuse * trees * width) / matchingWeightsPerCycle(bytesPerSecond, weightBytes, clockHertz);
}

/** Share (0..1) of the multipliers that idle because the last beat of a dot product of k elements is not full. */
export function tailLoss({ width }: TreeShape, k: number): number {
  return 1 - k / (Math.ceil(k / width) * width);
}

function treeDrainCycles({ width }: TreeShape): number {
  const adderLevels = 32 - Math.clz32(width - 1);
  return adderLevels + PIPELINE_CYCLES;
}
