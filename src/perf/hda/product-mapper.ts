import type { HdaDevice } from "../../hardware/device.ts";
import type { MatrixProduct } from "../operators.ts";
import {
  chipShapeOf,
  chooseCoreTile,
  countTraffic,
  ingressCycles,
  partReductionCycles,
  reductionCycles,
  trafficCycles,
  type ChipShape,
} from "./core-partition.ts";
import { rowsBytes, rowsCycles, type DataflowCosts } from "./dataflow-costs.ts";
import { chooseChipTile, residentBytes } from "./dram-traffic.ts";
import { beatCycles, rowsWithinBeats } from "./mac-tree.ts";
import { cutsOf, ProductCut, type InnerCut } from "./product-cuts.ts";
import { ProductPlan } from "./product-plan.ts";
import {
  arrayRowsCycles,
  coreShapeOf,
  rowsLeftByTrees,
  splitRows,
  type CoreShape,
  type RowSplit,
} from "./row-split.ts";
import { DATAFLOWS, type Dataflow } from "./systolic-array.ts";
import type { Operands } from "./tiling.ts";

/** Keeps a mapping that was good for other rows in the running, however it is rounded. */
const JUST_ABOVE = 1 + 1e-9;

/** What of a mapping is searched; the rest follows from it. */
export interface MappingChoice {
  readonly splitM: number;
  readonly splitK: number;
  readonly dataflow: Dataflow;
}

/** A product that was mapped before. */
interface KnownProduct {
  /** The ways to cut it. */
  readonly inner: readonly InnerCut[];
  /** What was chosen last for as many rows to a power of two, as a start for others, and what for any. */
  readonly chosen: (Choice | undefined)[];
  last: Choice;
}

interface Choice {
  readonly cut: ProductCut;
  readonly arrays: DataflowCosts;
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
  readonly #work: Operands = { m: 0, k: 0, n: 0, inputBytes: 0, weightBytes: 0 };
  readonly #products = new Map<MatrixProduct, KnownProduct>();
  readonly #split: RowSplit = { treeRows: 0, cycles: 0 };
  /** The cut that the plan is at. */
  #placed: ProductCut | undefined;

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
    const chip = this.#chip;
    const core = this.#core;
    this.#start(product, rows);
    const { dramCycles } = plan;
    const known = this.#known(product);
    const magnitude = Math.clz32(rows);
    const start = known.chosen[magnitude] ?? known.last;
    let { cut, arrays } = start;
    const startCycles = cut.splitM > rows ? Infinity : this.#cycles(product, rows, cut, arrays);
    let best = JUST_ABOVE * startCycles;
    // What the network carries at least, by whether several cores share weights.
    const unshared = trafficCycles(chip, product, rows, 1, 1, 1);
    const shared = trafficCycles(chip, product, rows, 2, 1, 1);
    for (const inner of known.inner) {
      const { macsPerCycle } = inner;
      if (this.#leastCycles(product, rows, inner) >= best) continue;
      for (const candidate of inner.cuts) {
        if (candidate.splitM > rows) break;
        const m = Math.ceil(rows / candidate.splitM);
        const reduction = partReductionCycles(chip, candidate, m);
        const limit = best - reduction;
        if (dramCycles >= limit || m * candidate.k * candidate.n >= limit * macsPerCycle) continue;
        if ((candidate.splitM > 1 ? shared : unshared) >= limit) continue;
        if (ingressCycles(chip, product, candidate, m, 1, 1) >= limit) continue;
        const arrayRows = rowsLeftByTrees(core, m, candidate.treeBeats, limit);
        for (const costs of candidate.dataflows) {
          if (arrayRowsCycles(core, costs, arrayRows) >= limit) continue;
          const isStart = candidate === start.cut && costs === start.arrays;
          const cycles = isStart ? startCycles : this.#cycles(product, rows, candidate, costs);
          if (cycles >= best) continue;
          best = cycles;
          cut = candidate;
          arrays = costs;
        }
        // Nothing beats the memory: stop at the first mapping that keeps up with it.
        if (best <= dramCycles) break;
      }
    }
    known.last = cut === start.cut && arrays === start.arrays ? start : { cut, arrays };
    known.chosen[magnitude] = known.last;
    this.#settle(product, rows, cut, arrays);
    return plan;
  }

