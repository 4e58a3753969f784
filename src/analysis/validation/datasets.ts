import type { Dataset } from "./dataset.ts";
import { attention } from "./datasets/attention.ts";
import { collectives } from "./datasets/collectives.ts";
import { concurrencySweeps } from "./datasets/concurrency-sweeps.ts";
import { distServeFits } from "./datasets/distserve-fits.ts";
import { gemmGrid } from "./datasets/gemm-grid.ts";
import { llmCompassLayer } from "./datasets/llmcompass-layer.ts";
import { llmCompassOps } from "./datasets/llmcompass-ops.ts";
import { moeLayer } from "./datasets/moe-layer.ts";
import { sarathiIterations } from "./datasets/sarathi-iterations.ts";
import { servingSimAttention } from "./datasets/servingsim-attention.ts";
import { servingSimLayers } from "./datasets/servingsim-layers.ts";
import { sendRecv } from "./datasets/send-recv.ts";
import { servingRuns } from "./datasets/serving-runs.ts";
import { splitwiseIterations } from "./datasets/splitwise-iterations.ts";
import { staticBatch } from "./datasets/static-batch.ts";
import { staticBatchTtft } from "./datasets/static-batch-ttft.ts";
import { vidurLinearOps } from "./datasets/vidur-linear-ops.ts";

/** Every kind of file that the model is compared with. */
export const DATASETS: readonly Dataset[] = [
  ...[gemmGrid, vidurLinearOps, attention, moeLayer, collectives, sendRecv],
  ...[servingSimLayers, servingSimAttention, llmCompassOps, llmCompassLayer],
  ...[splitwiseIterations, sarathiIterations, distServeFits],
  ...[staticBatch, staticBatchTtft, servingRuns, concurrencySweeps],
];
