import type { GpuDevice, GpuKernels } from "../device.ts";
import { VLLM_OVERHEADS } from "./vllm.ts";

/** Fitted to vLLM 0.14 kernel times on A100-SXM4-80GB (ai-dynamo/aiconfigurator gemm_perf and attention_perf tables). */
const KERNELS: GpuKernels = {
  matrixSeconds: 4.0e-6,
  waveSeconds: 5.2e-6,
  tileKnee: 55,
  prefillSeconds: 32e-6,
  prefillEfficiency: 0.584,
  prefillPaddingTokens: 237,
  decodeSeconds: 17.2e-6,
  decodePairSeconds: 3.2e-6,
  // Not measured here. Consumer GPUs lose a factor of 2 to 3; a baseline gets the benefit of the doubt.
  mixedDecodeFactor: 1,
};

/**
 * NVIDIA A100 SXM4 80 GB. Datasheet: 312 TFLOPS dense bf16, 78 TFLOPS fp16 vector, 108 SMs at 1.41 GHz, 40 MiB L2,
 * 80 GB HBM2e at 2039 GB/s, 12 NVLink3 links of 25 GB/s, 826 mm² in TSMC N7, 400 W. Idle 65 W: measured on the A800
 * (hongping-zh/ecocompute). L2: 5120 B per cycle (PrincetonUniversity/LLMCompass configs/GA100.json).
 */
export const A100_80GB: GpuDevice = {
  kind: "gpu",
  name: "a100-80gb",
  processNanometres: 7,
  dieMm2: 826,
  clockHertz: 1.41e9,
  multiprocessors: 108,
  tensorFlopsPerSecond: 312e12,
  eightBitSpeedup: 1,
  vectorFlopsPerSecond: 78e12,
  tensorEfficiency: 0.951,
  kernels: KERNELS,
  l2Bytes: 40 * 2 ** 20,
  l2BytesPerSecond: 5120 * 1.41e9,
  memory: {
    kind: "hbm2e",
    capacityBytes: 80 * 2 ** 30,
    bytesPerSecond: 2.039e12,
    efficiency: 0.715,
    stacks: 5,
  },
  // 5 µs and 0.65: vLLM's all-reduce in CUDA graphs, 2 and 8 GPUs, 16 KiB to 1 GiB (aiconfigurator comm tables).
  links: { bytesPerSecond: 300e9, topology: "switched", collectiveSeconds: 5e-6, efficiency: 0.65 },
  overheads: VLLM_OVERHEADS,
  tdpWatts: 400,
  idleWatts: 65,
};

/** NVIDIA A100 SXM4 40 GB: the same die with five HBM2 stacks at 1555 GB/s (datasheet). */
export const A100_40GB: GpuDevice = {
  ...A100_80GB,
  name: "a100-40gb",
  memory: { ...A100_80GB.memory, kind: "hbm2", capacityBytes: 40 * 2 ** 30, bytesPerSecond: 1.555e12 },
};
