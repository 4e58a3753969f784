import type { MatrixProduct } from "../operators.ts";
import { dataflowCosts, type DataflowCosts } from "./dataflow-costs.ts";
import { treeBeats } from "./mac-tree.ts";
import { bestArrayMacsPerCycle, type CoreShape } from "./row-split.ts";
import { PARTIAL_SUM_BYTES, type ArrayShape } from "./systolic-array.ts";

/** Most parts of the inner dimension: beyond them adding up costs more than any split gains. */
const MAX_SPLIT_K = 16;

/** A way to cut a product over the cores, and all of it that does not depend on the rows. */
export class ProductCut {
  /** Parts of rows, inner dimension and columns: the cores that are left. */
  readonly splitM: number;
  readonly splitK: number;
  readonly splitN: number;
  /** Inner dimension and columns of one core. */
  readonly k: number;
  readonly n: number;
  /** Beats of its trees for a batch of rows. */
  readonly treeBeats: number;
  readonly #arrays: ArrayShape;
  readonly #product: MatrixProduct;
  #dataflows: readonly DataflowCosts[] | undefined;

  constructor(
    cores: number,
    { arrays, trees }: CoreShape,
    product: MatrixProduct,
    splitM: number,
    splitK: number,
  ) {
    this.splitM = splitM;
    this.splitK = splitK;
    this.splitN = Math.floor(cores / (splitM * splitK));
    this.k = Math.ceil(product.inputs / splitK);
    this.n = Math.ceil(product.outputs / this.splitN);
    this.treeBeats = treeBeats(trees, this.k, this.n);
    this.#arrays = arrays;
    this.#product = product;
  }

  /** What the arrays of a core take for its rows, in each dataflow; worked out on first use, as many cuts never come so far. */
  get dataflows(): readonly DataflowCosts[] {
    return (this.#dataflows ??= this.#costs());
  }

  #costs(): readonly DataflowCosts[] {
    const { activationBytes, weightBytes } = this.#product;
    return dataflowCosts(this.#arrays, this.k, this.n, {
      inputBytes: activationBytes,
      weightBytes,
      outputBytes: this.splitK > 1 ? PARTIAL_SUM_BYTES : activationBytes,
    });
  }
}

/** All ways to cut a product that cut its inner dimension alike. */
export class InnerCut {
  readonly splitK: number;
  /** Multiply-accumulates a cycle that no core exceeds. */
  readonly macsPerCycle: number;
  readonly #cores: number;
  readonly #core: CoreShape;
  readonly #product: MatrixProduct;
  #cuts: readonly ProductCut[] | undefined;

  constructor(cores: number, core: CoreShape, product: MatrixProduct, splitK: number) {
    const { trees, width, reuse } = core.trees;
    const k = Math.ceil(product.inputs / splitK);
    this.splitK = splitK;
    this.macsPerCycle = bestArrayMacsPerCycle(core, product, k) + trees * width * reuse;
    this.#cores = cores;
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
    for (let splitM = 1; splitM * splitK <= this.#cores; splitM *= 2) {
      cuts.push(new ProductCut(this.#cores, this.#core, this.#product, splitM, splitK));
    }
    return cuts;
  }
}

/** Every way to cut a product, those with fewest parts first. */
export function cutsOf(cores: number, core: CoreShape, product: MatrixProduct): readonly InnerCut[] {
  const inner: InnerCut[] = [];
  const mostSplitK = Math.min(MAX_SPLIT_K, cores, product.inputs);
  for (let splitK = 1; splitK <= mostSplitK; splitK *= 2) {
    inner.push(new InnerCut(cores, core, product, splitK));
  }
  return inner;
}
