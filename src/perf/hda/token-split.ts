import { systolicCycles, type ArrayShape } from "./systolic-array.ts";
import { treeCycles, treeRowsWithin, type TreeShape } from "./mac-tree.ts";

/** How the rows of a product are dealt to the two kinds of unit; overwritten by each call. */
export interface TokenSplit {
  treeRows: number;
  /** Cycles until the later unit is done. */
  cycles: number;
}

/**
 * Deals `m` rows to the MAC trees and the systolic arrays, which share one stream of weights, so that both are done as
 * early as possible. Cycles rise with a unit's rows, so the best split lies at the crossing, in whole batches of the
 * trees. Among equal splits within `otherCycles` (memory, network) the trees take the most rows:
 * they spend less energy.
 */
export function splitTokens(
  arrays: ArrayShape,
  trees: TreeShape,
  m: number,
  k: number,
  n: number,
  otherCycles: number,
  into: TokenSplit,
): void {
  if (trees.trees === 0) {
    into.treeRows = 0;
    into.cycles = systolicCycles(arrays, m, k, n);
    return;
  }
  const batches = fewestSlowerBatches(arrays, trees, m, k, n);
  const treeBound = treeCycles(trees, rowsOf(trees, batches, m), k, n);
  const arrayBound =
    batches === 0 ? Infinity : systolicCycles(arrays, m - rowsOf(trees, batches - 1, m), k, n);
  into.cycles = Math.min(treeBound, arrayBound);
  into.treeRows = Math.min(m, treeRowsWithin(trees, Math.max(into.cycles, otherCycles), k, n));
}

/**
 * Fewest batches on the trees for which the trees are the slower unit, or all of them. Both times are nearly straight
 * lines: the search starts where those would cross, gallops from there and bisects once it has the answer between two.
 */
function fewestSlowerBatches(arrays: ArrayShape, trees: TreeShape, m: number, k: number, n: number): number {
  let low = 0;
  let high = Math.ceil(m / trees.reuse);
  const arraysAlone = systolicCycles(arrays, m, k, n);
  const treesAlone = treeCycles(trees, m, k, n);
  const share = arraysAlone === Infinity ? 1 : arraysAlone / (arraysAlone + treesAlone);
  let probe = Math.floor(share * high);
  let above = false;
  let below = false;
  for (let reach = 1; low < high; reach *= 2) {
    const batches = Math.min(high - 1, Math.max(low, probe));
    const rows = rowsOf(trees, batches, m);
    const treesSlower = treeCycles(trees, rows, k, n) >= systolicCycles(arrays, m - rows, k, n);
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
