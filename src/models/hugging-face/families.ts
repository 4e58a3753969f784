import type { DenseMlp, GroupedAttention } from "../llm-model.ts";
import { ConfigReader } from "./config-reader.ts";
import { gptLike } from "./gpt-like.ts";
import {
  gatedDeltaNet,
  linearButInterval,
  slidingButEvery,
  slidingEverywhere,
  slidingFromLayer,
} from "./layers.ts";
import {
  groupedAttention,
  groupedWith,
  latentAttention,
  llamaLike,
  sparseLatentAttention,
  type Family,
} from "./llama-like.ts";
import {
  deepseekExperts,
  gatedMlp,
  gptOssExperts,
  minimaxExperts,
  mixtralExperts,
  onlyMlp,
  qwenExperts,
} from "./mlps.ts";

const GEMMA_3 = llamaLike({
  mlpOf: onlyMlp,
  attention: groupedWith({ qkNorm: true }),
  typeOf: slidingButEvery(6),
  normsPerLayer: 4,
  tiedByDefault: true,
});
const WINDOWED_LLAMA = llamaLike({ mlpOf: onlyMlp, typeOf: slidingEverywhere });
const DEEPSEEK_V3 = llamaLike({ mlpOf: deepseekExperts(true), attention: latentAttention });
const DEEPSEEK_SPARSE = llamaLike({ mlpOf: deepseekExperts(true), attention: sparseLatentAttention });
const QWEN_HYBRID = {
  attention: groupedWith({ qkNorm: true, outputGate: true }),
  typeOf: linearButInterval,
  mixer: gatedDeltaNet,
};
const QWEN_HYBRID_EXPERTS = llamaLike({ ...QWEN_HYBRID, mlpOf: qwenExperts });

/** By `architectures[0]` of a config; keys as in the configuration classes of the transformers library. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  LlamaForCausalLM: llamaLike({ mlpOf: onlyMlp }),
  MistralForCausalLM: WINDOWED_LLAMA,
  Phi3ForCausalLM: WINDOWED_LLAMA,
  InternLMForCausalLM: llamaLike({ mlpOf: onlyMlp, attention: internlmAttention }),
  Qwen2ForCausalLM: llamaLike({
    mlpOf: onlyMlp,
    attention: groupedWith({ qkvBias: true }),
    typeOf: slidingFromLayer,
  }),
  Qwen3ForCausalLM: llamaLike({
    mlpOf: onlyMlp,
    attention: groupedWith({ qkNorm: true }),
    typeOf: slidingFromLayer,
  }),
  Gemma2ForCausalLM: llamaLike({
    mlpOf: onlyMlp,
    typeOf: slidingButEvery(2),
    normsPerLayer: 4,
    tiedByDefault: true,
  }),
  Gemma3ForCausalLM: GEMMA_3,
  Gemma3ForConditionalGeneration: GEMMA_3,

  MixtralForCausalLM: llamaLike({ mlpOf: mixtralExperts, typeOf: slidingEverywhere }),
  Qwen2MoeForCausalLM: llamaLike({
    mlpOf: qwenExperts,
    attention: groupedWith({ qkvBias: true }),
    typeOf: slidingFromLayer,
  }),
  Qwen3MoeForCausalLM: llamaLike({
    mlpOf: qwenExperts,
    attention: groupedWith({ qkNorm: true }),
    typeOf: slidingFromLayer,
  }),
  Qwen3NextForCausalLM: QWEN_HYBRID_EXPERTS,
  Qwen3_5MoeForCausalLM: QWEN_HYBRID_EXPERTS,
  Qwen3_5MoeForConditionalGeneration: QWEN_HYBRID_EXPERTS,
  Qwen3_5ForCausalLM: llamaLike({ ...QWEN_HYBRID, mlpOf: gatedMlp }),
  Qwen3_5ForConditionalGeneration: llamaLike({ ...QWEN_HYBRID, mlpOf: gatedMlp }),
  GptOssForCausalLM: llamaLike({
    mlpOf: gptOssExperts,
    attention: groupedWith({ sinks: true }),
    typeOf: slidingButEvery(2),
  }),
  MiniMaxM2ForCausalLM: llamaLike({ mlpOf: minimaxExperts, attention: minimaxAttention }),
  DeepseekV2ForCausalLM: llamaLike({ mlpOf: deepseekExperts(false), attention: latentAttention }),
  DeepseekV3ForCausalLM: DEEPSEEK_V3,
  KimiK25ForConditionalGeneration: DEEPSEEK_V3,
  DeepseekV32ForCausalLM: DEEPSEEK_SPARSE,
  GlmMoeDsaForCausalLM: DEEPSEEK_SPARSE,

  QWenLMHeadModel: llamaLike({ mlpOf: halvedMlp, attention: groupedWith({ qkvBias: true }) }),
  OPTForCausalLM: gptLike({
    ...{ hidden: "hidden_size", heads: "num_attention_heads", layers: "num_hidden_layers" },
    ...{ positions: "max_position_embeddings", intermediate: "ffn_dim", tiedByDefault: true },
    // OPTLearnedPositionalEmbedding keeps two rows more than the context.
    extraPositions: 2,
  }),
  GPT2LMHeadModel: gptLike({
    ...{ hidden: "n_embd", heads: "n_head", layers: "n_layer", positions: "n_positions" },
    ...{ intermediate: "n_inner", tiedByDefault: true, extraPositions: 0 },
  }),
  GPTJForCausalLM: gptLike({
    ...{ hidden: "n_embd", heads: "n_head", layers: "n_layer", positions: "n_positions" },
    ...{ intermediate: "n_inner", tiedByDefault: false, normsPerLayer: 1, lmHeadBias: true },
    attention: { qkvBias: false, outputBias: false },
  }),
  PhiForCausalLM: gptLike({
    ...{ hidden: "hidden_size", heads: "num_attention_heads", layers: "num_hidden_layers" },
    ...{ positions: "max_position_embeddings", intermediate: "intermediate_size" },
    ...{ tiedByDefault: false, normsPerLayer: 1, lmHeadBias: true },
  }),
  BloomForCausalLM: bloom,
};

/** The first InternLM names the biases of attention `bias`. */
function internlmAttention(config: ConfigReader): GroupedAttention {
  const bias = config.optionalBoolean("bias") ?? true;
  return { ...groupedAttention(config), qkvBias: bias, outputBias: bias };
}

function minimaxAttention(config: ConfigReader): GroupedAttention {
  return { ...groupedAttention(config), qkNorm: config.optionalBoolean("use_qk_norm") ?? true };
}

/** The first Qwen counts gate and up projection together as `intermediate_size`. */
function halvedMlp(config: ConfigReader): DenseMlp {
  return { ...gatedMlp(config), intermediateSize: config.count("intermediate_size") / 2 };
}

/** BLOOM has two names for its sizes, and leaves out its context, which its ALiBi positions do not need. */
function bloom(config: ConfigReader): ReturnType<Family> {
  const read = gptLike({
    hidden: config.has("n_embed") ? "n_embed" : "hidden_size",
    heads: config.has("n_head") ? "n_head" : "num_attention_heads",
    ...{ layers: "n_layer", positions: "seq_length", intermediate: "n_inner", tiedByDefault: true },
  });
  return read(new ConfigReader({ seq_length: 2048, ...config.config }));
}
