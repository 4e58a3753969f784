import type { GpuDevice } from "../device.ts";
import { A100_SHORT_RUNS } from "./ampere.ts";
import { H100_SHORT_RUNS } from "./hopper.ts";

/**
 * AMD Instinct MI210. 181 TFLOPS dense bf16, 64 GB HBM2e at 1638 GB/s, 300 W, 104 CUs at 1.7 GHz, 8 MiB L2, about 724 mm² in
 * TSMC N6 (datasheet; die: PrincetonUniversity/LLMCompass ae/figure6); vector arithmetic and idle power are recollected.
 * Products of 8192 rows reach 0.6 of the peak (LLMCompass ae/figure5); kernel constants else of the A100: expect 20-40 %.
 */
export const MI210: GpuDevice = {
  ...A100_SHORT_RUNS,
  name: "mi210",
  processNanometres: 6,
  dieMm2: 724,
  clockHertz: 1.7e9,
  multiprocessors: 104,
  tensorFlopsPerSecond: 181e12,
  vectorFlopsPerSecond: 22.6e12,
  tensorEfficiency: 0.6,
  kernels: { ...A100_SHORT_RUNS.kernels, matrixMemoryEfficiency: 0.7, elementwiseBytesPerSecond: 1.2e12 },
  l2Bytes: 8 * 2 ** 20,
  l2BytesPerSecond: 4096 * 1.7e9,
  memory: {
    kind: "hbm2e",
    capacityBytes: 64 * 2 ** 30,
    bytesPerSecond: 1.638e12,
    efficiency: 0.7,
    stacks: 4,
  },
  links: { bytesPerSecond: 150e9, topology: "direct", collectiveSeconds: 15e-6, efficiency: 0.6 },
  tdpWatts: 300,
  idleWatts: 45,
};

/**
 * AMD Instinct MI250, both dies as one device: 362 TFLOPS dense bf16, 128 GB HBM2e at 3277 GB/s, 208 CUs, 500 W (datasheet),
 * 2 × 724 mm². Kernel constants of the MI210: expect 30-50 %, more where software splits it into two devices.
 */
export const MI250: GpuDevice = {
  ...MI210,
  name: "mi250",
  dieMm2: 1448,
  multiprocessors: 208,
  tensorFlopsPerSecond: 362e12,
  vectorFlopsPerSecond: 45.3e12,
  l2Bytes: 16 * 2 ** 20,
  l2BytesPerSecond: 2 * 4096 * 1.7e9,
  memory: { ...MI210.memory, capacityBytes: 128 * 2 ** 30, bytesPerSecond: 3.277e12, stacks: 8 },
  tdpWatts: 500,
  idleWatts: 90,
};

/**
 * AMD Instinct MI300X: 1307 TFLOPS dense bf16, 2615 fp8, 192 GB HBM3 at 5300 GB/s, 304 CUs at 2.1 GHz, 7 links of 64 GB/s, 750
 * W (datasheet). The Infinity Cache (256 MiB at 17 TB/s) stands for the L2; 8 dies of about 115 mm² in N5, four of about 370
 * mm² in N6 beneath, counted as 5 nm, and idle 140 W are recollected. Efficiencies are not measured (0.55 of the peak is
 * what its users report of large products); kernel constants of the H100: expect 30-50 %.
 */
export const MI300X: GpuDevice = {
  ...H100_SHORT_RUNS,
  name: "mi300x",
  processNanometres: 5,
  dieMm2: 920,
  clockHertz: 2.1e9,
  multiprocessors: 304,
  tensorFlopsPerSecond: 1307e12,
  vectorFlopsPerSecond: 163e12,
  tensorEfficiency: 0.55,
  kernels: {
    ...H100_SHORT_RUNS.kernels,
    matrixMemoryEfficiency: 0.75,
    prefillEfficiency: 0.35,
    operandBytesPerSecond: 84e9,
  },
  l2Bytes: 256 * 2 ** 20,
  l2BytesPerSecond: 17e12,
  memory: { kind: "hbm3", capacityBytes: 192e9, bytesPerSecond: 5.3e12, efficiency: 0.75, stacks: 8 },
  links: { bytesPerSecond: 448e9, topology: "direct", collectiveSeconds: 15e-6, efficiency: 0.65 },
  tdpWatts: 750,
  idleWatts: 140,
};
