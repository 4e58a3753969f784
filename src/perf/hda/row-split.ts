import type { HdaDevice } from "../../hardware/device.ts";
import {
  arrayCycles,
  arrayEdgeBytes,
  arraysOf,
  partialSumBytes,
  type ArrayShape,
  type Dataflow,
} from "./systolic-array.ts";
import { treeCycles, treeRowsWithin, treesOf, type TreeShape } from "./mac-tree.ts";
import type { Operands } from "./tiling.ts";

/** One core as a product sees it. */
export interface CoreShape {
  readonly arrays: ArrayShape;
  readonly trees: TreeShape;
  readonly localBytesPerCycle: number;
  /** Arrays and trees may share the rows of one product. */
  readonly arraysBesideTrees: boolean;
}

export function coreShapeOf(device: HdaDevice): CoreShape {
  return {
    arrays: arraysOf(device),
    trees: treesOf(device),
    localBytesPerCycle: device.localSramBytesPerCycle,
    arraysBesideTrees: device.concurrency.arraysBesideTrees,
  };
}

/** Part of a product that one core works on, in one dataflow of its arrays; reused from one candidate to the next. */
export interface CoreWork extends Operands {
  dataflow: Dataflow;
  outputBytes: number;
}

/** How the rows of a core are dealt to its two kinds of unit; overwritten by each call. */
export interface RowSplit {
  treeRows: number;
  /** Cycles until the later unit is done. */
  cycles: number;
}

/** Cycles in which the arrays of a core finish `rows` rows: their own, or those of the memory that feeds them. */
export function arrayRowsCycles(core: CoreShape, work: CoreWork, rows: number): number {
  if (rows === 0) return 0;
  return Math.max(
    arrayCycles(core.arrays, work.dataflow, rows, work.k, work.n),
    localCycles(core, work, rows),
  );
}

/**
 * Cycles in which the local memory feeds the arrays and takes their results. What the network brings meanwhile goes to
 * other banks, and trees have operand registers of their own, filled once for all the weights that stream past.
 */
export function localCycles(core: CoreShape, work: CoreWork, rows: number): number {
  const { dataflow, k, n, inputBytes, weightBytes, outputBytes } = work;
  const edge = arrayEdgeBytes(core.arrays, dataflow, rows, k, n, inputBytes, weightBytes, outputBytes);
  return edge / core.localBytesPerCycle;
}

/** Rows that are left for the arrays to do within `cycles`, whatever their dataflow. */
export function rowsLeftByTrees(core: CoreShape, { m, k, n }: CoreWork, cycles: number): number {
  const left = m - treeRowsWithin(core.trees, cycles, k, n);
  if (left <= 0) return 0;
  return core.arraysBesideTrees ? left : m;
}

/**
 * Deals the rows of a core to its trees and arrays, which share one stream of weights, so that both are done as early as
 * possible. Cycles rise with a unit's rows, so the best split lies at the crossing, in whole batches of the trees.
 */
export function splitRows(core: CoreShape, work: CoreWork, into: RowSplit): void {
  const { trees } = core;
  const { m, k, n } = work;
  const arraysAlone = arrayRowsCycles(core, work, m);
  if (trees.trees === 0) {
    into.treeRows = 0;
    into.cycles = arraysAlone;
    return;
  }
  if (!core.arraysBesideTrees) {
    const treesAlone = treeCycles(trees, m, k, n);
    into.treeRows = treesAlone <= arraysAlone ? m : 0;
    into.cycles = Math.min(treesAlone, arraysAlone);
    return;
  }
  const batches = fewestSlowerBatches(core, work, arraysAlone);
  const treeRows = rowsOf(trees, batches, m);
  const treeBound = treeCycles(trees, treeRows, k, n);
  const arrayBound =
    batches === 0 ? Infinity : arrayRowsCycles(core, work, m - rowsOf(trees, batches - 1, m));
  into.treeRows = treeBound <= arrayBound ? treeRows : rowsOf(trees, batches - 1, m);
  into.cycles = Math.min(treeBound, arrayBound);
}

/**
 * Fewest batches on the trees for which the trees are the slower unit, or all of them. Both times are nearly straight
 * lines: the search starts where those would cross, gallops from there and bisects once it has the answer between two.
 */
function fewestSlowerBatches(core: CoreShape, work: CoreWork, arraysAlone: number): number {
  const { trees } = core;
  const { m, k, n } = work;
  let low = 0;
  let high = Math.ceil(m / trees.reuse);
  const treesAlone = treeCycles(trees, m, k, n);
  const share = arraysAlone === Infinity ? 1 : arraysAlone / (arraysAlone + treesAlone);
  let probe = Math.floor(share * high);
  let above = false;
  let below = false;
  for (let reach = 1; low < high; reach *= 2) {
    const batches = Math.min(high - 1, Math.max(low, probe));
    const rows = rowsOf(trees, batches, m);
    const treesSlower = treeCycles(trees, rows, k, n) >= arrayRowsCycles(core, work, m - rows);
    if (treesSlower) {
      high = batches;
      above = true;
    } else {
      low = batches + 1;
      below = true;
    }
    if (above && below) probe = (low + high) >> 1;
    else probe = treesSlower ? batches - reach : batches + reach;
  }
  return high;
}

function rowsOf({ reuse }: TreeShape, batches: number, m: number): number {
  return Math.min(m, batches * reuse);
}

/** Multiply-accumulates a cycle that the arrays of a core cannot exceed with k deep folds, in any dataflow. */
export function bestArrayMacsPerCycle(
  { arrays: shape, localBytesPerCycle }: CoreShape,
  { inputBytes, weightBytes }: CoreWork,
  k: number,
): number {
  const { arrays, rows, columns } = shape;
  const peak = arrays * rows * columns;
  // Held outputs leave between folds; else one operand streams and every output is summed up fold by fold.
  const heldOutputs = (peak * k) / (k + rows - 1);
  const edgeBytes = Math.min(inputBytes, weightBytes) / columns + partialSumBytes(shape, k) / k;
  return Math.max(heldOutputs, Math.min(peak, localBytesPerCycle / edgeBytes));
}
