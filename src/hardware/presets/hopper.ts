import type { GpuDevice, GpuKernels } from "../device.ts";
import { VLLM_OVERHEADS } from "./vllm.ts";

/**
 * Fitted to vLLM 0.14 kernel times on H100-SXM-80GB (ai-dynamo/aiconfigurator gemm_perf, attention_perf and moe_perf
 * tables). Not measured there: norms and activations, which are taken to keep the memory busy.
 */
const KERNELS: GpuKernels = {
  matrixSeconds: 3.4e-6,
  matrixMemoryEfficiency: 0.9,
  eightBitTileShare: 0.63,
  waveSeconds: 0,
  tileSpeed: 1.5,
  operandBytesPerSecond: 169e9,
  prefillSeconds: 4.3e-6,
  prefillEfficiency: 0.66,
  prefillPaddingTokens: 260,
  prefillTailShare: 0.54,
  prefillTraffic: 2.2,
  cacheTokenSeconds: 7e-9,
  packsQueryHeads: true,
  decodeSeconds: 8.1e-6,
  decodeSplitSeconds: 9.2e-6,
  decodeReorderSeconds: 0,
  decodePairSeconds: 3.3e-6,
  decodeWalkSeconds: 0,
  // Not measured here; FlashAttention 3 packs the query heads of a group.
  mixedDecodeFactor: 1,
  expertSeconds: 13e-6,
  expertEfficiency: 0.717,
  expertPaddingRows: 64,
  expertMemoryEfficiency: 0.753,
  expertRowTraffic: 6,
  rowBytesPerSecond: 60e9,
  elementwiseBytesPerSecond: 4.5e12,
};

/**
 * NVIDIA H100 SXM5. Datasheet: 989 TFLOPS dense bf16, 1979 fp8, 132 SMs, 50 MiB L2, 80 GB HBM3 at 3350 GB/s, 18 NVLink4
 * links of 25 GB/s, 814 mm² in TSMC 4N, 700 W. Vector 120 TFLOPS: calculon-ai/calculon:systems. 1.83 GHz is the clock
 * under matrix products (bespoke-silicon-group/reallm GH100.json). Idle 70 W and 5.5 TB/s of L2 are recollected.
 * Without what was measured under sustained load, as a model for other devices.
 */
export const H100_SHORT_RUNS: GpuDevice = {
  kind: "gpu",
  name: "h100",
  processNanometres: 4,
  dieMm2: 814,
  clockHertz: 1.83e9,
  multiprocessors: 132,
  tensorFlopsPerSecond: 989e12,
  eightBitSpeedup: 2,
  vectorFlopsPerSecond: 120e12,
  tensorEfficiency: 0.87,
  kernels: KERNELS,
  l2Bytes: 50 * 2 ** 20,
  l2BytesPerSecond: 5.5e12,
  memory: {
    kind: "hbm3",
    capacityBytes: 80 * 2 ** 30,
    bytesPerSecond: 3.35e12,
    efficiency: 0.91,
    stacks: 5,
  },
  // vLLM's all-reduce in CUDA graphs and NCCL 2.27 among 4 GPUs (aiconfigurator comm tables).
  links: {
    bytesPerSecond: 450e9,
    topology: "switched",
    collectiveSeconds: 4.1e-6,
    efficiency: 0.78,
    direct: { oneShotEfficiency: 0.67, twoShotEfficiency: 0.645 },
  },
  overheads: VLLM_OVERHEADS,
  tdpWatts: 700,
  idleWatts: 70,
};

/** The same under any load. */
export const H100: GpuDevice = {
  ...H100_SHORT_RUNS,
  // Kernel times of 2023 (microsoft/vidur h100 profiles): libraries did not yet even out the last wave on Hopper.
  sustained: {
    tensorEfficiency: 0.85,
    kernels: {
      matrixSeconds: 4.3e-6,
      tileSpeed: 0.75,
      rowBytesPerSecond: 11.7e9,
      elementwiseBytesPerSecond: 1.9e12,
    },
  },
};

/** NVIDIA H200 SXM: the H100 die with six HBM3e stacks, 141 GB at 4800 GB/s (datasheet); kernel constants of the H100. */
export const H200: GpuDevice = {
  ...H100,
  name: "h200",
  memory: { ...H100.memory, kind: "hbm3e", capacityBytes: 141e9, bytesPerSecond: 4.8e12, stacks: 6 },
};

/**
 * NVIDIA GH200 (one superchip): the H100 die with 96 GB of HBM3 at 4000 GB/s (datasheet; the host part of its 900 W is not
 * counted). Kernel constants of the H100, not measured: expect 10-20 %.
 */
export const GH200: GpuDevice = {
  ...H100,
  name: "gh200",
  memory: { ...H100.memory, capacityBytes: 96e9, bytesPerSecond: 4e12, stacks: 6 },
};

/**
 * NVIDIA H100 PCIe: 114 SMs, 756 TFLOPS dense bf16, 80 GB HBM2e at 2039 GB/s, NVLink bridges of 300 GB/s between pairs, 350 W
 * (datasheet). Kernel constants of the H100 SXM, not measured: expect 15-30 %, since its power limit is half of that part's.
 */
export const H100_PCIE: GpuDevice = {
  ...H100,
  name: "h100-pcie",
  clockHertz: 1.62e9,
  multiprocessors: 114,
  tensorFlopsPerSecond: 756e12,
  vectorFlopsPerSecond: 102e12,
  memory: { ...H100.memory, kind: "hbm2e", bytesPerSecond: 2.039e12 },
  links: {
    ...H100.links,
    topology: "ring",
    bytesPerSecond: 300e9,
    efficiency: 0.65,
    hostBytesPerSecond: 80e9,
  },
  tdpWatts: 350,
  idleWatts: 50,
};

/**
 * NVIDIA H100 NVL: 132 SMs, 835 TFLOPS dense bf16, 94 GB HBM3 at 3938 GB/s, NVLink bridges of 300 GB/s between pairs, 400 W
 * (datasheet). Among four cards an all-reduce passes 33 GB/s through PCIe 5 (microsoft/vidur network profiles). Kernel
 * constants of the H100 SXM, not measured: expect 15-30 %.
 */
export const H100_NVL: GpuDevice = {
  ...H100,
  name: "h100-nvl",
  clockHertz: 1.55e9,
  tensorFlopsPerSecond: 835e12,
  vectorFlopsPerSecond: 101e12,
  memory: { ...H100.memory, capacityBytes: 94e9, bytesPerSecond: 3.938e12 },
  links: {
    ...H100.links,
    topology: "ring",
    bytesPerSecond: 300e9,
    efficiency: 0.65,
    hostBytesPerSecond: 196e9,
  },
  tdpWatts: 400,
  idleWatts: 55,
};
