import type { HdaDevice } from "../../hardware/device.ts";
import type { MatrixProduct } from "../operators.ts";
import {
  chipShapeOf,
  countTraffic,
  partitionProduct,
  reductionCycles,
  type ChipShape,
} from "./core-partition.ts";
import { chooseChipTile, residentBytes } from "./dram-traffic.ts";
import { treeCycles, treeRowsWithin } from "./mac-tree.ts";
import { ProductPlan } from "./product-plan.ts";
import {
  arrayRowsCycles,
  bestArrayMacsPerCycle,
  coreShapeOf,
  localCycles,
  rowsLeftByTrees,
  splitRows,
  type CoreShape,
  type CoreWork,
  type RowSplit,
} from "./row-split.ts";
import { arrayCycles, DATAFLOWS, type Dataflow } from "./systolic-array.ts";

/** Most parts of the inner dimension: beyond them adding up costs more than any split gains. */
const MAX_SPLIT_K = 16;

/** What of a mapping is searched; the rest follows from it. */
export interface MappingChoice {
  readonly splitM: number;
  readonly splitK: number;
  readonly dataflow: Dataflow;
}

/**
 * Finds how a product runs on an HDA: which dataflow, which part on which core, which rows on trees and which on arrays,
 * which tiles in which memory, by least time under capacity. Units, memories and network work at the same time, every
 * buffer being double; partial sums of a split inner dimension are added up at the end. Nothing is allocated but once.
 */
