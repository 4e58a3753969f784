import type { HdaDevice } from "../../hardware/device.ts";
import type { MatrixProduct } from "../operators.ts";
import {
  chipShapeOf,
  chooseCoreTile,
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
/** Keeps a mapping that was good for other rows in the running, however it is rounded. */
const JUST_ABOVE = 1 + 1e-9;

/** What of a mapping is searched; the rest follows from it. */
export interface MappingChoice {
  splitM: number;
  splitK: number;
  dataflow: Dataflow;
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
  readonly #choices = new Map<MatrixProduct, MappingChoice>();
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
    const choice = this.#choiceFor(product);
    let best =
      choice.splitM > rows
        ? Infinity
        : JUST_ABOVE * (this.#partCycles(product, rows, choice) + plan.reductionCycles);
    let splitM = 1;
    let splitK = 1;
    let dataflow: Dataflow = DATAFLOWS[0];
    const mostSplitK = Math.min(MAX_SPLIT_K, cores, product.inputs);
    for (let partsK = 1; partsK <= mostSplitK; partsK *= 2) {
      const macsPerCycle = this.#peakMacsPerCycle(product, partsK);
      if (this.#leastCycles(product, rows, partsK, macsPerCycle) >= best) continue;
      const mostSplitM = Math.min(rows, cores / partsK);
      for (let parts = 1; parts <= mostSplitM; parts *= 2) {
        partitionProduct(this.#chip, product, rows, parts, partsK, plan, work);
        const limit = best - plan.reductionCycles;
        if (dramCycles >= limit || work.m * work.k * work.n >= limit * macsPerCycle) continue;
        const arrayRows = rowsLeftByTrees(core, work, limit);
        let shared = 0;
        for (const candidate of DATAFLOWS) {
          work.dataflow = candidate;
          if (arrayRowsCycles(core, work, arrayRows) >= limit) continue;
          if (shared === 0) {
            chooseCoreTile(this.#chip, product, rows, plan, work);
            shared = Math.max(plan.networkCycles, dramCycles);
          }
          if (shared >= limit) break;
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
    choice.splitM = splitM;
    choice.splitK = splitK;
    choice.dataflow = dataflow;
    this.#settle(product, rows, choice);
    return plan;
  }

  /** The mapping with the given choices, to compare with the fastest. Valid until the next call. */
  fixed(product: MatrixProduct, rows: number, choice: MappingChoice): ProductPlan {
    this.#start(product, rows);
    this.#settle(product, rows, choice);
    return this.plan;
  }

  /** What was chosen last for a product, as a start for other numbers of its rows. */
  #choiceFor(product: MatrixProduct): MappingChoice {
    const known = this.#choices.get(product);
    if (known !== undefined) return known;
    const choice: MappingChoice = { splitM: 1, splitK: 1, dataflow: DATAFLOWS[0] };
    this.#choices.set(product, choice);
    return choice;
  }

  /** Cycles of the mapping with the given choices, but for adding up partial sums. */
  #partCycles(product: MatrixProduct, rows: number, { splitM, splitK, dataflow }: MappingChoice): number {
    const { plan } = this;
    const work = this.#work;
    partitionProduct(this.#chip, product, rows, splitM, splitK, plan, work);
    chooseCoreTile(this.#chip, product, rows, plan, work);
    work.dataflow = dataflow;
    return this.#splitCycles(Math.max(plan.networkCycles, plan.dramCycles));
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

  /** Multiply-accumulates a cycle that no core exceeds when the inner dimension is cut into so many parts. */
  #peakMacsPerCycle({ inputs }: MatrixProduct, splitK: number): number {
    const { trees, width, reuse } = this.#core.trees;
    return bestArrayMacsPerCycle(this.#core, this.#work, Math.ceil(inputs / splitK)) + trees * width * reuse;
  }

  /** Cycles below which no mapping comes that cuts the inner dimension into so many parts. */
  #leastCycles(
    { inputs, outputs }: MatrixProduct,
    rows: number,
    splitK: number,
    macsPerCycle: number,
  ): number {
    const { cores } = this.#chip;
    const reduction = reductionCycles(this.#chip, (rows * outputs * (splitK - 1)) / cores);
    return Math.max(this.plan.dramCycles, (rows * inputs * outputs) / (cores * macsPerCycle)) + reduction;
  }

  /** Fills the plan for one mapping. */
  #settle(product: MatrixProduct, rows: number, choice: MappingChoice): void {
    const { plan } = this;
    const core = this.#core;
    const work = this.#work;
    const unitCycles = this.#partCycles(product, rows, choice);
    plan.cycles = unitCycles + plan.reductionCycles;
    plan.dataflow = choice.dataflow;
    const { m, k, n } = work;
    // Behind the memory trees take all rows that they finish, since they spend less energy than arrays. Where something else
    // takes the time they stay free for the attention of decoding sequences, unless arrays alone would take longer.
    const within = Math.min(m, treeRowsWithin(core.trees, unitCycles, k, n));
    const arraysSuffice = unitCycles > plan.dramCycles && arrayRowsCycles(core, work, m) <= unitCycles;
    const mayShare = !arraysSuffice && (core.arraysBesideTrees || within === m);
    const treeRows = mayShare ? Math.max(this.#split.treeRows, within) : 0;
    const arrayRows = m - treeRows;
    plan.treeRows = treeRows;
    plan.arrayCycles = arrayCycles(core.arrays, choice.dataflow, arrayRows, k, n);
    plan.treeCycles = treeCycles(core.trees, treeRows, k, n);
    plan.localCycles = arrayRows === 0 ? 0 : localCycles(core, work, arrayRows);
    countTraffic(this.#chip, core, product, rows, work, plan);
  }
}
