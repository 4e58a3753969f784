import { InputError } from "../../core/errors.ts";
import type { Attention, GroupedAttention, LatentAttention, LlmModel } from "../llm-model.ts";
import type { ConfigReader } from "./config-reader.ts";
import { readLayers, type LayerKinds } from "./layers.ts";

/** A model but for what is not a matter of its architecture. */
export type Shape = Omit<LlmModel, "name" | "checkpoint">;

/** Reads a config of one architecture. */
export type Family = (config: ConfigReader) => Shape;

/** In what an architecture differs from Llama. */
export interface LlamaTraits extends LayerKinds {
  readonly attention?: (config: ConfigReader) => Attention;
  readonly normsPerLayer?: number;
  /** Value of `tie_word_embeddings` when the config leaves it out; false unless given. */
  readonly tiedByDefault?: boolean;
}

/** Architectures with RMS norms, rotary positions and the keys of Llama. */
export function llamaLike(traits: LlamaTraits): Family {
  return (config) => ({
    hiddenSize: config.count("hidden_size"),
    vocabSize: config.count("vocab_size"),
    maxPositionTokens: config.count("max_position_embeddings"),
    attention: (traits.attention ?? groupedAttention)(config),
    layerGroups: readLayers(config, config.count("num_hidden_layers"), traits),
    normsPerLayer: traits.normsPerLayer ?? 2,
    normBias: false,
    tiedEmbeddings: config.optionalBoolean("tie_word_embeddings") ?? traits.tiedByDefault ?? false,
    learnedPositions: 0,
    lmHeadBias: false,
  });
}

export function groupedAttention(config: ConfigReader): GroupedAttention {
  if (config.has("kv_lora_rank")) {
    throw new InputError({
      key: "kv_lora_rank",
      message: "latent attention in an architecture that has none:",
      found: config.config["kv_lora_rank"],
    });
  }
  const queryHeads = config.count("num_attention_heads");
  const attentionBias = config.optionalBoolean("attention_bias") ?? false;
  return {
    kind: "grouped",
    queryHeads,
    kvHeads: config.optionalCount("num_key_value_heads") ?? queryHeads,
    headSize:
      config.optionalCount("head_dim") ??
      config.dividedBy("hidden_size", config.count("hidden_size"), queryHeads),
    qkvBias: attentionBias,
    outputBias: attentionBias,
    qkNorm: false,
  };
}

/** Grouped attention with what the architecture adds to it. */
export function groupedWith(more: Partial<GroupedAttention>): (config: ConfigReader) => GroupedAttention {
  return (config) => ({ ...groupedAttention(config), ...more });
}

/** Multi-head latent attention by the keys of DeepSeek-V2. */
export function latentAttention(config: ConfigReader): LatentAttention {
  return {
    kind: "latent",
    queryHeads: config.count("num_attention_heads"),
    queryRank: config.optionalCount("q_lora_rank") ?? null,
    kvRank: config.count("kv_lora_rank"),
    nopeHeadSize: config.count("qk_nope_head_dim"),
    ropeHeadSize: config.count("qk_rope_head_dim"),
    valueHeadSize: config.count("v_head_dim"),
  };
}

/** Latent attention that reads the tokens chosen by an indexer; sizes by default those of GlmMoeDsaConfig. */
export function sparseLatentAttention(config: ConfigReader): LatentAttention {
  return {
    ...latentAttention(config),
    indexer: {
      heads: config.optionalCount("index_n_heads") ?? 32,
      headSize: config.optionalCount("index_head_dim") ?? 128,
      topTokens: config.optionalCount("index_topk") ?? 2048,
    },
  };
}
