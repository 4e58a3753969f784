import type { Dataflow } from "./systolic-array.ts";
import type { Tile } from "./tiling.ts";

/** How one product runs; overwritten by each search of a mapper. */
export class ProductPlan {
  dataflow: Dataflow = "output-stationary";
  /** Parts into which the cores cut rows, inner dimension and columns. */
  splitM = 1;
  splitK = 1;
  splitN = 1;
  /** Rows of one core. */
  coreM = 0;
  /** Rows of a core's part that its trees take; its arrays take the rest. */
  treeRows = 0;
  /** What the chip, and what one core, holds at a time. */
  readonly chipTile: Tile = { m: 0, k: 0, n: 0, inputPasses: 0, weightPasses: 0 };
  readonly coreTile: Tile = { m: 0, k: 0, n: 0, inputPasses: 0, weightPasses: 0 };
  /** The tile under consideration. */
  readonly tile: Tile = { m: 0, k: 0, n: 0, inputPasses: 0, weightPasses: 0 };
  arrayCycles = 0;
  treeCycles = 0;
  /** Cycles of the local memory of one core. */
  localCycles = 0;
  networkCycles = 0;
  dramCycles = 0;
  /** If arrays took the rows of the trees as well: cycles more of the product and of the arrays, bytes more in local memories. */
  yieldCycles = 0;
  yieldArrayCycles = 0;
  yieldLocalBytes = 0;
  /** Cycles in which the partial sums of a split inner dimension are added up, after all else. */
  reductionCycles = 0;
  /** All of them, what can overlap overlapping. */
  cycles = 0;
  dramBytes = 0;
  networkBytes = 0;
  /** Σ of bytes times hops that they make beyond the mean path to one core. */
  extraHopBytes = 0;
  /** Bytes in and out of all local memories. */
  localBytes = 0;
  /** Additions of partial sums. */
  reductionFlops = 0;
}
