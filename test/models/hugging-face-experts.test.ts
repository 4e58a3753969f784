import { describe, expect, test } from "vitest";
import { findModel } from "../../src/models/catalog.ts";
import { modelFromHuggingFaceConfig } from "../../src/models/hugging-face.ts";
import { activeParameterCount, parameterCount } from "../../src/models/memory.ts";

type Config = Record<string, unknown>;

const repeat = (types: readonly string[], times: number): string[] =>
  Array.from({ length: times }, () => types).flat();

const QWEN_3_MOE: Config = {
  architectures: ["Qwen3MoeForCausalLM"],
  attention_bias: false,
  decoder_sparse_step: 1,
  head_dim: 128,
  hidden_size: 2048,
  intermediate_size: 6144,
  max_position_embeddings: 40960,
  max_window_layers: 48,
  mlp_only_layers: [],
  moe_intermediate_size: 768,
  num_attention_heads: 32,
  num_experts: 128,
  num_experts_per_tok: 8,
  num_hidden_layers: 48,
  num_key_value_heads: 4,
  sliding_window: null,
  use_sliding_window: false,
  vocab_size: 151936,
};

const DEEPSEEK_V3: Config = {
  architectures: ["DeepseekV3ForCausalLM"],
  attention_bias: false,
  first_k_dense_replace: 3,
  hidden_size: 7168,
  intermediate_size: 18432,
  kv_lora_rank: 512,
  max_position_embeddings: 163840,
  moe_intermediate_size: 2048,
  moe_layer_freq: 1,
  n_group: 8,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_attention_heads: 128,
  num_experts_per_tok: 8,
  num_hidden_layers: 61,
  num_key_value_heads: 128,
  num_nextn_predict_layers: 1,
  q_lora_rank: 1536,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  quantization_config: { quant_method: "fp8", weight_block_size: [128, 128] },
  tie_word_embeddings: false,
  topk_group: 4,
  v_head_dim: 128,
  vocab_size: 129280,
};

