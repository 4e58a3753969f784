import type { HdaDevice, NocSystem } from "../../hardware/device.ts";
import type { MatrixProduct } from "../operators.ts";
import {
  MULTICAST_CROSSING,
  multicastHops,
  networkRates,
  UNICAST_CROSSING,
  type NetworkRates,
} from "./network.ts";
import type { ProductPlan } from "./product-plan.ts";
import type { CoreShape, CoreWork } from "./row-split.ts";
import { arrayEdgeBytes } from "./systolic-array.ts";
import { copyTile, HELD, tileHolding, type Grain } from "./tiling.ts";

const PARTIAL_SUM_BYTES = 4;

/** The cores of a device and the network between them. */
export interface ChipShape {
  readonly cores: number;
  readonly localBytes: number;
  readonly lanesPerCore: number;
  readonly topology: NocSystem["topology"];
  readonly rates: NetworkRates;
  readonly grain: Grain;
}

export function chipShapeOf(device: HdaDevice): ChipShape {
  const { cores, localSramBytesPerCore, vector, noc, systolicArray } = device;
  return {
    cores,
    localBytes: localSramBytesPerCore,
    lanesPerCore: vector.lanesPerCore,
    topology: noc.topology,
    rates: networkRates(device),
    grain: { m: systolicArray.rows, k: systolicArray.rows, n: systolicArray.columns },
  };
}

/** Cuts a product into splitM × splitK parts of rows and inner dimension, and its columns over the cores that are left. */
export function partitionProduct(
  chip: ChipShape,
  product: MatrixProduct,
  rows: number,
  splitM: number,
  splitK: number,
  plan: ProductPlan,
  work: CoreWork,
): void {
  const { cores } = chip;
  const { inputs, outputs, activationBytes } = product;
  const splitN = Math.floor(cores / (splitM * splitK));
  work.m = Math.ceil(rows / splitM);
  work.k = Math.ceil(inputs / splitK);
  work.n = Math.ceil(outputs / splitN);
  work.outputBytes = splitK > 1 ? PARTIAL_SUM_BYTES : activationBytes;
  plan.splitM = splitM;
  plan.splitK = splitK;
  plan.splitN = splitN;
  plan.coreM = work.m;
  plan.reductionCycles = reductionCycles(chip, (work.m * work.n * (splitK - 1)) / splitK);
}

/** Chooses for a product that is cut the tile of each core with which the network is done first. */
export function chooseCoreTile(
  chip: ChipShape,
  product: MatrixProduct,
  rows: number,
  plan: ProductPlan,
  work: CoreWork,
): void {
  const { localBytes, grain } = chip;
  const { tile, coreTile } = plan;
  plan.networkCycles = Infinity;
  for (const held of HELD) {
    if (!tileHolding(held, work, localBytes / 2, grain, tile)) continue;
    const cycles = networkCycles(chip, product, rows, work, plan);
    if (cycles >= plan.networkCycles) continue;
    plan.networkCycles = cycles;
    copyTile(tile, coreTile);
    // Nothing is read more than once: no other tile does better.
    if (tile.inputPasses === 1 && tile.weightPasses === 1) break;
  }
}

/** Inputs are multicast to the cores that share rows, weights to those that share columns, outputs sent back. */
function networkCycles(
  { rates }: ChipShape,
  { inputs, outputs, activationBytes, weightBytes }: MatrixProduct,
  rows: number,
  { m, k, n }: CoreWork,
  { splitM, tile }: ProductPlan,
): number {
  const inputTraffic = rows * inputs * activationBytes * tile.inputPasses;
  const weightTraffic = inputs * outputs * weightBytes * tile.weightPasses;
  const outputTraffic = rows * outputs * activationBytes;
  const crossing =
    inputTraffic * MULTICAST_CROSSING +
    weightTraffic * (splitM > 1 ? MULTICAST_CROSSING : UNICAST_CROSSING) +
    outputTraffic * UNICAST_CROSSING;
  const ingress = k * (m * activationBytes * tile.inputPasses + n * weightBytes * tile.weightPasses);
  return Math.max(
    (inputTraffic + weightTraffic + outputTraffic) / rates.source,
    crossing / rates.crossing,
    ingress / rates.ingress,
  );
}

/** Cycles in which each core takes `sums` partial sums from its neighbours and adds them up, after all else. */
export function reductionCycles({ lanesPerCore, rates }: ChipShape, sums: number): number {
  return Math.max((sums * PARTIAL_SUM_BYTES) / rates.ingress, sums / lanesPerCore);
}

/** Writes into a plan whose rows are dealt what it moves over the network and in local memories, for its energy. */
export function countTraffic(
  { cores, topology }: ChipShape,
  { arrays }: CoreShape,
  { inputs, outputs }: MatrixProduct,
  rows: number,
  { dataflow, m, k, n, inputBytes, weightBytes, outputBytes }: CoreWork,
  plan: ProductPlan,
): void {
  const { coreTile } = plan;
  const arrayRows = m - plan.treeRows;
  const busyM = Math.ceil(rows / m);
  const busyN = Math.ceil(outputs / n);
  const busyCores = busyM * busyN * Math.ceil(inputs / k);
  const inputTraffic = rows * inputs * inputBytes * coreTile.inputPasses;
  const weightTraffic = inputs * outputs * weightBytes * coreTile.weightPasses;
  const edgeBytes = arrayEdgeBytes(arrays, dataflow, arrayRows, k, n, inputBytes, weightBytes, outputBytes);
  // Every core that takes inputs or weights writes them once.
  const filledBytes = inputTraffic * busyN + weightTraffic * busyM;
  plan.localBytes = arrayRows === 0 ? 0 : busyCores * edgeBytes + filledBytes;
  plan.networkBytes = inputTraffic + weightTraffic + rows * outputs * inputBytes;
  plan.reductionFlops = rows * outputs * (plan.splitK - 1);
  plan.extraHopBytes =
    inputTraffic * multicastHops(cores, topology, busyN) +
    weightTraffic * multicastHops(cores, topology, busyM) +
    plan.reductionFlops * PARTIAL_SUM_BYTES;
}
