import type { GpuDevice, GpuKernels } from "../device.ts";
import { VLLM_OVERHEADS } from "./vllm.ts";

/** Fitted to vLLM 0.14 kernel times on L40S (ai-dynamo/aiconfigurator gemm_perf and attention_perf tables). */
const KERNELS: GpuKernels = {
  matrixSeconds: 2.5e-6,
  waveSeconds: 0.95e-6,
  tileKnee: 4.4,
  prefillSeconds: 17.5e-6,
  prefillEfficiency: 0.464,
  prefillPaddingTokens: 132,
  decodeSeconds: 8.6e-6,
  decodePairSeconds: 3.5e-6,
  // Mixed batches on RTX 4090 (LLMServingSim attention tables): FlashAttention 2 neither splits nor packs there.
  mixedDecodeFactor: 2.1,
};

/**
 * NVIDIA L40S. Datasheet: 362 TFLOPS dense bf16, 733 fp8, 48 GB GDDR6 at 864 GB/s, PCIe 4 x16 (32 GB/s), 350 W.
 * 142 SMs, 96 MiB L2, 609 mm², 91.6 TFLOPS of vector arithmetic, idle 35 W and 4 TB/s of L2 are recollected.
 */
export const L40S: GpuDevice = {
  kind: "gpu",
  name: "l40s",
  processNanometres: 4,
  dieMm2: 609,
  clockHertz: 2.4e9,
  multiprocessors: 142,
  tensorFlopsPerSecond: 362e12,
  eightBitSpeedup: 2,
  vectorFlopsPerSecond: 91.6e12,
  tensorEfficiency: 0.766,
  kernels: KERNELS,
  l2Bytes: 96 * 2 ** 20,
  l2BytesPerSecond: 4e12,
  memory: { kind: "gddr6", capacityBytes: 48 * 2 ** 30, bytesPerSecond: 864e9, efficiency: 0.77, stacks: 12 },
  // NCCL and vLLM over PCIe between two cards (aiconfigurator comm tables): 6-10 µs, 19 GB/s of 32. Among four or eight
  // cards the same tables are 3 to 10 times slower than this ring from 1 MiB on, which is not modelled.
  links: { bytesPerSecond: 32e9, topology: "ring", collectiveSeconds: 8e-6, efficiency: 0.59 },
  overheads: VLLM_OVERHEADS,
  tdpWatts: 350,
  idleWatts: 35,
};

/**
 * NVIDIA GeForce RTX 4090. 165.2 TFLOPS bf16 with float32 accumulation and 450 W are recollected datasheet values, as
 * are 128 SMs, 72 MiB L2 and 609 mm²; 24 GB GDDR6X at 1008 GB/s (casys-kaist/LLMServingSim cluster config; vLLM sees
 * 25,250,627,584 bytes). Efficiencies: layer times of Llama-3.1-8B under vLLM 0.19 (LLMServingSim profiler tables) reach
 * 166 TFLOPS and 950 GB/s, prefill attention 0.8 of peak; other constants of the L40S.
 */
export const RTX_4090: GpuDevice = {
  ...L40S,
  name: "rtx-4090",
  clockHertz: 2.52e9,
  multiprocessors: 128,
  tensorFlopsPerSecond: 165.2e12,
  vectorFlopsPerSecond: 82.6e12,
  tensorEfficiency: 0.99,
  kernels: { ...KERNELS, prefillEfficiency: 0.8 },
  l2Bytes: 72 * 2 ** 20,
  l2BytesPerSecond: 5e12,
  memory: {
    kind: "gddr6x",
    capacityBytes: 25_250_627_584,
    bytesPerSecond: 1.008e12,
    efficiency: 0.94,
    stacks: 12,
  },
  tdpWatts: 450,
  idleWatts: 25,
};
