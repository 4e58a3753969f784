import type { GpuDevice, GpuKernels } from "../device.ts";
import { VLLM_OVERHEADS } from "./vllm.ts";

/** Fitted to vLLM 0.14 kernel times on H100-SXM-80GB (ai-dynamo/aiconfigurator gemm_perf and attention_perf tables). */
const KERNELS: GpuKernels = {
  matrixSeconds: 4.0e-6,
  waveSeconds: 0,
  tileKnee: 0.9,
  prefillSeconds: 30e-6,
  prefillEfficiency: 0.625,
  prefillPaddingTokens: 754,
  decodeSeconds: 11.1e-6,
  decodePairSeconds: 3.2e-6,
  // Not measured here; FlashAttention 3 packs the query heads of a group.
  mixedDecodeFactor: 1,
};

/**
 * NVIDIA H100 SXM5. Datasheet: 989 TFLOPS dense bf16, 1979 fp8, 132 SMs, 50 MiB L2, 80 GB HBM3 at 3350 GB/s, 18 NVLink4
 * links of 25 GB/s, 814 mm² in TSMC 4N, 700 W. Vector 120 TFLOPS: calculon-ai/calculon:systems. 1.83 GHz is the clock
 * under matrix products (bespoke-silicon-group/reallm GH100.json). Idle 70 W and 5.5 TB/s of L2 are recollected.
 */
export const H100: GpuDevice = {
  kind: "gpu",
  name: "h100",
  processNanometres: 4,
  dieMm2: 814,
  clockHertz: 1.83e9,
  multiprocessors: 132,
  tensorFlopsPerSecond: 989e12,
  eightBitSpeedup: 2,
  vectorFlopsPerSecond: 120e12,
  tensorEfficiency: 0.848,
  kernels: KERNELS,
  l2Bytes: 50 * 2 ** 20,
  l2BytesPerSecond: 5.5e12,
  memory: {
    kind: "hbm3",
    capacityBytes: 80 * 2 ** 30,
    bytesPerSecond: 3.35e12,
    efficiency: 0.894,
    stacks: 5,
  },
  // vLLM's all-reduce in CUDA graphs, 4 GPUs (aiconfigurator comm tables): 4.7 µs, 240-355 GB/s of 450.
  links: { bytesPerSecond: 450e9, topology: "switched", collectiveSeconds: 4.7e-6, efficiency: 0.62 },
  overheads: VLLM_OVERHEADS,
  tdpWatts: 700,
  idleWatts: 70,
};

/** NVIDIA H200 SXM: the H100 die with six HBM3e stacks, 141 GB at 4800 GB/s (datasheet); kernel constants of the H100. */
export const H200: GpuDevice = {
  ...H100,
  name: "h200",
  memory: { ...H100.memory, kind: "hbm3e", capacityBytes: 141e9, bytesPerSecond: 4.8e12, stacks: 6 },
};
