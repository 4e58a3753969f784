import type { MatrixProduct } from "../operators.ts";
import type { ChipShape } from "./core-partition.ts";
import { dataflowCosts, type DataflowCosts } from "./dataflow-costs.ts";
import { treeBeats } from "./mac-tree.ts";
import { bestArrayMacsPerCycle, type CoreShape } from "./row-split.ts";

const PARTIAL_SUM_BYTES = 4;
/** Most parts of the inner dimension: beyond them adding up costs more than any split gains. */
const MAX_SPLIT_K = 16;

/** A way to cut a product over the cores, and all of it that does not depend on the rows. */
export interface ProductCut {
  /** Parts of rows, inner dimension and columns. */
  readonly splitM: number;
  readonly splitK: number;
  readonly splitN: number;
  /** Inner dimension and columns of one core. */
  readonly k: number;
  readonly n: number;
  /** What the arrays of a core take for its rows, in each dataflow. */
  readonly dataflows: readonly DataflowCosts[];
  /** Beats of its trees for a batch of rows. */
  readonly treeBeats: number;
}

/** All ways to cut a product that cut its inner dimension alike. */
export class InnerCut {
  readonly splitK: number;
  /** Multiply-accumulates a cycle that no core exceeds. */
  readonly macsPerCycle: number;
  readonly #chip: ChipShape;
  readonly #core: CoreShape;
  readonly #product: MatrixProduct;
  #cuts: readonly ProductCut[] | undefined;

  constructor(chip: ChipShape, core: CoreShape, product: MatrixProduct, splitK: number) {
    const { trees, width, reuse } = core.trees;
    const k = Math.ceil(product.inputs / splitK);
    this.splitK = splitK;
    this.macsPerCycle = bestArrayMacsPerCycle(core, product, k) + trees * width * reuse;
    this.#chip = chip;
    this.#core = core;
    this.#product = product;
  }

  /** By rising parts of the rows; worked out on first use, as most products need few of them. */
  get cuts(): readonly ProductCut[] {
    return (this.#cuts ??= this.#cutAll());
  }

  #cutAll(): ProductCut[] {
    const { splitK } = this;
    const cuts: ProductCut[] = [];
    for (let splitM = 1; splitM * splitK <= this.#chip.cores; splitM *= 2) {
      cuts.push(cutProduct(this.#chip, this.#core, this.#product, splitM, splitK));
    }
    return cuts;
  }
}

/** Every way to cut a product, those with fewest parts first. */
export function cutsOf(chip: ChipShape, core: CoreShape, product: MatrixProduct): readonly InnerCut[] {
  const inner: InnerCut[] = [];
  const mostSplitK = Math.min(MAX_SPLIT_K, chip.cores, product.inputs);
  for (let splitK = 1; splitK <= mostSplitK; splitK *= 2) {
    inner.push(new InnerCut(chip, core, product, splitK));
  }
  return inner;
}

/** Cuts a product into parts of rows and inner dimension, and its columns over the cores that are left. */
export function cutProduct(
  { cores }: ChipShape,
  { arrays, trees }: CoreShape,
  { inputs, outputs, activationBytes, weightBytes }: MatrixProduct,
  splitM: number,
  splitK: number,
): ProductCut {
  const splitN = Math.floor(cores / (splitM * splitK));
  const k = Math.ceil(inputs / splitK);
  const n = Math.ceil(outputs / splitN);
  const outputBytes = splitK > 1 ? PARTIAL_SUM_BYTES : activationBytes;
  return {
    splitM,
    splitK,
    splitN,
    k,
    n,
    dataflows: dataflowCosts(arrays, k, n, { inputBytes: activationBytes, weightBytes, outputBytes }),
    treeBeats: treeBeats(trees, k, n),
  };
}
