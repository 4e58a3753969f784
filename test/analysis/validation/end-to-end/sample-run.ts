import { csvOf } from "../memory-folder.ts";

/** A server's settings as `config.json` states them. */
export const CONFIG = {
  ...{ gpu: "NVIDIA GeForce RTX 4090", model: "meta-llama/Llama-3.1-8B", dtype: "bfloat16" },
  ...{ tensor_parallel: 1, data_parallel: 1, expert_parallel: false, vllm_version: "0.19.0" },
  ...{ max_num_seqs: 64, max_num_batched_tokens: 2048, max_model_len: 8192, async_scheduling: null },
  ...{ block_size: 16, gpu_memory_utilization: 0.9, num_gpu_kv_blocks: 1000, kv_capacity_tokens: 16000 },
  ...{ chunked_prefill: true, max_num_seqs_scope: "per data-parallel engine" },
};

export const REQUESTS = [
  { queued_s: 0, input_tokens: 900, output_tokens: 40, ttft_ms: 60, tpot_ms: 20, e2e_ms: 840 },
  { queued_s: 0.1, input_tokens: 500, output_tokens: 1, ttft_ms: 40, tpot_ms: "", e2e_ms: 40 },
  { queued_s: 0.2, input_tokens: 1500, output_tokens: 90, ttft_ms: 110, tpot_ms: 21, e2e_ms: 1979 },
];

const SAMPLES = [{ t_s: 1, running: 2, waiting: 0, kv_cache_used_pct: 12 }];

/** Files of a folder of measurements with one run. */
export function runFiles(
  config: Readonly<Record<string, unknown>> = CONFIG,
  requests: Parameters<typeof csvOf>[0] = REQUESTS,
): Record<string, string> {
  return {
    "e2e-runs/first/config.json": JSON.stringify(config),
    "e2e-runs/first/requests.csv": csvOf(requests),
    "e2e-runs/first/timeseries.csv": csvOf(SAMPLES),
  };
}

export const SWEEP_ROW = {
  ...{ gpu: "H100-SXM-80GB", backend: "vllm", backend_version: "0.12.0", model: "Qwen/Qwen3-32B" },
  ...{ weights: "fp8", isl: 1024, osl: 128, concurrency: 4, tp: 2, pp: 1, attention_dp: "", moe_tp: 0 },
  ...{ moe_ep: 0, ttft_ms: 100, tpot_ms: 10, measured: "" },
};

/** Files of a folder of measurements with one sweep. */
export function sweepFiles(rows: Parameters<typeof csvOf>[0] = [SWEEP_ROW]): Record<string, string> {
  return { "e2e-concurrency-sweeps.csv": csvOf(rows) };
}
