import type { GpuDevice } from "../../hardware/device.ts";
import { replicaEnergy } from "../../hardware/energy.ts";
import type { Precision } from "../../models/llm-model.ts";
import { collectiveBytes } from "../collective-seconds.ts";
import type { Cover, Machine } from "../machine.ts";
import type { OperatorMapping } from "../operator-mapping.ts";
import type { Collective, Elementwise, Experts, MatrixProduct, Operator } from "../operators.ts";
import { ENERGY_CHARGE, RESOURCE_INDEX } from "../step-cost.ts";
import { gpuAttention, gpuLatentAttention } from "./gpu-attention.ts";
import { gpuCollectiveSeconds } from "./gpu-collectives.ts";
import { gpuExperts } from "./gpu-experts.ts";
import { gpuProductMapping } from "./gpu-mapping.ts";
import { GpuProductModel } from "./matrix-product.ts";
import { spilledShare } from "./overlap.ts";
import { streamBytesPerSecond } from "./stream-rate.ts";

/** Operands of a product, as far as its rate depends on them. */
type Operands = Pick<MatrixProduct, "weightBytes" | "activationBytes" | "dequantised">;

/** Most bytes of an element of 4 bits, scales of groups of 16 included. */
const FOUR_BIT_BYTES = 0.625;

/** A GPU: one kernel per operator, one after the other; collectives are not overlapped with arithmetic. */
export function gpuMachine(device: GpuDevice, devices: number, precision: Precision): Machine {
  const energy = replicaEnergy(device, devices);
  const { memory, links, overheads, kernels } = device;
  const bytesPerSecond = memory.bytesPerSecond * memory.efficiency;
  const reached = streamBytesPerSecond(device);
  const linkBytesPerSecond = links.bytesPerSecond;
  const { eightBitSpeedup, fourBitSpeedup = eightBitSpeedup } = device;
  const speedupAt = (bytes: number): number =>
    bytes > 1 ? 1 : bytes > FOUR_BIT_BYTES ? eightBitSpeedup : fourBitSpeedup;
  // Narrow operands run at a higher rate where both are; weights that are converted run as what they become.
  const speedupOf = ({ weightBytes, activationBytes, dequantised }: Operands): number =>
    dequantised ? 1 : speedupAt(Math.max(weightBytes, activationBytes));
  const narrowest = Math.min(precision.weightBytes, precision.expertWeightBytes);
  const fastest = speedupAt(Math.max(narrowest, precision.activationBytes));
  const models = new Map(
    [1, eightBitSpeedup, fourBitSpeedup].map((speedup) => [speedup, new GpuProductModel(device, speedup)]),
  );
  const modelOf = (operands: Operands): GpuProductModel => models.get(speedupOf(operands))!;

  return {
    decodesBesideProducts: false,
    hostSeconds: overheads.hostSecondsPerStep,
    peakFlopsPerSecond: device.tensorFlopsPerSecond * fastest,
    peakBytesPerSecond: memory.bytesPerSecond,
    streamBytesPerSecond: reached,

    product(operator: MatrixProduct, rows: number, charges: Float64Array): number {
      const { inputs, outputs, weightBytes, activationBytes } = operator;
      const speedup = speedupOf(operator);
      const products = modelOf(operator);
      const seconds = products.seconds(rows, outputs, inputs, weightBytes, activationBytes);
      const flops = 2 * rows * inputs * outputs;
      charges[RESOURCE_INDEX.sa]! += products.tensorSeconds;
      charges[RESOURCE_INDEX.dram]! += products.bytes / reached;
      charges[RESOURCE_INDEX.noc]! += products.bytes / device.l2BytesPerSecond;
      charges[ENERGY_CHARGE]! +=
        (flops * energy.perArrayFlop) / speedup + products.bytes * (energy.perDramByte + energy.perNocByte);
      return seconds;
    },

    experts(operator: Experts, tokens: number, charges: Float64Array): number {
      const speedup = speedupOf(operator);
      const work = gpuExperts(device, operator, tokens, speedup);
      charges[RESOURCE_INDEX.sa]! += work.tensorSeconds;
      charges[RESOURCE_INDEX.dram]! += work.bytes / reached;
      charges[RESOURCE_INDEX.noc]! += work.bytes / device.l2BytesPerSecond;
      charges[ENERGY_CHARGE]! +=
        (work.flops * energy.perArrayFlop) / speedup + work.bytes * (energy.perDramByte + energy.perNocByte);
      return work.seconds;
    },

    elementwise(operator: Elementwise, rows: number, _cover: Cover, charges: Float64Array): number {
      const bytes = rows * operator.bytesPerRow;
      const flops = rows * operator.flopsPerRow;
      const spilled = spilledShare(bytes, device.l2Bytes);
      const dramBytes = Math.max(rows * operator.dramBytesPerRow, bytes * spilled);
      const vectorSeconds = flops / device.vectorFlopsPerSecond;
      const dramSeconds = dramBytes / bytesPerSecond;
      const nocSeconds = bytes / device.l2BytesPerSecond;
      // One thread block takes a row, however many others there are.
      const blockSeconds = operator.blockBytesPerRow / kernels.rowBytesPerSecond;
      const rowsSeconds = bytes / kernels.elementwiseBytesPerSecond;
      charges[RESOURCE_INDEX.vector]! += vectorSeconds;
      charges[RESOURCE_INDEX.dram]! += dramBytes / reached;
      charges[RESOURCE_INDEX.noc]! += nocSeconds;
      charges[ENERGY_CHARGE]! +=
        flops * energy.perVectorFlop + dramBytes * energy.perDramByte + bytes * energy.perNocByte;
      const seconds = Math.max(vectorSeconds, dramSeconds, nocSeconds, blockSeconds, rowsSeconds);
      return overheads.launchSeconds + seconds;
    },

    collective(operator: Collective, rows: number, _cover: Cover, charges: Float64Array): number {
      const message = rows * operator.bytesPerRow;
      const sent = collectiveBytes(operator.kind, operator.devices, message);
      charges[RESOURCE_INDEX.p2p]! += sent / linkBytesPerSecond;
      charges[ENERGY_CHARGE]! += sent * energy.perLinkByte;
      return gpuCollectiveSeconds(links, operator.kind, operator.devices, message);
    },

    attention: (heads) => gpuAttention(device, energy, heads),
    latentAttention: (heads) => gpuLatentAttention(device, energy, heads),
    describe(operator: Operator, rows: number): OperatorMapping | undefined {
      if (operator.kind !== "product") return undefined;
      const { inputs, outputs, weightBytes, activationBytes } = operator;
      const products = modelOf(operator);
      products.seconds(rows, outputs, inputs, weightBytes, activationBytes);
      return gpuProductMapping(operator, rows, products);
    },
    streamRates: {
      launchSeconds: overheads.launchSeconds,
      matrixFlopsPerSecond: device.tensorFlopsPerSecond * kernels.prefillEfficiency,
      vectorFlopsPerSecond: device.vectorFlopsPerSecond,
      dramBytesPerSecond: bytesPerSecond,
      nocBytesPerSecond: device.l2BytesPerSecond,
      joulesPerMatrixFlop: energy.perArrayFlop,
      joulesPerVectorFlop: energy.perVectorFlop,
      joulesPerByte: energy.perDramByte + energy.perNocByte,
    },
  };
}
