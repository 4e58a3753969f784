import type { ConfigReader } from "./config-reader.ts";
import type { GroupedAttention, LlmModel } from "./llm-model.ts";

/** What a family of architectures has in common beyond the keys of its config. */
export interface Family {
  readonly read: (config: ConfigReader) => Pick<
    LlmModel,
    "hiddenSize" | "vocabSize" | "maxPositionTokens"
  > & {
    readonly layers: number;
    readonly attention: GroupedAttention;
    readonly intermediateSize: number;
    readonly learnedPositions: number;
  };
  readonly gated: boolean;
  /** Biases of the MLP and of the layer norms. */
  readonly biases: boolean;
  readonly normsPerLayer: number;
  /** Value of `tie_word_embeddings` when the config leaves it out. */
  readonly tiedByDefault: boolean;
  /** Window in tokens and the layers that have it; null when no layer has one. */
  readonly windows: (config: ConfigReader, layers: number) => { tokens: number; layers: number } | null;
}

const LLAMA_LIKE: Family = {
  read: readLlamaLike,
  gated: true,
  biases: false,
  normsPerLayer: 2,
  tiedByDefault: false,
  windows: () => null,
};

/** By `architectures[0]`; the multimodal Gemma 3 keeps its language part under `text_config`. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  LlamaForCausalLM: LLAMA_LIKE,
  MistralForCausalLM: { ...LLAMA_LIKE, windows: windowOfAllLayers },
  Phi3ForCausalLM: { ...LLAMA_LIKE, windows: windowOfAllLayers },
  Qwen2ForCausalLM: {
    ...LLAMA_LIKE,
    read: (config) => withAttention(readLlamaLike(config), { qkvBias: true }),
    windows: qwenWindows,
  },
  Qwen3ForCausalLM: {
    ...LLAMA_LIKE,
    read: (config) => withAttention(readLlamaLike(config), { qkNorm: true }),
    windows: qwenWindows,
  },
  Gemma2ForCausalLM: {
    ...LLAMA_LIKE,
    normsPerLayer: 4,
    tiedByDefault: true,
    windows: (config, layers) => patternWindows(config, layers, 2),
  },
  Gemma3ForCausalLM: gemma3(),
  Gemma3ForConditionalGeneration: gemma3(),
  OPTForCausalLM: { ...LLAMA_LIKE, read: readOpt, gated: false, biases: true, tiedByDefault: true },
  GPT2LMHeadModel: { ...LLAMA_LIKE, read: readGpt2, gated: false, biases: true, tiedByDefault: true },
  BloomForCausalLM: { ...LLAMA_LIKE, read: readBloom, gated: false, biases: true, tiedByDefault: true },
};

function readLlamaLike(config: ConfigReader): ReturnType<Family["read"]> {
  const hiddenSize = config.count("hidden_size");
  const queryHeads = config.count("num_attention_heads");
  const attentionBias = config.optionalBoolean("attention_bias") ?? false;
  return {
    hiddenSize,
    vocabSize: config.count("vocab_size"),
    maxPositionTokens: config.count("max_position_embeddings"),
    layers: config.count("num_hidden_layers"),
    intermediateSize: config.count("intermediate_size"),
    learnedPositions: 0,
    attention: {
      kind: "grouped",
      queryHeads,
      kvHeads: config.optionalCount("num_key_value_heads") ?? queryHeads,
      headSize: config.optionalCount("head_dim") ?? config.dividedBy("hidden_size", hiddenSize, queryHeads),
      qkvBias: attentionBias,
      outputBias: attentionBias,
      qkNorm: false,
    },
  };
}

function readOpt(config: ConfigReader): ReturnType<Family["read"]> {
  const maxPositionTokens = config.count("max_position_embeddings");
  return {
    ...readGptStyle(config, "hidden_size", "num_attention_heads", "num_hidden_layers"),
    maxPositionTokens,
    intermediateSize: config.count("ffn_dim"),
    // OPT keeps two rows more than its context.
    learnedPositions: maxPositionTokens + 2,
  };
}

function readGpt2(config: ConfigReader): ReturnType<Family["read"]> {
  const shape = readGptStyle(config, "n_embd", "n_head", "n_layer");
  const positions = config.optionalCount("n_positions") ?? config.count("n_ctx");
  return {
    ...shape,
    maxPositionTokens: positions,
    intermediateSize: config.optionalCount("n_inner") ?? 4 * shape.hiddenSize,
    learnedPositions: positions,
  };
}

function readBloom(config: ConfigReader): ReturnType<Family["read"]> {
  const hiddenKey = config.has("n_embed") ? "n_embed" : "hidden_size";
  const headKey = config.has("n_head") ? "n_head" : "num_attention_heads";
  const shape = readGptStyle(config, hiddenKey, headKey, "n_layer");
  return {
    ...shape,
    maxPositionTokens: config.optionalCount("seq_length") ?? 2048,
    intermediateSize: 4 * shape.hiddenSize,
    learnedPositions: 0,
  };
}

function readGptStyle(config: ConfigReader, hiddenKey: string, headKey: string, layerKey: string) {
  const hiddenSize = config.count(hiddenKey);
  const heads = config.count(headKey);
  return {
    hiddenSize,
    vocabSize: config.count("vocab_size"),
    layers: config.count(layerKey),
    attention: {
      kind: "grouped",
      queryHeads: heads,
      kvHeads: heads,
      headSize: config.dividedBy(hiddenKey, hiddenSize, heads),
      qkvBias: true,
      outputBias: true,
      qkNorm: false,
    } as const,
  };
}

function gemma3(): Family {
  return {
    ...LLAMA_LIKE,
    read: (config) => withAttention(readLlamaLike(config), { qkNorm: true }),
    normsPerLayer: 4,
    tiedByDefault: true,
    windows: (config, layers) => patternWindows(config, layers, 6),
  };
}

function withAttention(
  shape: ReturnType<Family["read"]>,
  more: Partial<GroupedAttention>,
): ReturnType<Family["read"]> {
  return { ...shape, attention: { ...shape.attention, ...more } };
}

function windowOfAllLayers(config: ConfigReader, layers: number): ReturnType<Family["windows"]> {
  const tokens = config.optionalCount("sliding_window");
  // A window as long as the context never cuts anything.
  if (tokens === undefined || tokens >= config.count("max_position_embeddings")) return null;
  return { tokens, layers };
}

/** Qwen windows the layers from `max_window_layers` on, and only when `use_sliding_window` says so. */
function qwenWindows(config: ConfigReader, layers: number): ReturnType<Family["windows"]> {
  const tokens = config.optionalCount("sliding_window");
  if (tokens === undefined || config.optionalBoolean("use_sliding_window") !== true) return null;
  return { tokens, layers: Math.max(0, layers - (config.optionalCount("max_window_layers") ?? 0)) };
}

/** `layer_types` when given, else all layers but every `pattern`-th (`sliding_window_pattern`) are windowed. */
function patternWindows(
  config: ConfigReader,
  layers: number,
  pattern: number,
): ReturnType<Family["windows"]> {
  const tokens = config.optionalCount("sliding_window");
  if (tokens === undefined) return null;
  const types = config.config["layer_types"];
  if (Array.isArray(types)) {
    return { tokens, layers: types.filter((type) => type === "sliding_attention").length };
  }
  const every = config.optionalCount("sliding_window_pattern") ?? pattern;
  return { tokens, layers: layers - Math.floor(layers / every) };
}