  /** The mapping with the given choices, to compare with the fastest. Valid until the next call. */
  fixed(product: MatrixProduct, rows: number, { splitM, splitK, dataflow }: MappingChoice): ProductPlan {
    const cut = new ProductCut(this.#chip.cores, this.#core, product, splitM, splitK);
    this.#start(product, rows);
    this.#settle(product, rows, cut, cut.dataflows[DATAFLOWS.indexOf(dataflow)]!);
    return this.plan;
  }

  #known(product: MatrixProduct): KnownProduct {
    let known = this.#products.get(product);
    if (known === undefined) {
      const inner = cutsOf(this.#chip.cores, this.#core, product);
      const [cut] = inner[0]!.cuts;
      known = { inner, chosen: [], last: { cut: cut!, arrays: cut!.dataflows[0]! } };
      this.#products.set(product, known);
    }
    return known;
  }

  /** Cycles of the mapping with the given choices. */
  #cycles(product: MatrixProduct, rows: number, cut: ProductCut, arrays: DataflowCosts): number {
    const shared = this.#sharedCycles(product, rows, cut);
    const { coreM, reductionCycles } = this.plan;
    return this.#splitCycles(cut, arrays, coreM, shared) + reductionCycles;
  }

  /** Cycles of memory and network for a product that is cut; writes the cut and the tiles of its cores into the plan. */
  #sharedCycles(product: MatrixProduct, rows: number, cut: ProductCut): number {
    const { plan } = this;
    if (cut === this.#placed) return Math.max(plan.networkCycles, plan.dramCycles);
    this.#placed = cut;
    const work = this.#work;
    work.m = Math.ceil(rows / cut.splitM);
    work.k = cut.k;
    work.n = cut.n;
    plan.splitM = cut.splitM;
    plan.splitK = cut.splitK;
    plan.splitN = cut.splitN;
    plan.coreM = work.m;
    plan.reductionCycles = partReductionCycles(this.#chip, cut, work.m);
    chooseCoreTile(this.#chip, product, rows, cut, plan, work);
    return Math.max(plan.networkCycles, plan.dramCycles);
  }

  /** Cycles of the best split of m rows beside `shared` cycles of memory and network; leaves the split behind. */
  #splitCycles({ treeBeats }: ProductCut, arrays: DataflowCosts, m: number, shared: number): number {
    const split = this.#split;
    const core = this.#core;
    if (arrayRowsCycles(core, arrays, rowsLeftByTrees(core, m, treeBeats, shared)) <= shared) {
      split.treeRows = 0;
      return shared;
    }
    splitRows(core, arrays, treeBeats, m, split);
    return Math.max(shared, split.cycles);
  }

  /** What does not depend on the partition: traffic of the memory. */
  #start(product: MatrixProduct, rows: number): void {
    const { plan } = this;
    const work = this.#work;
    this.#placed = undefined;
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
  #leastCycles({ inputs, outputs }: MatrixProduct, rows: number, { splitK, macsPerCycle }: InnerCut): number {
    const { cores } = this.#chip;
    const reduction = reductionCycles(this.#chip, (rows * outputs * (splitK - 1)) / cores);
    return Math.max(this.plan.dramCycles, (rows * inputs * outputs) / (cores * macsPerCycle)) + reduction;
  }

  /** Fills the plan for one mapping. */
  #settle(product: MatrixProduct, rows: number, cut: ProductCut, arrays: DataflowCosts): void {
    const { plan } = this;
    const core = this.#core;
    const { treeBeats } = cut;
    const shared = this.#sharedCycles(product, rows, cut);
    const m = plan.coreM;
    const unitCycles = this.#splitCycles(cut, arrays, m, shared);
    plan.cycles = unitCycles + plan.reductionCycles;
    plan.dataflow = arrays.dataflow;
    // Behind the memory trees take all rows that they finish, since they spend less energy than arrays. Where something else
    // takes the time they stay free for the attention of decoding sequences, unless arrays alone would take longer.
    const within = Math.min(m, rowsWithinBeats(core.trees, unitCycles, treeBeats));
    const arraysSuffice = unitCycles > plan.dramCycles && arrayRowsCycles(core, arrays, m) <= unitCycles;
    const mayShare = !arraysSuffice && (core.arraysBesideTrees || within === m);
    const treeRows = mayShare ? Math.max(this.#split.treeRows, within) : 0;
    const arrayRows = m - treeRows;
    plan.treeRows = treeRows;
    plan.arrayCycles = rowsCycles(arrays, arrayRows);
    plan.treeCycles = beatCycles(core.trees, treeRows, treeBeats);
    plan.localCycles = rowsBytes(arrays, arrayRows) / core.localBytesPerCycle;
    countTraffic(this.#chip, product, rows, this.#work, arrays, plan);
    const yields = treeRows > 0;
    plan.yieldCycles = yields ? Math.max(0, arrayRowsCycles(core, arrays, m) - unitCycles) : 0;
    plan.yieldArrayCycles = yields ? rowsCycles(arrays, m) - plan.arrayCycles : 0;
  }
}
