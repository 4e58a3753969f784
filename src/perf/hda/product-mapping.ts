import type { HdaDevice } from "../../hardware/device.ts";
import type { MatrixProduct } from "../operators.ts";
import { ProductMapper } from "./product-mapper.ts";
import type { Dataflow } from "./systolic-array.ts";

interface Extent {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/** How one product runs on one device, for people. */
export interface ProductMapping {
  readonly unit: "sa" | "mac_tree" | "sa+mac_tree";
  /** Of the arrays; null where they have no part. */
  readonly dataflow: Dataflow | null;
  /** Parts into which the cores cut rows (m), inner dimension (k) and columns (n). */
  readonly partition: Extent;
  /** What one core holds at a time, and what the chip holds. */
  readonly tile: Extent;
  readonly chipTile: Extent;
  /** Rows of the whole product that trees take. */
  readonly treeRows: number;
  /** Cycles of the unit, memory or network that is busiest, and of each. */
  readonly cycles: {
    readonly total: number;
    readonly array: number;
    readonly tree: number;
    readonly local: number;
    readonly network: number;
    readonly dram: number;
    readonly reduction: number;
  };
  readonly bytes: { readonly dram: number; readonly network: number; readonly local: number };
}

/** The mapping that the step cost of the device takes for `rows` rows of a product. */
export function productMapping(device: HdaDevice, product: MatrixProduct, rows: number): ProductMapping {
  const plan = new ProductMapper(device).fastest(product, rows);
  const { coreTile, chipTile } = plan;
  const onTrees = plan.treeRows > 0;
  const onArrays = plan.treeRows < plan.coreM;
  return {
    unit: onTrees && onArrays ? "sa+mac_tree" : onTrees ? "mac_tree" : "sa",
    dataflow: onArrays ? plan.dataflow : null,
    partition: { m: plan.splitM, k: plan.splitK, n: plan.splitN },
    tile: { m: coreTile.m, k: coreTile.k, n: coreTile.n },
    chipTile: { m: chipTile.m, k: chipTile.k, n: chipTile.n },
    treeRows: (rows * plan.treeRows) / plan.coreM,
    cycles: {
      total: plan.cycles,
      array: plan.arrayCycles,
      tree: plan.treeCycles,
      local: plan.localCycles,
      network: plan.networkCycles,
      dram: plan.dramCycles,
      reduction: plan.reductionCycles,
    },
    bytes: { dram: plan.dramBytes, network: plan.networkBytes, local: plan.localBytes },
  };
}
