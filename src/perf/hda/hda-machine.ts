import type { HdaDevice } from "../../hardware/device.ts";
import { replicaEnergy } from "../../hardware/energy.ts";
import { collectiveBytes, collectiveLatencySeconds } from "../collective-seconds.ts";
import { expertSeconds } from "../expert-products.ts";
import type { Cover, Machine } from "../machine.ts";
import type { Collective, Elementwise, MatrixProduct } from "../operators.ts";
import { ENERGY_CHARGE, IF_YIELDED, RESOURCE_INDEX } from "../step-cost.ts";
import { residentBytes } from "./dram-traffic.ts";
import { hdaAttention, hdaLatentAttention } from "./hda-attention.ts";
import { hdaMapping } from "./hda-mapping.ts";
import { unicastBytesPerSecond } from "./network.ts";
import { ProductMapper } from "./product-mapper.ts";

/**
 * A heterogeneous dataflow accelerator. Products run on arrays and trees together with memory streaming behind them;
 * vector work that can follow a product tile by tile, and collectives, hide behind the product before them. What one
 * core waits for another, or the first operands of an operator on the way through the network, is in the launch time.
 * Arithmetic runs at the bf16 rate whatever the precision; formats that it does not take are converted on arrival.
 */
export function hdaMachine(device: HdaDevice, devices: number): Machine {
  const energy = replicaEnergy(device, devices);
  const {
    memory,
    links,
    overheads,
    concurrency,
    clockHertz,
    cores,
    systolicArray: array,
    macTree: tree,
  } = device;
  const bytesPerSecond = memory.bytesPerSecond * memory.efficiency;
  const linkBytesPerSecond = links.bytesPerSecond * links.efficiency;
  const vectorFlopsPerSecond = cores * device.vector.lanesPerCore * clockHertz;
  const localBytesPerSecond = cores * device.localSramBytesPerCycle * clockHertz;
  const resident = residentBytes(device);
  const mapper = new ProductMapper(device);

  const productSeconds = (operator: MatrixProduct, rows: number, charges: Float64Array): number => {
    const plan = mapper.fastest(operator, rows);
    const treeShare = plan.treeRows / plan.coreM;
    const flops = 2 * rows * operator.inputs * operator.outputs;
    charges[RESOURCE_INDEX.sa]! += plan.arrayCycles / clockHertz;
    charges[RESOURCE_INDEX.mac_tree]! += plan.treeCycles / clockHertz;
    charges[RESOURCE_INDEX.vector]! += plan.reductionFlops / vectorFlopsPerSecond;
    charges[RESOURCE_INDEX.dram]! += plan.dramCycles / clockHertz;
    charges[RESOURCE_INDEX.noc]! += plan.networkCycles / clockHertz;
    charges[IF_YIELDED.seconds]! += plan.yieldCycles / clockHertz;
    charges[IF_YIELDED.sa]! += plan.yieldArrayCycles / clockHertz;
    charges[IF_YIELDED.mac_tree]! += plan.treeCycles / clockHertz;
    charges[IF_YIELDED.joules]! +=
      flops * treeShare * (energy.perArrayFlop - energy.perTreeFlop) +
      plan.yieldLocalBytes * energy.perLocalByte;
    charges[ENERGY_CHARGE]! +=
      flops * (treeShare * energy.perTreeFlop + (1 - treeShare) * energy.perArrayFlop) +
      plan.reductionFlops * energy.perVectorFlop +
      plan.dramBytes * energy.perDramByte +
      plan.networkBytes * energy.perNocByte +
      plan.extraHopBytes * energy.perNocHopByte +
      plan.localBytes * energy.perLocalByte +
      // Converters at the ports scale each weight as it arrives, at the rate of the memory.
      (operator.dequantised ? operator.inputs * operator.outputs * energy.perTreeFlop : 0);
    return plan.cycles / clockHertz;
  };

  return {
    decodesBesideProducts: concurrency.arraysBesideTrees && tree.treesPerCore > 0,
    hostSeconds: overheads.hostSecondsPerStep,
    peakFlopsPerSecond:
      2 *
      clockHertz *
      cores *
      (array.perCore * array.rows * array.columns + tree.treesPerCore * tree.width * tree.reuse),
    peakBytesPerSecond: memory.bytesPerSecond,
    streamBytesPerSecond: bytesPerSecond,

    product: (operator, rows, charges) => overheads.launchSeconds + productSeconds(operator, rows, charges),

    experts: (operator, tokens, charges) =>
      overheads.launchSeconds + expertSeconds(operator, tokens, productSeconds, charges),

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
        return Math.max(vectorSeconds, dramSeconds, bytes / localBytesPerSecond);
      }
      // The product before may keep the memory busy all the time, so memory traffic does not hide.
      return dramSeconds + exposedSeconds(vectorSeconds, cover);
    },

    collective(operator: Collective, rows: number, cover: Cover, charges: Float64Array): number {
      const bytes = collectiveBytes(operator.kind, operator.devices, rows * operator.bytesPerRow);
      const linkSeconds = bytes / linkBytesPerSecond;
      charges[RESOURCE_INDEX.p2p]! += linkSeconds;
      charges[ENERGY_CHARGE]! += bytes * energy.perLinkByte;
      const exposed = concurrency.linksBesideCompute ? exposedSeconds(linkSeconds, cover) : linkSeconds;
      return collectiveLatencySeconds(links, operator.devices) + exposed;
    },

    attention: (heads) => hdaAttention(device, energy, heads),
    latentAttention: (heads) => hdaLatentAttention(device, energy, heads),
    describe: (operator, rows) => hdaMapping(device, operator, rows),
    streamRates: {
      launchSeconds: overheads.launchSeconds,
      matrixFlopsPerSecond: 2 * clockHertz * cores * array.perCore * array.rows * array.columns,
      vectorFlopsPerSecond,
      dramBytesPerSecond: bytesPerSecond,
      nocBytesPerSecond: unicastBytesPerSecond(device),
      joulesPerMatrixFlop: energy.perArrayFlop,
      joulesPerVectorFlop: energy.perVectorFlop,
      joulesPerByte: energy.perDramByte + energy.perNocByte,
    },
  };
}

/** What of `seconds` sticks out behind the cover, which is used up by it. */
function exposedSeconds(seconds: number, cover: Cover): number {
  const hidden = Math.min(seconds, cover.seconds);
  cover.seconds -= hidden;
  return seconds - hidden;
}
