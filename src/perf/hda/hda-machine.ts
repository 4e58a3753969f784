import type { HdaDevice } from "../../hardware/device.ts";
import { localBytesPerArrayFlop, replicaEnergy } from "../../hardware/power.ts";
import { collectiveBytes, collectiveLatencySeconds } from "../collective-seconds.ts";
import type { Cover, Machine } from "../machine.ts";
import type { Collective, Elementwise, MatrixProduct } from "../operators.ts";
import { ENERGY_CHARGE, RESOURCE_INDEX } from "../step-cost.ts";
import { hdaAttention } from "./hda-attention.ts";
import { treeCycles, type TreeShape } from "./mac-tree.ts";
import { productDramBytes, productNocBytes, residentBytes } from "./on-chip-traffic.ts";
import { systolicCycles, type ArrayShape } from "./systolic-array.ts";
import { splitTokens, type TokenSplit } from "./token-split.ts";

/**
 * A heterogeneous dataflow accelerator. Products run on arrays and trees together with memory streaming behind them;
 * vector work that can follow a product tile by tile, and collectives, hide behind the product before them.
 * Arithmetic runs at the bf16 rate whatever the precision.
 */
export function hdaMachine(device: HdaDevice, devices: number): Machine {
  const energy = replicaEnergy(device, devices);
  const { memory, links, overheads, clockHertz, cores, systolicArray, macTree } = device;
  const arrays: ArrayShape = { ...systolicArray, arrays: cores * systolicArray.perCore };
  const trees: TreeShape = { ...macTree, trees: cores * macTree.treesPerCore };
  const bytesPerSecond = memory.bytesPerSecond * memory.efficiency;
  const linkBytesPerSecond = links.bytesPerSecond * links.efficiency;
  const vectorFlopsPerSecond = cores * device.vector.lanesPerCore * clockHertz;
  const resident = residentBytes(device);
  const arrayFlopJoules = energy.perArrayFlop + localBytesPerArrayFlop(device) * energy.perLocalByte;
  const split: TokenSplit = { treeRows: 0, cycles: 0 };

  return {
    hostSeconds: overheads.hostSecondsPerStep,
    peakFlopsPerSecond:
      2 *
      clockHertz *
      (arrays.arrays * arrays.rows * arrays.columns + trees.trees * trees.width * trees.reuse),
    peakBytesPerSecond: memory.bytesPerSecond,
    streamBytesPerSecond: bytesPerSecond,

    product(operator: MatrixProduct, rows: number, charges: Float64Array): number {
      const { inputs, outputs } = operator;
      const dramBytes = productDramBytes(operator, rows, resident);
      const nocBytes = productNocBytes(device, operator, rows);
      const dramSeconds = dramBytes / bytesPerSecond;
      const nocSeconds = nocBytes / device.globalSramBytesPerSecond;
      const otherSeconds = Math.max(dramSeconds, nocSeconds);
      splitTokens(arrays, trees, rows, inputs, outputs, otherSeconds * clockHertz, split);
      const arrayRows = rows - split.treeRows;
      charges[RESOURCE_INDEX.sa]! += systolicCycles(arrays, arrayRows, inputs, outputs) / clockHertz;
      charges[RESOURCE_INDEX.mac_tree]! += treeCycles(trees, split.treeRows, inputs, outputs) / clockHertz;
      charges[RESOURCE_INDEX.dram]! += dramSeconds;
      charges[RESOURCE_INDEX.noc]! += nocSeconds;
      charges[ENERGY_CHARGE]! +=
        2 * inputs * outputs * (arrayRows * arrayFlopJoules + split.treeRows * energy.perTreeFlop) +
        dramBytes * energy.perDramByte +
        nocBytes * energy.perNocByte;
      return overheads.launchSeconds + Math.max(split.cycles / clockHertz, otherSeconds);
    },

    elementwise(operator: Elementwise, rows: number, cover: Cover, charges: Float64Array): number {
      const bytes = rows * operator.bytesPerRow;
      const flops = rows * operator.flopsPerRow;
      // Fused work sees a tile at a time; what runs on its own spills what the chip cannot hold.
      const spilledBytes = operator.fusable ? 0 : bytes - resident;
      const dramBytes = Math.max(rows * operator.dramBytesPerRow, spilledBytes);
      const vectorSeconds = flops / vectorFlopsPerSecond;
      const dramSeconds = dramBytes / bytesPerSecond;
      charges[RESOURCE_INDEX.vector]! += vectorSeconds;
      charges[RESOURCE_INDEX.dram]! += dramSeconds;
      charges[ENERGY_CHARGE]! +=
        flops * energy.perVectorFlop + bytes * energy.perLocalByte + dramBytes * energy.perDramByte;
      if (!operator.fusable) {
        cover.seconds = 0;
        return Math.max(vectorSeconds, dramSeconds);
      }
      // The product before may keep the memory busy all the time, so memory traffic does not hide.
      return dramSeconds + exposedSeconds(vectorSeconds, cover);
    },

    collective(operator: Collective, rows: number, cover: Cover, charges: Float64Array): number {
      const bytes = collectiveBytes(operator.kind, devices, rows * operator.bytesPerRow);
      const linkSeconds = bytes / linkBytesPerSecond;
      charges[RESOURCE_INDEX.p2p]! += linkSeconds;
      charges[ENERGY_CHARGE]! += bytes * energy.perLinkByte;
      return collectiveLatencySeconds(links, devices) + exposedSeconds(linkSeconds, cover);
    },

    attention: (heads) => hdaAttention(device, energy, heads),
  };
}

/** What of `seconds` sticks out behind the cover, which is used up by it. */
function exposedSeconds(seconds: number, cover: Cover): number {
  const hidden = Math.min(seconds, cover.seconds);
  cover.seconds -= hidden;
  return seconds - hidden;
}
