type Row = Readonly<Record<string, string | number>>;

/** A correct row of each dataset, and the columns that hold what was measured with their size in SI units. */
export interface Sample {
  readonly row: Row;
  /** Of each comparison that comes of the row, in order. */
  readonly measured: readonly { readonly column: string; readonly unit: number }[];
}

const MICROSECONDS = 1e-6;
const MILLISECONDS = 1e-3;
const time = [{ column: "time_us", unit: MICROSECONDS }] as const;

export const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
  "op-gemm-grid": [
    { row: { gpu: "A100-SXM4-80GB", dtype: "bf16", m: 64, n: 4096, k: 8192, time_us: 50 }, measured: time },
    { row: { gpu: "H100-SXM-80GB", dtype: "fp8", m: 512, n: 8192, k: 1024, time_us: 50 }, measured: time },
  ],
  "op-vidur-linear-ops": [
    {
      row: {
        ...{ gpu: "A100", model: "meta-llama/Llama-2-70b-hf", tp: 4, op: "mlp_down_proj", kind: "gemm" },
        ...{ num_tokens: 128, m: 128, n: 8192, k: 7168, time_us: 100 },
      },
      measured: time,
    },
    ...["emb", "input_layernorm", "post_attention_layernorm", "attn_rope", "mlp_act", "add"].map((op) => ({
      row: {
        ...{ gpu: "H100", model: "codellama/CodeLlama-34b-Instruct-hf", tp: 2, op, kind: "elementwise" },
        ...{ num_tokens: 4096, m: "", n: "", k: "", time_us: 20 },
      },
      measured: time,
    })),
  ],
  "op-attention": (["prefill", "decode"] as const).map((phase) => ({
    row: {
      ...{ gpu: "L40S", phase, batch: 4, q_len_per_seq: phase === "decode" ? 1 : 2048, kv_len_per_seq: 2048 },
      ...{ num_q_heads: 32, num_kv_heads: 8, head_dim: 128, time_us: 100 },
    },
    measured: time,
  })),
  collectives: ["all_reduce", "all_gather", "alltoall"].map((op) => ({
    row: {
      ...{ op, gpu: "A100-SXM4-80GB", num_gpus: 4, num_nodes: 1, backend: "nccl_2.27.3", bytes: 1048576 },
      time_us: 40,
    },
    measured: time,
  })),
  "p2p-send-recv": [
    {
      row: { gpu: "A100-80GB", fabric: "NVSwitch", same_node: 1, bytes: 1048576, time_us: 20 },
      measured: time,
    },
  ],
  "op-moe-layer": ["balanced", "power_law_1.01"].map((routing) => ({
    row: {
      ...{
        gpu: "H100-SXM-80GB",
        model_shape: "Mixtral-8x7B",
        num_tokens: 64,
        hidden: 4096,
        moe_intermediate: 14336,
      },
      ...{ top_k: 2, num_experts: 8, tp: 2, ep: 1, dtype: "bf16", routing, time_us: 500 },
    },
    measured: time,
  })),
  "op-llmservingsim-layers": [
    ["RTX4090", "qkv_proj"],
    ["RTX4090", "layernorm"],
    ["RTX4090", "sampler"],
    ["H100", "gate_proj"],
    ["H100", "lm_head"],
  ].map(([gpu, layer]) => ({
    row: {
      ...{ gpu: gpu!, model: "meta-llama/Llama-3.1-8B", tp: 1, layer: layer!, tokens: 512, time_us: 100 },
      profiler: "v1",
    },
    measured: time,
  })),
  "op-llmservingsim-attention": [
    [512, 1024, 0, 0],
    [0, 0, 64, 2048],
    [512, 1024, 64, 2048],
  ].map(([chunk, context, sequences, keys]) => ({
    row: {
      ...{ gpu: "RTXPRO6000", model: "Qwen/Qwen3-32B", tp: 2, prefill_chunk: chunk!, kv_prefill: context! },
      ...{ n_decode: sequences!, kv_decode: keys!, time_us: 100 },
    },
    measured: time,
  })),
  "op-llmcompass": [
    {
      row: { gpu: "A100", op: "matmul", m: 512, n: 12288, k: 12288, elements: "", time_us: 500 },
      measured: time,
    },
    {
      row: { gpu: "A100", op: "softmax", m: 4096, n: 4096, k: "", elements: "", time_us: 90 },
      measured: time,
    },
    { row: { gpu: "A100", op: "gelu", m: "", n: "", k: "", elements: 65536, time_us: 50 }, measured: time },
  ],
  "layer-llmcompass-gpt3": ["qkv_proj_total", "ffn_down", "layernorm_attn", "gelu", "allreduce_ffn"].map(
    (component) => ({
      row: {
        ...{ gpu: "4x A100 (TP4)", model: '"GPT-3-175B one layer (d=12288, 96 heads)"', phase: "prefill" },
        ...{ batch: 8, input_tokens: 2048, component, time_us: 1000 },
      },
      measured: time,
    }),
  ),
  "iteration-splitwise": [
    {
      row: {
        ...{ model: "llama2-70b", gpu: "a100-80gb", tp: 8, prompt_tokens: 512, batch: 4, output_tokens: 128 },
        ...{ prefill_ms: 300, decode_ms_per_token: 45, suspect: 0 },
      },
      measured: [
        { column: "prefill_ms", unit: MILLISECONDS },
        { column: "decode_ms_per_token", unit: MILLISECONDS },
      ],
    },
  ],
  "iteration-sarathi-yi34b": [
    ["prefill_only", 1024, 0, 1, "", 1024],
    ["decode_only", 0, 8, 8, "", 1024],
    ["mixed_batch", 1000, 3, 4, "", 1024],
    ["chunked_prefill_total", 2047, 0, 1, 512, 2047],
  ].map(([kind, prefill, decode, batch, chunk, context]) => ({
    row: {
      ...{ model: "01-ai/Yi-34B-200K", gpu: "a100-80gb", tp: 2, case: kind!, prefill_tokens: prefill! },
      ...{
        decode_tokens: decode!,
        batch: batch!,
        chunk_size: chunk!,
        context_tokens: context!,
        time_ms: 100,
      },
    },
    measured: [{ column: "time_ms", unit: MILLISECONDS }],
  })),
  "e2e-static-batch": [
    {
      row: {
        ...{ gpu: "H100", num_gpus: 1, framework: "vLLM", model: "meta-llama/Llama-2-7b-hf" },
        ...{ input_tokens: 128, output_tokens: 128, batch: 16, latency_s: 1.1, total_tokens_per_s: 3600 },
      },
      measured: [{ column: "total_tokens_per_s", unit: 1 }],
    },
  ],
  "e2e-static-batch-ttft": [
    {
      row: {
        ...{ gpu: "A100", num_gpus: 1, framework: "TensorRT-LLM", model: "meta-llama/Meta-Llama-3-8B" },
        ...{ input_tokens: 1024, batch: 16, prefill_plus_one_token_s: 1, total_latency_1024_out_s: 20 },
      },
      measured: [
        { column: "prefill_plus_one_token_s", unit: 1 },
        { column: "total_latency_1024_out_s", unit: 1 },
      ],
    },
  ],
};