export class ProductMapper {
  /** The mapping found last. */
  readonly plan = new ProductPlan();
  readonly #chip: ChipShape;
  readonly #core: CoreShape;
  readonly #residentBytes: number;
  readonly #dramBytesPerCycle: number;
  readonly #work: CoreWork = {
    dataflow: "output-stationary",
    m: 0,
    k: 0,
    n: 0,
    inputBytes: 0,
    weightBytes: 0,
    outputBytes: 0,
  };
  readonly #split: RowSplit = { treeRows: 0, cycles: 0 };

  constructor(device: HdaDevice) {
    const { memory, clockHertz } = device;
    this.#chip = chipShapeOf(device);
    this.#core = coreShapeOf(device);
    this.#residentBytes = residentBytes(device);
    this.#dramBytesPerCycle = (memory.bytesPerSecond * memory.efficiency) / clockHertz;
  }

  /** The fastest mapping of `rows` rows; among equals the one that splits least. Valid until the next call. */
  fastest(product: MatrixProduct, rows: number): ProductPlan {
    const { plan } = this;
    const { cores } = this.#chip;
    const core = this.#core;
    const work = this.#work;
    this.#start(product, rows);
    const { dramCycles } = plan;
    let best = Infinity;
    let splitM = 1;
    let splitK = 1;
    let dataflow: Dataflow = DATAFLOWS[0];
    const mostSplitK = Math.min(MAX_SPLIT_K, cores, product.inputs);
    for (let partsK = 1; partsK <= mostSplitK; partsK *= 2) {
      if (this.#leastCycles(product, rows, partsK) >= best) continue;
      const mostSplitM = Math.min(rows, cores / partsK);
      for (let parts = 1; parts <= mostSplitM; parts *= 2) {
        partitionProduct(this.#chip, product, rows, parts, partsK, plan, work);
        const shared = Math.max(plan.networkCycles, dramCycles);
        const limit = best - plan.reductionCycles;
        if (shared >= limit) continue;
        const arrayRows = rowsLeftByTrees(core, work, limit);
        for (const candidate of DATAFLOWS) {
          work.dataflow = candidate;
          if (arrayRowsCycles(core, work, arrayRows) >= limit) continue;
          const cycles = this.#splitCycles(shared) + plan.reductionCycles;
          if (cycles >= best) continue;
          best = cycles;
          splitM = parts;
          splitK = partsK;
          dataflow = candidate;
        }
        // Nothing beats the memory: stop at the first mapping that keeps up with it.
        if (best <= dramCycles) break;
      }
    }
    this.#settle(product, rows, splitM, splitK, dataflow);
    return plan;
  }

  /** The mapping with the given choices, to compare with the fastest. Valid until the next call. */
  fixed(product: MatrixProduct, rows: number, { splitM, splitK, dataflow }: MappingChoice): ProductPlan {
    this.#start(product, rows);
    this.#settle(product, rows, splitM, splitK, dataflow);
    return this.plan;
  }

  /** Cycles of the best split of the rows beside `shared` cycles of memory and network; leaves the split behind. */
  #splitCycles(shared: number): number {
    const split = this.#split;
    const core = this.#core;
    const work = this.#work;
    if (arrayRowsCycles(core, work, rowsLeftByTrees(core, work, shared)) <= shared) {
      split.treeRows = 0;
      return shared;
    }
    splitRows(core, work, split);
    return Math.max(shared, split.cycles);
  }

  /** What does not depend on the partition: traffic of the memory. */
  #start(product: MatrixProduct, rows: number): void {
    const { plan } = this;
    const work = this.#work;
    work.m = rows;
    work.k = product.inputs;
    work.n = product.outputs;
    work.inputBytes = product.activationBytes;
    work.weightBytes = product.weightBytes;
    const { grain } = this.#chip;
    plan.dramBytes = chooseChipTile(work, this.#residentBytes, grain, plan.tile, plan.chipTile);
    plan.dramCycles = plan.dramBytes / this.#dramBytesPerCycle;
  }

  /** Cycles below which no mapping comes that cuts the inner dimension into so many parts. */
  #leastCycles({ inputs, outputs }: MatrixProduct, rows: number, splitK: number): number {
    const { cores } = this.#chip;
    const { trees } = this.#core;
    const reduction = reductionCycles(this.#chip, (rows * outputs * (splitK - 1)) / cores);
    const macsPerCycle =
      bestArrayMacsPerCycle(this.#core, this.#work, Math.ceil(inputs / splitK)) +
      trees.trees * trees.width * trees.reuse;
    return Math.max(this.plan.dramCycles, (rows * inputs * outputs) / (cores * macsPerCycle)) + reduction;
  }

  /** Fills the plan for one mapping. */
  #settle(product: MatrixProduct, rows: number, splitM: number, splitK: number, dataflow: Dataflow): void {
    const { plan } = this;
    const core = this.#core;
    const work = this.#work;
    partitionProduct(this.#chip, product, rows, splitM, splitK, plan, work);
    work.dataflow = dataflow;
    const { m, k, n } = work;
    const shared = Math.max(plan.networkCycles, plan.dramCycles);
    const unitCycles = this.#splitCycles(shared);
    // Behind the memory trees take all rows that they finish, since they spend less energy than arrays. Where something else
    // takes the time they stay free for the attention of decoding sequences, unless arrays alone would take longer.
    const within = Math.min(m, treeRowsWithin(core.trees, unitCycles, k, n));
    const arraysSuffice = unitCycles > plan.dramCycles && arrayRowsCycles(core, work, m) <= unitCycles;
    const mayShare = !arraysSuffice && (core.arraysBesideTrees || within === m);
    const treeRows = mayShare ? Math.max(this.#split.treeRows, within) : 0;
    const arrayRows = m - treeRows;
    plan.dataflow = dataflow;
    plan.treeRows = treeRows;
    plan.arrayCycles = arrayCycles(core.arrays, dataflow, arrayRows, k, n);
    plan.treeCycles = treeCycles(core.trees, treeRows, k, n);
    plan.localCycles = arrayRows === 0 ? 0 : localCycles(core, work, arrayRows);
    plan.cycles = unitCycles + plan.reductionCycles;
    countTraffic(this.#chip, core, product, rows, work, plan);
  }
}
