import type { GpuDevice, GpuKernels, SustainedLoad } from "../device.ts";
import { VLLM_OVERHEADS } from "./vllm.ts";

/**
 * Fitted to vLLM 0.14 kernel times on A100-SXM4-80GB (ai-dynamo/aiconfigurator gemm_perf, attention_perf and moe_perf
 * tables). Not measured there: norms and activations, which are taken to keep the memory busy.
 */
const KERNELS: GpuKernels = {
  matrixSeconds: 2.6e-6,
  matrixMemoryEfficiency: 0.72,
  // No 8-bit floats here; what the H100 loses.
  eightBitTileShare: 0.63,
  waveSeconds: 4.3e-6,
  tileSpeed: 1,
  operandBytesPerSecond: 67e9,
  prefillSeconds: 6.8e-6,
  prefillEfficiency: 0.573,
  prefillPaddingTokens: 86,
  prefillTailShare: 0.43,
  prefillTraffic: 2.3,
  cacheTokenSeconds: 3e-9,
  packsQueryHeads: false,
  decodeSeconds: 8e-6,
  decodeSplitSeconds: 10.4e-6,
  decodeReorderSeconds: 6.2e-6,
  decodePairSeconds: 3.4e-6,
  decodeWalkSeconds: 23e-9,
  // Not measured here. Consumer GPUs lose a factor of 2 to 3; a baseline gets the benefit of the doubt.
  mixedDecodeFactor: 1,
  expertSeconds: 17e-6,
  expertEfficiency: 0.584,
  expertPaddingRows: 64,
  expertMemoryEfficiency: 0.719,
  expertRowTraffic: 4.4,
  rowBytesPerSecond: 45e9,
  elementwiseBytesPerSecond: 2.5e12,
};

/** Fitted to kernel times of 2023 (microsoft/vidur a100 profiles): 75 % of the tensor peak at most. */
const SUSTAINED: SustainedLoad = {
  tensorEfficiency: 0.75,
  kernels: { tileSpeed: 0.95, rowBytesPerSecond: 9.7e9, elementwiseBytesPerSecond: 1.02e12 },
};

/**
 * NVIDIA A100 SXM4 80 GB. Datasheet: 312 TFLOPS dense bf16, 78 TFLOPS fp16 vector, 108 SMs at 1.41 GHz, 40 MiB L2,
 * 80 GB HBM2e at 2039 GB/s, 12 NVLink3 links of 25 GB/s, 826 mm² in TSMC N7, 400 W. Idle 65 W: measured on the A800
 * (hongping-zh/ecocompute). L2: 5120 B per cycle (PrincetonUniversity/LLMCompass configs/GA100.json).
 * Without what was measured under sustained load, as a model for other devices.
 */
export const A100_SHORT_RUNS: GpuDevice = {
  kind: "gpu",
  name: "a100-80gb",
  processNanometres: 7,
  dieMm2: 826,
  clockHertz: 1.41e9,
  multiprocessors: 108,
  tensorFlopsPerSecond: 312e12,
  eightBitSpeedup: 1,
  vectorFlopsPerSecond: 78e12,
  tensorEfficiency: 0.97,
  kernels: KERNELS,
  l2Bytes: 40 * 2 ** 20,
  l2BytesPerSecond: 5120 * 1.41e9,
  memory: {
    kind: "hbm2e",
    capacityBytes: 80 * 2 ** 30,
    bytesPerSecond: 2.039e12,
    efficiency: 0.76,
    stacks: 5,
  },
  // vLLM's all-reduce in CUDA graphs and NCCL 2.27 among 2 and 8 GPUs (aiconfigurator comm tables).
  links: {
    bytesPerSecond: 300e9,
    topology: "switched",
    collectiveSeconds: 4.7e-6,
    efficiency: 0.72,
    direct: { oneShotEfficiency: 0.55, twoShotEfficiency: 0.81 },
  },
  overheads: VLLM_OVERHEADS,
  tdpWatts: 400,
  idleWatts: 65,
};

/** The same under any load. */
export const A100_80GB: GpuDevice = { ...A100_SHORT_RUNS, sustained: SUSTAINED };

/** NVIDIA A100 SXM4 40 GB: the same die with five HBM2 stacks at 1555 GB/s (datasheet). */
export const A100_40GB: GpuDevice = {
  ...A100_80GB,
  name: "a100-40gb",
  memory: { ...A100_80GB.memory, kind: "hbm2", capacityBytes: 40 * 2 ** 30, bytesPerSecond: 1.555e12 },
};

/**
 * NVIDIA A100 PCIe 80 GB: the same die at 1935 GB/s and 300 W (datasheet), with NVLink bridges between pairs of cards and
 * PCIe 4 beyond. All-reduce over the bridge reaches 0.65 of its 300 GB/s (microsoft/vidur network profiles). Kernel
 * constants of the SXM part; under its lower power limit long products take up to a third longer than those tell.
 */
export const A100_PCIE: GpuDevice = {
  ...A100_80GB,
  name: "a100-pcie-80gb",
  memory: { ...A100_80GB.memory, bytesPerSecond: 1.935e12 },
  links: { ...A100_80GB.links, topology: "ring", efficiency: 0.65, hostBytesPerSecond: 40e9 },
  tdpWatts: 300,
  idleWatts: 45,
};
