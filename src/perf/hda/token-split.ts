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
 * early as possible. Cycles rise with a unit's rows, so the best split lies at the crossing, found by bisection over
 * whole batches of the trees. Among equal splits within `otherCycles` (memory, network) the trees take the most rows:
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
  const rowsOf = (batches: number) => Math.min(m, batches * trees.reuse);
  // Fewest batches on the trees for which the trees are the slower unit.
  let low = 0;
  let high = Math.ceil(m / trees.reuse);
  while (low < high) {
    const middle = (low + high) >> 1;
    const rows = rowsOf(middle);
    if (treeCycles(trees, rows, k, n) >= systolicCycles(arrays, m - rows, k, n)) high = middle;
    else low = middle + 1;
  }
  const treeBound = treeCycles(trees, rowsOf(high), k, n);
  const arrayBound = high === 0 ? Infinity : systolicCycles(arrays, m - rowsOf(high - 1), k, n);
  into.cycles = Math.min(treeBound, arrayBound);
  into.treeRows = Math.min(m, treeRowsWithin(trees, Math.max(into.cycles, otherCycles), k, n));
}