/** The shape keys of the published config.json of one checkpoint or more per family with experts. */
const CONFIGS: Readonly<Record<string, Config>> = {
  "mixtral-8x7b": {
    architectures: ["MixtralForCausalLM"],
    hidden_size: 4096,
    intermediate_size: 14336,
    max_position_embeddings: 32768,
    num_attention_heads: 32,
    num_experts_per_tok: 2,
    num_hidden_layers: 32,
    num_key_value_heads: 8,
    num_local_experts: 8,
    sliding_window: null,
    tie_word_embeddings: false,
    vocab_size: 32000,
  },
  "qwen3-30b-a3b": QWEN_3_MOE,
  "qwen3-next-80b-a3b": {
    architectures: ["Qwen3NextForCausalLM"],
    decoder_sparse_step: 1,
    full_attention_interval: 4,
    head_dim: 256,
    hidden_size: 2048,
    intermediate_size: 5120,
    linear_conv_kernel_dim: 4,
    linear_key_head_dim: 128,
    linear_num_key_heads: 16,
    linear_num_value_heads: 32,
    linear_value_head_dim: 128,
    max_position_embeddings: 262144,
    mlp_only_layers: [],
    moe_intermediate_size: 512,
    num_attention_heads: 16,
    num_experts: 512,
    num_experts_per_tok: 10,
    num_hidden_layers: 48,
    num_key_value_heads: 2,
    shared_expert_intermediate_size: 512,
    tie_word_embeddings: false,
    vocab_size: 151936,
  },
  "qwen3.5-397b-a17b": {
    architectures: ["Qwen3_5MoeForConditionalGeneration"],
    text_config: {
      attention_bias: false,
      attn_output_gate: true,
      head_dim: 256,
      hidden_size: 4096,
      layer_types: repeat(["linear_attention", "linear_attention", "linear_attention", "full_attention"], 15),
      linear_conv_kernel_dim: 4,
      linear_key_head_dim: 128,
      linear_num_key_heads: 16,
      linear_num_value_heads: 64,
      linear_value_head_dim: 128,
      max_position_embeddings: 262144,
      mlp_only_layers: [],
      moe_intermediate_size: 1024,
      num_attention_heads: 32,
      num_experts: 512,
      num_experts_per_tok: 10,
      num_hidden_layers: 60,
      num_key_value_heads: 2,
      shared_expert_intermediate_size: 1024,
      vocab_size: 248320,
    },
    tie_word_embeddings: false,
    vision_config: { depth: 27, hidden_size: 1152 },
  },
  "gpt-oss-20b": {
    architectures: ["GptOssForCausalLM"],
    attention_bias: true,
    experts_per_token: 4,
    head_dim: 64,
    hidden_size: 2880,
    intermediate_size: 2880,
    layer_types: repeat(["sliding_attention", "full_attention"], 12),
    max_position_embeddings: 131072,
    num_attention_heads: 64,
    num_experts_per_tok: 4,
    num_hidden_layers: 24,
    num_key_value_heads: 8,
    num_local_experts: 32,
    quantization_config: { modules_to_not_convert: ["lm_head"], quant_method: "mxfp4" },
    sliding_window: 128,
    tie_word_embeddings: false,
    vocab_size: 201088,
  },
  "minimax-m2.5": {
    architectures: ["MiniMaxM2ForCausalLM"],
    head_dim: 128,
    hidden_size: 3072,
    intermediate_size: 1536,
    max_position_embeddings: 196608,
    num_attention_heads: 48,
    num_experts_per_tok: 8,
    num_hidden_layers: 62,
    num_key_value_heads: 8,
    num_local_experts: 256,
    qk_norm_type: "per_layer",
    quantization_config: { quant_method: "fp8" },
    shared_intermediate_size: 0,
    use_qk_norm: true,
    use_routing_bias: true,
    vocab_size: 200064,
  },
  "deepseek-v2-lite": {
    architectures: ["DeepseekV2ForCausalLM"],
    first_k_dense_replace: 1,
    hidden_size: 2048,
    intermediate_size: 10944,
    kv_lora_rank: 512,
    max_position_embeddings: 163840,
    moe_intermediate_size: 1408,
    moe_layer_freq: 1,
    n_routed_experts: 64,
    n_shared_experts: 2,
    num_attention_heads: 16,
    num_experts_per_tok: 6,
    num_hidden_layers: 27,
    num_key_value_heads: 16,
    q_lora_rank: null,
    qk_nope_head_dim: 128,
    qk_rope_head_dim: 64,
    v_head_dim: 128,
    vocab_size: 102400,
  },
  "deepseek-v3": DEEPSEEK_V3,
  "kimi-k2": {
    ...DEEPSEEK_V3,
    first_k_dense_replace: 1,
    max_position_embeddings: 131072,
    model_type: "kimi_k2",
    n_group: 1,
    n_routed_experts: 384,
    num_attention_heads: 64,
    vocab_size: 163840,
  },
  "glm-5": {
    architectures: ["GlmMoeDsaForCausalLM"],
    first_k_dense_replace: 3,
    head_dim: 64,
    hidden_size: 6144,
    index_head_dim: 128,
    index_n_heads: 32,
    index_topk: 2048,
    intermediate_size: 12288,
    kv_lora_rank: 512,
    max_position_embeddings: 202752,
    moe_intermediate_size: 2048,
    moe_layer_freq: 1,
    n_routed_experts: 256,
    n_shared_experts: 1,
    num_attention_heads: 64,
    num_experts_per_tok: 8,
    num_hidden_layers: 78,
    num_key_value_heads: 64,
    q_lora_rank: 2048,
    qk_nope_head_dim: 192,
    qk_rope_head_dim: 64,
    tie_word_embeddings: false,
    v_head_dim: 256,
    vocab_size: 154880,
  },
};

const read = (config: Config) => modelFromHuggingFaceConfig(config, "custom");

