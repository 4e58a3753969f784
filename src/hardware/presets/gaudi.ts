import type { GpuDevice } from "../device.ts";
import { A100_SHORT_RUNS } from "./ampere.ts";

/**
 * Intel Gaudi 2, described by the GPU template: 432 TFLOPS dense bf16, 865 fp8, 96 GB HBM2e at 2450 GB/s, 48 MiB SRAM, 24 tensor
 * cores, 21 of 24 100-Gb Ethernet ports towards its peers, 600 W (recollected datasheet; die size and clock as well). Its two
 * matrix engines are far larger than a GPU's, so that tiles are not what it computes in; kernel constants of the A100,
 * not measured: expect 30-50 %.
 */
export const GAUDI2: GpuDevice = {
  ...A100_SHORT_RUNS,
  name: "gaudi2",
  dieMm2: 800,
  clockHertz: 1.65e9,
  multiprocessors: 24,
  tensorFlopsPerSecond: 432e12,
  eightBitSpeedup: 2,
  vectorFlopsPerSecond: 11e12,
  tensorEfficiency: 0.8,
  kernels: {
    ...A100_SHORT_RUNS.kernels,
    matrixMemoryEfficiency: 0.75,
    operandBytesPerSecond: 700e9,
    tileSpeed: 1,
    elementwiseBytesPerSecond: 1.8e12,
  },
  l2Bytes: 48 * 2 ** 20,
  l2BytesPerSecond: 6.4e12,
  memory: {
    kind: "hbm2e",
    capacityBytes: 96 * 2 ** 30,
    bytesPerSecond: 2.45e12,
    efficiency: 0.75,
    stacks: 6,
  },
  links: { bytesPerSecond: 262e9, topology: "direct", collectiveSeconds: 15e-6, efficiency: 0.7 },
  tdpWatts: 600,
  idleWatts: 120,
};
