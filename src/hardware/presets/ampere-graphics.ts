import type { GpuDevice, SustainedLoad } from "../device.ts";
import { A100_SHORT_RUNS } from "./ampere.ts";
import { VLLM_OVERHEADS } from "./vllm.ts";

/** Norms and activations of 2023; its products were only measured under load (microsoft/vidur a40 profiles). */
const A40_SUSTAINED: SustainedLoad = {
  tensorEfficiency: 0.785,
  kernels: { rowBytesPerSecond: 11.5e9, elementwiseBytesPerSecond: 0.6e12 },
};

/**
 * NVIDIA A40. Datasheet: 149.7 TFLOPS dense bf16, 37.4 TFLOPS of vector arithmetic, 84 SMs, 6 MiB L2, 48 GB GDDR6 at 696
 * GB/s, PCIe 4 x16, 300 W, 628 mm² in Samsung 8 nm; 1.74 GHz, idle 30 W and 2.5 TB/s of L2 are recollected. Products and
 * norms fitted to kernel times of 2023 (microsoft/vidur a40 profiles); attention and collectives are those of the L40S at
 * this clock, not measured: expect 15-30 %.
 */
export const A40: GpuDevice = {
  ...A100_SHORT_RUNS,
  name: "a40",
  processNanometres: 8,
  dieMm2: 628,
  clockHertz: 1.74e9,
  multiprocessors: 84,
  tensorFlopsPerSecond: 149.7e12,
  vectorFlopsPerSecond: 37.4e12,
  tensorEfficiency: 0.785,
  kernels: {
    ...A100_SHORT_RUNS.kernels,
    matrixSeconds: 2.3e-6,
    matrixMemoryEfficiency: 0.77,
    waveSeconds: 5.3e-6,
    tileSpeed: 0.95,
    operandBytesPerSecond: 38e9,
    prefillEfficiency: 0.52,
    prefillPaddingTokens: 51,
    prefillTailShare: 0.11,
    prefillTraffic: 1.2,
    decodeReorderSeconds: 3.4e-6,
    decodeWalkSeconds: 19e-9,
    mixedDecodeFactor: 2.1,
    elementwiseBytesPerSecond: 1.2e12,
  },
  sustained: A40_SUSTAINED,
  l2Bytes: 6 * 2 ** 20,
  l2BytesPerSecond: 2.5e12,
  memory: { kind: "gddr6", capacityBytes: 48 * 2 ** 30, bytesPerSecond: 696e9, efficiency: 0.8, stacks: 12 },
  links: {
    bytesPerSecond: 32e9,
    topology: "ring",
    collectiveSeconds: 5e-6,
    efficiency: 0.61,
    direct: { oneShotEfficiency: 0.6, twoShotEfficiency: 0.6 },
    hostBytesPerSecond: 18.5e9,
  },
  // Its shortest kernels were timed at 1 µs.
  overheads: { ...VLLM_OVERHEADS, launchSeconds: 2e-6 },
  tdpWatts: 300,
  idleWatts: 30,
};

/**
 * NVIDIA RTX A6000. Datasheet: 154.8 TFLOPS dense bf16, 38.7 TFLOPS of vector arithmetic, 84 SMs, 48 GB GDDR6 at 768 GB/s,
 * 300 W; else as the A40. Efficiencies: layer times of Llama-3.1-8B (casys-kaist/LLMServingSim profiler tables).
 */
export const RTX_A6000: GpuDevice = {
  ...A40,
  name: "rtx-a6000",
  sustained: { ...A40_SUSTAINED, tensorEfficiency: 0.73 },
  clockHertz: 1.8e9,
  tensorFlopsPerSecond: 154.8e12,
  vectorFlopsPerSecond: 38.7e12,
  tensorEfficiency: 0.73,
  kernels: {
    ...A40.kernels,
    matrixMemoryEfficiency: 0.95,
    waveSeconds: 3e-6,
    tileSpeed: 1,
    prefillEfficiency: 0.5,
  },
  memory: { ...A40.memory, bytesPerSecond: 768e9, efficiency: 0.9 },
};

/**
 * NVIDIA GeForce RTX 3090. 71 TFLOPS bf16 with float32 accumulation, 35.6 TFLOPS of vector arithmetic, 82 SMs, 24 GB GDDR6X
 * at 936 GB/s and 350 W are recollected datasheet values; else as the A40. Efficiencies: layer times of Llama-3.1-8B
 * (casys-kaist/LLMServingSim profiler tables), which reach the peak of arithmetic and of memory.
 */
export const RTX_3090: GpuDevice = {
  ...A40,
  name: "rtx-3090",
  sustained: { ...A40_SUSTAINED, tensorEfficiency: 0.98 },
  clockHertz: 1.7e9,
  multiprocessors: 82,
  tensorFlopsPerSecond: 71e12,
  vectorFlopsPerSecond: 35.6e12,
  tensorEfficiency: 0.98,
  kernels: {
    ...A40.kernels,
    matrixMemoryEfficiency: 0.97,
    waveSeconds: 3e-6,
    tileSpeed: 1.35,
    prefillEfficiency: 0.9,
  },
  memory: {
    kind: "gddr6x",
    capacityBytes: 24 * 2 ** 30,
    bytesPerSecond: 936e9,
    efficiency: 0.9,
    stacks: 12,
  },
  tdpWatts: 350,
  idleWatts: 25,
};