describe("import of a config with experts, latent or linear attention", () => {
  test.each(Object.keys(CONFIGS))("%s comes out as in the catalog", (name) => {
    expect(modelFromHuggingFaceConfig(CONFIGS[name], name)).toEqual(findModel(name));
  });

  test("Kimi-K2.5 is read whether its language part stands by itself or not", () => {
    const { quantization_config: _fp8, ...language } = CONFIGS["kimi-k2"]!;
    const outer = { architectures: ["KimiK25ForConditionalGeneration"] };
    const shape = { ...language, max_position_embeddings: 262144 };
    const { checkpoint: _int4, ...expected } = findModel("kimi-k2.5");
    expect(modelFromHuggingFaceConfig({ ...shape, ...outer }, "kimi-k2.5")).toEqual(expected);
    expect(modelFromHuggingFaceConfig({ ...outer, text_config: shape }, "kimi-k2.5")).toEqual(expected);
  });

  test("Qwen1.5-MoE-A2.7B has 14.3 billion parameters, of which a token passes 2.7", () => {
    const model = read({
      architectures: ["Qwen2MoeForCausalLM"],
      decoder_sparse_step: 1,
      hidden_size: 2048,
      intermediate_size: 5632,
      max_position_embeddings: 8192,
      moe_intermediate_size: 1408,
      num_attention_heads: 16,
      num_experts: 60,
      num_experts_per_tok: 4,
      num_hidden_layers: 24,
      num_key_value_heads: 16,
      shared_expert_intermediate_size: 5632,
      vocab_size: 151936,
    });
    expect(parameterCount(model) / 1e9).toBeCloseTo(14.3, 1);
    expect(activeParameterCount(model) / 1e9).toBeCloseTo(2.7, 1);
  });

  test("without layer types the pattern of the architecture counts", () => {
    const { layer_types: _types, ...gptOss } = CONFIGS["gpt-oss-20b"]!;
    expect(read(gptOss).layerGroups).toEqual(findModel("gpt-oss-20b").layerGroups);
    const sparse = read({ ...QWEN_3_MOE, decoder_sparse_step: 2, mlp_only_layers: [1, 3] });
    expect(sparse.layerGroups).toMatchObject([
      { layers: 26, mlp: { kind: "dense", intermediateSize: 6144 } },
      { layers: 22, mlp: { kind: "moe" } },
    ]);
    // Of layers 3 to 59 those with an even index have experts.
    expect(read({ ...DEEPSEEK_V3, num_hidden_layers: 60, moe_layer_freq: 2 }).layerGroups).toMatchObject([
      { layers: 32, mlp: { kind: "dense" } },
      { layers: 28, mlp: { kind: "moe" } },
    ]);
  });

  test.each([
    ["experts that are missing", { ...QWEN_3_MOE, num_experts: undefined }, /num_experts: missing key/],
    [
      "more experts per token than there are",
      { ...QWEN_3_MOE, num_experts_per_tok: 129 },
      /num_experts_per_tok: invalid value 129\n {2}expected at most the 128 experts/,
    ],
    [
      "layers that are no numbers",
      { ...QWEN_3_MOE, mlp_only_layers: ["first"] },
      /mlp_only_layers: invalid value "first"/,
    ],
    ["layers that are no list", { ...QWEN_3_MOE, mlp_only_layers: 3 }, /mlp_only_layers: invalid value 3/],
    [
      "latent attention without its rank",
      { ...DEEPSEEK_V3, kv_lora_rank: null },
      /kv_lora_rank: invalid value null/,
    ],
    ["a negative start", { ...DEEPSEEK_V3, first_k_dense_replace: -1 }, /first_k_dense_replace: invalid/],
    [
      "a slip in the architecture",
      { ...DEEPSEEK_V3, architectures: ["DeepSeekV3ForCausalLM"] },
      /did you mean "DeepseekV3ForCausalLM"/,
    ],
  ])("%s is refused with its key", (_what, config, message) => {
    expect(() => read(config)).toThrow(message);
  });
});
