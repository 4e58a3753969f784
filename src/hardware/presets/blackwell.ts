import type { GpuDevice } from "../device.ts";
import { RTX_4090 } from "./ada.ts";
import { H100_SHORT_RUNS } from "./hopper.ts";

/**
 * NVIDIA B200 SXM. 2250 TFLOPS dense bf16, 4500 fp8, 180 GB HBM3e at 7700 GB/s, 18 NVLink5 links of 50 GB/s, 1000 W
 * (ai-dynamo/aiconfigurator b200_sxm.yaml); two dies of about 800 mm². 148 SMs, 126 MiB L2, clock, idle power and L2
 * bandwidth are recollected. Not fitted: matrix products reach 68 % of peak at best in TensorRT-LLM tables of the same
 * repository, memory 64-70 %; kernel constants of the H100.
 */
export const B200: GpuDevice = {
  ...H100_SHORT_RUNS,
  name: "b200",
  fourBitSpeedup: 4,
  dieMm2: 1600,
  clockHertz: 1.85e9,
  multiprocessors: 148,
  kernels: { ...H100_SHORT_RUNS.kernels, matrixMemoryEfficiency: 0.77 },
  tensorFlopsPerSecond: 2250e12,
  vectorFlopsPerSecond: 150e12,
  tensorEfficiency: 0.8,
  l2Bytes: 126 * 2 ** 20,
  l2BytesPerSecond: 10e12,
  memory: { kind: "hbm3e", capacityBytes: 180e9, bytesPerSecond: 7.7e12, efficiency: 0.77, stacks: 8 },
  links: { ...H100_SHORT_RUNS.links, bytesPerSecond: 900e9, efficiency: 0.75 },
  overheads: { ...H100_SHORT_RUNS.overheads, launchSeconds: 1.5e-6 },
  tdpWatts: 1000,
  idleWatts: 140,
};

/**
 * NVIDIA RTX PRO 6000 Blackwell Server Edition. 468 TFLOPS dense bf16 at 2.43 GHz, 936 fp8, 96 GB GDDR7 at 1792 GB/s,
 * PCIe 5 x16 (64 GB/s), 600 W (aiconfigurator rtx_pro_6000_server.yaml); idle 35 W (casys-kaist/LLMServingSim power
 * config). 188 SMs, 128 MiB L2, 750 mm² and L2 bandwidth are recollected. Efficiencies: layer times of Qwen3-32B under
 * vLLM 0.19 (LLMServingSim profiler tables) reach 418 TFLOPS and 1430 GB/s; prefill attention 0.5 of peak,
 * and decode in mixed batches is 2.9 times slower; other constants of the RTX 4090. Two cards under vLLM 0.19 exchange
 * 16.4 GB/s, as the library does through the host: steps of 2048 prompt tokens take 355 ms, those of 116 decoding sequences
 * 61 ms, where the kernels take 192 and 43 (casys-kaist/LLMServingSim:bench/examples/RTXPRO6000).
 */
export const RTX_PRO_6000: GpuDevice = {
  ...RTX_4090,
  name: "rtx-pro-6000",
  fourBitSpeedup: 4,
  dieMm2: 750,
  clockHertz: 2.43e9,
  multiprocessors: 188,
  tensorFlopsPerSecond: 468e12,
  vectorFlopsPerSecond: 117e12,
  tensorEfficiency: 0.98,
  kernels: {
    ...RTX_4090.kernels,
    matrixMemoryEfficiency: 0.785,
    operandBytesPerSecond: 50e9,
    prefillEfficiency: 0.5,
    mixedDecodeFactor: 2.9,
    elementwiseBytesPerSecond: 4.1e12,
  },
  l2Bytes: 128 * 2 ** 20,
  l2BytesPerSecond: 6e12,
  memory: {
    kind: "gddr7",
    capacityBytes: 97_887 * 2 ** 20,
    bytesPerSecond: 1.792e12,
    efficiency: 0.8,
    stacks: 16,
  },
  links: { ...RTX_4090.links, bytesPerSecond: 64e9, efficiency: 0.256, hostBytesPerSecond: 37e9 },
  tdpWatts: 600,
  idleWatts: 35,
};
