import { describe, expect, test } from "vitest";
import { findModel } from "../../src/models/catalog.ts";
import { modelFromHuggingFaceConfig } from "../../src/models/hugging-face.ts";

/** The shape keys of the published config.json of one checkpoint per family. */
const CONFIGS: Readonly<Record<string, Record<string, unknown>>> = {
  "llama-3.1-8b": {
    architectures: ["LlamaForCausalLM"],
    attention_bias: false,
    hidden_size: 4096,
    intermediate_size: 14336,
    max_position_embeddings: 131072,
    num_attention_heads: 32,
    num_hidden_layers: 32,
    num_key_value_heads: 8,
    tie_word_embeddings: false,
    vocab_size: 128256,
  },
  "mistral-7b-v0.1": {
    architectures: ["MistralForCausalLM"],
    hidden_size: 4096,
    intermediate_size: 14336,
    max_position_embeddings: 32768,
    num_attention_heads: 32,
    num_hidden_layers: 32,
    num_key_value_heads: 8,
    sliding_window: 4096,
    vocab_size: 32000,
  },
  "mistral-7b-v0.3": {
    architectures: ["MistralForCausalLM"],
    hidden_size: 4096,
    intermediate_size: 14336,
    max_position_embeddings: 32768,
    num_attention_heads: 32,
    num_hidden_layers: 32,
    num_key_value_heads: 8,
    sliding_window: null,
    vocab_size: 32768,
  },
  "qwen2.5-7b": {
    architectures: ["Qwen2ForCausalLM"],
    hidden_size: 3584,
    intermediate_size: 18944,
    max_position_embeddings: 131072,
    max_window_layers: 28,
    num_attention_heads: 28,
    num_hidden_layers: 28,
    num_key_value_heads: 4,
    sliding_window: 131072,
    use_sliding_window: false,
    vocab_size: 152064,
  },
  "qwen3-32b": {
    architectures: ["Qwen3ForCausalLM"],
    attention_bias: false,
    head_dim: 128,
    hidden_size: 5120,
    intermediate_size: 25600,
    max_position_embeddings: 40960,
    num_attention_heads: 64,
    num_hidden_layers: 64,
    num_key_value_heads: 8,
    sliding_window: null,
    use_sliding_window: false,
    vocab_size: 151936,
  },
  "gemma-2-9b": {
    architectures: ["Gemma2ForCausalLM"],
    head_dim: 256,
    hidden_size: 3584,
    intermediate_size: 14336,
    max_position_embeddings: 8192,
    num_attention_heads: 16,
    num_hidden_layers: 42,
    num_key_value_heads: 8,
    sliding_window: 4096,
    vocab_size: 256000,
  },
  "gemma-3-27b": {
    architectures: ["Gemma3ForConditionalGeneration"],
    text_config: {
      head_dim: 128,
      hidden_size: 5376,
      intermediate_size: 21504,
      max_position_embeddings: 131072,
      num_attention_heads: 32,
      num_hidden_layers: 62,
      num_key_value_heads: 16,
      sliding_window: 1024,
      vocab_size: 262144,
    },
  },
  "opt-6.7b": {
    architectures: ["OPTForCausalLM"],
    ffn_dim: 16384,
    hidden_size: 4096,
    max_position_embeddings: 2048,
    num_attention_heads: 32,
    num_hidden_layers: 32,
    vocab_size: 50272,
  },
  "qwen-72b": {
    architectures: ["QWenLMHeadModel"],
    hidden_size: 8192,
    intermediate_size: 49152,
    kv_channels: 128,
    max_position_embeddings: 32768,
    no_bias: true,
    num_attention_heads: 64,
    num_hidden_layers: 80,
    tie_word_embeddings: false,
    vocab_size: 152064,
  },
  "internlm-20b": {
    architectures: ["InternLMForCausalLM"],
    bias: false,
    hidden_size: 5120,
    intermediate_size: 13824,
    max_position_embeddings: 4096,
    num_attention_heads: 40,
    num_hidden_layers: 60,
    num_key_value_heads: 40,
    tie_word_embeddings: false,
    vocab_size: 103168,
  },
  "phi-2": {
    architectures: ["PhiForCausalLM"],
    hidden_size: 2560,
    intermediate_size: 10240,
    max_position_embeddings: 2048,
    num_attention_heads: 32,
    num_hidden_layers: 32,
    num_key_value_heads: 32,
    tie_word_embeddings: false,
    vocab_size: 51200,
  },
  "gpt-j-6b": {
    architectures: ["GPTJForCausalLM"],
    n_embd: 4096,
    n_head: 16,
    n_inner: null,
    n_layer: 28,
    n_positions: 2048,
    rotary_dim: 64,
    tie_word_embeddings: false,
    vocab_size: 50400,
  },
  "bloom-7b1": {
    architectures: ["BloomForCausalLM"],
    hidden_size: 4096,
    n_head: 32,
    n_layer: 30,
    vocab_size: 250880,
  },
  "bloom-176b": {
    architectures: ["BloomForCausalLM"],
    n_embed: 14336,
    num_attention_heads: 112,
    n_layer: 70,
    seq_length: 2048,
    vocab_size: 250880,
  },
};
const LLAMA = CONFIGS["llama-3.1-8b"]!;

