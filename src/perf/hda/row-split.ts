import type { HdaDevice } from "../../hardware/device.ts";
import type { MatrixProduct } from "../operators.ts";
import { fedRowsCycles, type DataflowCosts } from "./dataflow-costs.ts";
import { arraysOf, partialSumBytes, type ArrayShape } from "./systolic-array.ts";
import { beatCycles, rowsWithinBeats, treesOf, type TreeShape } from "./mac-tree.ts";

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

/** How the rows of a core are dealt to its two kinds of unit; overwritten by each call. */
export interface RowSplit {
  treeRows: number;
  /** Cycles until the later unit is done. */
  cycles: number;
}

/**
 * Cycles in which the arrays of a core finish `rows` rows: their own, or those of the local memory that feeds them and takes
 * their results. What the network brings meanwhile goes to other banks, and trees have operand registers of their own,
 * filled once for all the weights that stream past.
 */
export function arrayRowsCycles(core: CoreShape, costs: DataflowCosts, rows: number): number {
  return fedRowsCycles(costs, rows, core.localBytesPerCycle);
}

/** Rows of `m` that are left for the arrays to do within `cycles`, whatever their dataflow. */
export function rowsLeftByTrees(core: CoreShape, m: number, treeBeats: number, cycles: number): number {
  const left = m - rowsWithinBeats(core.trees, cycles, treeBeats);
  if (left <= 0) return 0;
  return core.arraysBesideTrees ? left : m;
}

/**
 * Deals m rows of a core to its trees and arrays, which share one stream of weights, so that both are done as early as
 * possible. Cycles rise with a unit's rows, so the best split lies at the crossing, in whole batches of the trees.
 */
export function splitRows(
  core: CoreShape,
  costs: DataflowCosts,
  treeBeats: number,
  m: number,
  into: RowSplit,
): void {
  const { trees } = core;
  const arraysAlone = arrayRowsCycles(core, costs, m);
  if (trees.trees === 0) {
    into.treeRows = 0;
    into.cycles = arraysAlone;
    return;
  }
  if (!core.arraysBesideTrees) {
    const treesAlone = beatCycles(trees, m, treeBeats);
    into.treeRows = treesAlone <= arraysAlone ? m : 0;
    into.cycles = Math.min(treesAlone, arraysAlone);
    return;
  }
  const batches = fewestSlowerBatches(core, costs, treeBeats, m, arraysAlone);
  const treeRows = rowsOf(trees, batches, m);
  const treeBound = beatCycles(trees, treeRows, treeBeats);
  const arrayBound =
    batches === 0 ? Infinity : arrayRowsCycles(core, costs, m - rowsOf(trees, batches - 1, m));
  into.treeRows = treeBound <= arrayBound ? treeRows : rowsOf(trees, batches - 1, m);
  into.cycles = Math.min(treeBound, arrayBound);
}

/**
 * Fewest batches on the trees for which the trees are the slower unit, or all of them. Both times are nearly straight
 * lines: the search starts where those would cross, gallops from there and bisects once it has the answer between two.
 */
function fewestSlowerBatches(
  core: CoreShape,
  costs: DataflowCosts,
  treeBeats: number,
  m: number,
  arraysAlone: number,
): number {
  const { trees } = core;
  let low = 0;
  let high = Math.ceil(m / trees.reuse);
  const treesAlone = beatCycles(trees, m, treeBeats);
  const share = arraysAlone === Infinity ? 1 : arraysAlone / (arraysAlone + treesAlone);
  let probe = Math.floor(share * high);
  let above = false;
  let below = false;
  for (let reach = 1; low < high; reach *= 2) {
    const batches = Math.min(high - 1, Math.max(low, probe));
    const rows = rowsOf(trees, batches, m);
    const treesSlower = beatCycles(trees, rows, treeBeats) >= arrayRowsCycles(core, costs, m - rows);
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
  { activationBytes, weightBytes }: Pick<MatrixProduct, "activationBytes" | "weightBytes">,
  k: number,
): number {
  const { arrays, rows, columns } = shape;
  const peak = arrays * rows * columns;
  // Held outputs leave between folds; else one operand streams and every output is summed up fold by fold.
  const heldOutputs = (peak * k) / (k + rows - 1);
  const edgeBytes = Math.min(activationBytes, weightBytes) / columns + partialSumBytes(shape, k) / k;
  return Math.max(heldOutputs, Math.min(peak, localBytesPerCycle / edgeBytes));
}
