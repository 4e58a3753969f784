import type { HdaDevice, NocSystem } from "../../hardware/device.ts";
import type { MatrixProduct } from "../operators.ts";
import {
  MULTICAST_CROSSING,
  multicastHops,
  networkRates,
  UNICAST_CROSSING,
  type NetworkRates,
} from "./network.ts";
import { rowsBytes, type DataflowCosts } from "./dataflow-costs.ts";
import type { ProductCut } from "./product-cuts.ts";
import type { ProductPlan } from "./product-plan.ts";
import { PARTIAL_SUM_BYTES } from "./systolic-array.ts";
import { copyTile, HELD, tileHolding, type Grain, type Operands } from "./tiling.ts";

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

/** Chooses for a product that is cut the tile of each core with which the network is done first. */
export function chooseCoreTile(
  chip: ChipShape,
  product: MatrixProduct,
  rows: number,
  cut: ProductCut,
  plan: ProductPlan,
  work: Operands,
): void {
  const { localBytes, grain } = chip;
  const { tile, coreTile } = plan;
  plan.networkCycles = Infinity;
  for (const held of HELD) {
    if (!tileHolding(held, work, localBytes / 2, grain, tile)) continue;
    const { inputPasses, weightPasses } = tile;
    const cycles = Math.max(
      trafficCycles(chip, product, rows, cut.splitM, inputPasses, weightPasses),
      ingressCycles(chip, product, cut, work.m, inputPasses, weightPasses),
    );
    if (cycles >= plan.networkCycles) continue;
    plan.networkCycles = cycles;
    copyTile(tile, coreTile);
    // Nothing is read more than once: no other tile does better.
    if (inputPasses === 1 && weightPasses === 1) break;
  }
}

/**
 * Cycles of what the shared SRAM sends and takes, and of what crosses the middle of the chip: inputs multicast to the cores
 * that share rows, weights to those that share columns, outputs sent back. Each pass reads an operand again.
 */
export function trafficCycles(
  { rates }: ChipShape,
  { inputs, outputs, activationBytes, weightBytes }: MatrixProduct,
  rows: number,
  splitM: number,
  inputPasses: number,
  weightPasses: number,
): number {
  const inputTraffic = rows * inputs * activationBytes * inputPasses;
  const weightTraffic = inputs * outputs * weightBytes * weightPasses;
  const outputTraffic = rows * outputs * activationBytes;
  const crossing =
    inputTraffic * MULTICAST_CROSSING +
    weightTraffic * (splitM > 1 ? MULTICAST_CROSSING : UNICAST_CROSSING) +
    outputTraffic * UNICAST_CROSSING;
  return Math.max((inputTraffic + weightTraffic + outputTraffic) / rates.source, crossing / rates.crossing);
}

/** Cycles in which each core takes its inputs for `m` rows, and its weights. */
export function ingressCycles(
  { rates }: ChipShape,
  { activationBytes, weightBytes }: MatrixProduct,
  { k, n }: ProductCut,
  m: number,
  inputPasses: number,
  weightPasses: number,
): number {
  return (k * (m * activationBytes * inputPasses + n * weightBytes * weightPasses)) / rates.ingress;
}

/** Cycles in which each core takes `sums` partial sums from its neighbours and adds them up, after all else. */
export function reductionCycles({ lanesPerCore, rates }: ChipShape, sums: number): number {
  return Math.max((sums * PARTIAL_SUM_BYTES) / rates.ingress, sums / lanesPerCore);
}

/** The same for a cut of which each core has `m` rows. */
export function partReductionCycles(chip: ChipShape, { splitK, n }: ProductCut, m: number): number {
  return splitK === 1 ? 0 : reductionCycles(chip, (m * n * (splitK - 1)) / splitK);
}

/** Writes into a plan whose rows are dealt what it moves over the network and in local memories, for its energy. */
export function countTraffic(
  { cores, topology }: ChipShape,
  { inputs, outputs }: MatrixProduct,
  rows: number,
  { m, k, n, inputBytes, weightBytes }: Operands,
  arrays: DataflowCosts,
  plan: ProductPlan,
): void {
  const { coreTile } = plan;
  const arrayRows = m - plan.treeRows;
  const busyM = Math.ceil(rows / m);
  const busyN = Math.ceil(outputs / n);
  const busyCores = busyM * busyN * Math.ceil(inputs / k);
  const inputTraffic = rows * inputs * inputBytes * coreTile.inputPasses;
  const weightTraffic = inputs * outputs * weightBytes * coreTile.weightPasses;
  // Every core that takes inputs or weights writes them once.
  const filledBytes = inputTraffic * busyN + weightTraffic * busyM;
  plan.localBytes = arrayRows === 0 ? 0 : busyCores * rowsBytes(arrays, arrayRows) + filledBytes;
  plan.yieldLocalBytes = busyCores * rowsBytes(arrays, m) + filledBytes - plan.localBytes;
  plan.networkBytes = inputTraffic + weightTraffic + rows * outputs * inputBytes;
  plan.reductionFlops = rows * outputs * (plan.splitK - 1);
  plan.extraHopBytes =
    inputTraffic * multicastHops(cores, topology, busyN) +
    weightTraffic * multicastHops(cores, topology, busyM) +
    plan.reductionFlops * PARTIAL_SUM_BYTES;
}
