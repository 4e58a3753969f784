import type { GpuDevice } from "../../hardware/device.ts";
import { replicaEnergy } from "../../hardware/power.ts";
import type { Precision } from "../../models/llm-model.ts";
import { collectiveBytes, collectiveLatencySeconds } from "../collective-seconds.ts";
import type { Cover, Machine } from "../machine.ts";
import type { Collective, Elementwise, MatrixProduct } from "../operators.ts";
import { ENERGY_CHARGE, RESOURCE_INDEX } from "../step-cost.ts";
import { gpuAttention } from "./gpu-attention.ts";
import { GpuProductModel } from "./matrix-product.ts";

/** A GPU: one kernel per operator, one after the other; collectives are not overlapped with arithmetic. */
export function gpuMachine(device: GpuDevice, devices: number, precision: Precision): Machine {
  const energy = replicaEnergy(device, devices);
  const { memory, links, overheads } = device;
  const bytesPerSecond = memory.bytesPerSecond * memory.efficiency;
  const linkBytesPerSecond = links.bytesPerSecond * links.efficiency;
  const eightBit = precision.weightBytes <= 1 && precision.activationBytes <= 1;
  const peakFlopsPerSecond = device.tensorFlopsPerSecond * (eightBit ? device.eightBitSpeedup : 1);
  const sixteenBit = new GpuProductModel(device, device.tensorFlopsPerSecond);
  const compiled = eightBit ? new GpuProductModel(device, peakFlopsPerSecond) : sixteenBit;

  return {
    hostSeconds: overheads.hostSecondsPerStep,
    peakFlopsPerSecond,
    peakBytesPerSecond: memory.bytesPerSecond,
    streamBytesPerSecond: bytesPerSecond,

    product(operator: MatrixProduct, rows: number, charges: Float64Array): number {
      const { inputs, outputs, weightBytes, activationBytes } = operator;
      // The LM head stays at 16 bits.
      const products = weightBytes <= 1 ? compiled : sixteenBit;
      const peak = weightBytes <= 1 ? peakFlopsPerSecond : device.tensorFlopsPerSecond;
      const bytes = inputs * outputs * weightBytes + rows * (inputs + outputs) * activationBytes;
      const seconds = products.seconds(rows, outputs, inputs, bytes);
      const flops = 2 * rows * inputs * outputs;
      charges[RESOURCE_INDEX.sa]! += products.tensorSeconds;
      charges[RESOURCE_INDEX.dram]! += bytes / bytesPerSecond;
      charges[RESOURCE_INDEX.noc]! += bytes / device.l2BytesPerSecond;
      charges[ENERGY_CHARGE]! +=
        (flops * energy.perArrayFlop * device.tensorFlopsPerSecond) / peak +
        bytes * (energy.perDramByte + energy.perNocByte);
      return seconds;
    },

    elementwise(operator: Elementwise, rows: number, _cover: Cover, charges: Float64Array): number {
      const bytes = rows * operator.bytesPerRow;
      const flops = rows * operator.flopsPerRow;
      // What the L2 cannot hold between producer and consumer goes through memory.
      const dramBytes = Math.max(rows * operator.dramBytesPerRow, bytes - device.l2Bytes);
      const vectorSeconds = flops / device.vectorFlopsPerSecond;
      const dramSeconds = dramBytes / bytesPerSecond;
      const nocSeconds = bytes / device.l2BytesPerSecond;
      charges[RESOURCE_INDEX.vector]! += vectorSeconds;
      charges[RESOURCE_INDEX.dram]! += dramSeconds;
      charges[RESOURCE_INDEX.noc]! += nocSeconds;
      charges[ENERGY_CHARGE]! +=
        flops * energy.perVectorFlop + dramBytes * energy.perDramByte + bytes * energy.perNocByte;
      return overheads.launchSeconds + Math.max(vectorSeconds, dramSeconds, nocSeconds);
    },

    collective(operator: Collective, rows: number, _cover: Cover, charges: Float64Array): number {
      const bytes = collectiveBytes(operator.kind, devices, rows * operator.bytesPerRow);
      const linkSeconds = bytes / linkBytesPerSecond;
      charges[RESOURCE_INDEX.p2p]! += linkSeconds;
      charges[ENERGY_CHARGE]! += bytes * energy.perLinkByte;
      return collectiveLatencySeconds(links, devices) + linkSeconds;
    },

    attention: (heads) => gpuAttention(device, energy, heads),
  };
}
