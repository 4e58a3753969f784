import type { GpuDevice, GpuKernels } from "../device.ts";
import { VLLM_OVERHEADS } from "./vllm.ts";

/** Fitted to vLLM 0.14 kernel times on L40S (ai-dynamo/aiconfigurator gemm_perf and attention_perf tables). */
const KERNELS: GpuKernels = {
  matrixSeconds: 2e-6,
  matrixMemoryEfficiency: 0.775,
  // Not measured: that of the H100.
  eightBitTileShare: 0.63,
  waveSeconds: 4.5e-6,
  tileSpeed: 1.01,
  operandBytesPerSecond: 79e9,
  prefillSeconds: 4.1e-6,
  prefillEfficiency: 0.487,
  prefillPaddingTokens: 51,
  prefillTailShare: 0.11,
  prefillTraffic: 1.2,
  cacheTokenSeconds: 0.5e-9,
  packsQueryHeads: false,
  decodeSeconds: 5.9e-6,
  decodeSplitSeconds: 6.4e-6,
  decodeReorderSeconds: 3.4e-6,
  decodePairSeconds: 3.8e-6,
  // Not measured: that of the A100 at this clock.
  decodeWalkSeconds: 13e-9,
  // Mixed batches on RTX 4090 (LLMServingSim attention tables): FlashAttention 2 neither splits nor packs there.
  mixedDecodeFactor: 2.1,
  // Layers of experts are not measured here: those of the A100.
  expertSeconds: 12e-6,
  expertEfficiency: 0.45,
  expertPaddingRows: 64,
  expertMemoryEfficiency: 0.719,
  expertRowTraffic: 4.4,
  rowBytesPerSecond: 100e9,
  elementwiseBytesPerSecond: 2.4e12,
};

/**
 * NVIDIA L40S. Datasheet: 362 TFLOPS dense bf16, 733 fp8, 48 GB GDDR6 at 864 GB/s, PCIe 4 x16 (32 GB/s), 350 W.
 * 142 SMs, 96 MiB L2, 609 mm², 91.6 TFLOPS of vector arithmetic and idle 35 W are recollected. Its power limit leaves three
 * quarters of the tensor peak; one kernel reads half of those 4.8 TB/s from the L2 (decode attention
 * over small caches, same tables).
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
  tensorEfficiency: 0.743,
  kernels: KERNELS,
  l2Bytes: 96 * 2 ** 20,
  l2BytesPerSecond: 4.8e12,
  memory: { kind: "gddr6", capacityBytes: 48 * 2 ** 30, bytesPerSecond: 864e9, efficiency: 0.84, stacks: 12 },
  // vLLM and NCCL over PCIe (aiconfigurator comm tables): 19 GB/s of 32 between two cards; more than two share what the
  // host passes on.
  links: {
    bytesPerSecond: 32e9,
    topology: "ring",
    collectiveSeconds: 5e-6,
    efficiency: 0.61,
    direct: { oneShotEfficiency: 0.6, twoShotEfficiency: 0.6 },
    hostBytesPerSecond: 18.5e9,
  },
  overheads: VLLM_OVERHEADS,
  tdpWatts: 350,
  idleWatts: 35,
};

/**
 * NVIDIA GeForce RTX 4090. 165.2 TFLOPS bf16 with float32 accumulation and 450 W are recollected datasheet values, as
 * are 128 SMs, 72 MiB L2 and 609 mm²; 24 GB GDDR6X at 1008 GB/s (casys-kaist/LLMServingSim cluster config; vLLM sees
 * 25,250,627,584 bytes). Efficiencies: layer times of Llama-3.1-8B under vLLM 0.19 (LLMServingSim profiler tables) reach
 * 166 TFLOPS and 950 GB/s, prefill attention 0.8 of peak; other constants of the L40S. The driver allows no access to another
 * card's memory, so that engines have no all-reduce of their own and the library goes through the host: 16 GB/s, the
 * `link_bw` of that repository's cluster configs.
 */
export const RTX_4090: GpuDevice = {
  ...L40S,
  name: "rtx-4090",
  clockHertz: 2.52e9,
  multiprocessors: 128,
  tensorFlopsPerSecond: 165.2e12,
  vectorFlopsPerSecond: 82.6e12,
  tensorEfficiency: 0.99,
  kernels: {
    ...KERNELS,
    waveSeconds: 3e-6,
    tileSpeed: 1,
    matrixMemoryEfficiency: 0.91,
    prefillEfficiency: 0.8,
  },
  l2Bytes: 72 * 2 ** 20,
  l2BytesPerSecond: 4.8e12,
  memory: {
    kind: "gddr6x",
    capacityBytes: 25_250_627_584,
    bytesPerSecond: 1.008e12,
    efficiency: 0.91,
    stacks: 12,
  },
  links: {
    bytesPerSecond: 32e9,
    topology: "ring",
    collectiveSeconds: 5e-6,
    efficiency: 0.5,
    hostBytesPerSecond: 18.5e9,
  },
  tdpWatts: 450,
  idleWatts: 25,
};