describe("import of a Hugging Face config", () => {
  test.each(Object.keys(CONFIGS))("%s comes out as in the catalog", (name) => {
    expect(modelFromHuggingFaceConfig(CONFIGS[name], name)).toEqual(findModel(name));
  });

  test("Phi-3 and GPT-2 are read by their own keys", () => {
    const phi = {
      ...LLAMA,
      architectures: ["Phi3ForCausalLM"],
      sliding_window: 2047,
      max_position_embeddings: 4096,
    };
    expect(modelFromHuggingFaceConfig(phi, "phi").layerGroups).toMatchObject([
      { layers: 32, windowTokens: 2047 },
    ]);
    const gpt2 = {
      architectures: ["GPT2LMHeadModel"],
      n_embd: 1600,
      n_head: 25,
      n_layer: 48,
      n_positions: 1024,
    };
    const model = modelFromHuggingFaceConfig({ ...gpt2, vocab_size: 50257 }, "gpt2-xl");
    expect(model.layerGroups).toMatchObject([{ layers: 48, mlp: { intermediateSize: 6400, gated: false } }]);
    expect(model.learnedPositions).toBe(1024);
  });

  test("the layers listed as sliding are the windowed ones", () => {
    const types = Array.from({ length: 42 }, (_, i) => (i < 10 ? "sliding_attention" : "full_attention"));
    const model = modelFromHuggingFaceConfig({ ...CONFIGS["gemma-2-9b"], layer_types: types }, "custom");
    expect(model.layerGroups.map(({ layers, windowTokens }) => [layers, windowTokens])).toEqual([
      [10, 4096],
      [32, null],
    ]);
  });

  test.each([
    ["a missing size", { ...LLAMA, hidden_size: undefined }, /hidden_size: missing key/],
    [
      "a size that is not a count",
      { ...LLAMA, num_hidden_layers: 1.5 },
      /num_hidden_layers: invalid value 1.5/,
    ],
    ["a text instead of a number", { ...LLAMA, vocab_size: "32k" }, /vocab_size: invalid value "32k"/],
    ["heads that do not divide", { ...LLAMA, num_attention_heads: 33 }, /hidden_size: invalid value 4096/],
    ["a flag that is not one", { ...LLAMA, attention_bias: 1 }, /attention_bias: invalid value 1/],
    ["no architecture", { hidden_size: 1 }, /architectures: missing architecture/],
    [
      "a slip in the architecture",
      { ...LLAMA, architectures: ["LlamaForCausalLn"] },
      /did you mean "LlamaForCausalLM"/,
    ],
    [
      "experts",
      { ...LLAMA, num_local_experts: 8 },
      /num_local_experts: experts in an architecture that has none: 8/,
    ],
    [
      "latent attention",
      { ...LLAMA, kv_lora_rank: 512 },
      /kv_lora_rank: latent attention in an architecture that has none: 512/,
    ],
    ["a layer type that is none", { ...LLAMA, layer_types: ["dense"] }, /layer_types: invalid value "dense"/],
    [
      "linear attention",
      { ...LLAMA, num_hidden_layers: 1, layer_types: ["linear_attention"] },
      /layer_types: linear attention in an architecture that has none/,
    ],
    [
      "fewer layer types than layers",
      { ...LLAMA, layer_types: ["full_attention"] },
      /layer_types: wrong number of layers: 1\n {2}expected num_hidden_layers, which is 32/,
    ],
    ["a name of every object", { ...LLAMA, architectures: ["toString"] }, /unknown architecture "toString"/],
    ["a list", [], /must be a JSON object/],
  ])("%s is refused with its key", (_what, config, message) => {
    expect(() => modelFromHuggingFaceConfig(config, "custom")).toThrow(message);
  });
});
