import type { LayerGroup, LlmModel } from "./llm-model.ts";

/** A model and the Hugging Face ids (or other names) under which it is published. */
export interface KnownModel {
  readonly model: LlmModel;
  readonly ids: readonly string[];
}

/** What some models have and most do not. */
interface Traits {
  readonly tied?: boolean;
  /** Tokens that the windowed layers see, and how many layers those are (all of them unless given). */
  readonly window?: number;
  readonly windowedLayers?: number;
  readonly qkvBias?: boolean;
  readonly qkNorm?: boolean;
  readonly normsPerLayer?: number;
  /** Two-matrix MLP, biases throughout, layer norms with bias. */
  readonly gptStyle?: boolean;
  readonly learnedPositions?: number;
  /** No biases in attention although `gptStyle`. */
  readonly plainAttention?: boolean;
  readonly lmHeadBias?: boolean;
}

/** Name, layers, hidden size, query heads, KV heads, head size, intermediate size, vocabulary, positions, traits, ids. */
type Row = readonly [
  ...[name: string, layers: number, hidden: number, heads: number, kvHeads: number, headSize: number],
  ...[intermediate: number, vocab: number, positions: number, traits: Traits, ids: readonly string[]],
];

const PLAIN: Traits = {};
const TIED: Traits = { tied: true };
const QKV_BIAS: Traits = { qkvBias: true };
const QK_NORM: Traits = { qkNorm: true };
/** OPT keeps two position rows more than its context (transformers, OPTLearnedPositionalEmbedding). */
const OPT: Traits = { tied: true, gptStyle: true, qkvBias: true, learnedPositions: 2050 };
const BLOOM: Traits = { tied: true, gptStyle: true, qkvBias: true };
/** Attention and MLP side by side behind one norm. */
const PHI_2: Traits = { gptStyle: true, qkvBias: true, normsPerLayer: 1, lmHeadBias: true };
const GPT_J: Traits = { gptStyle: true, plainAttention: true, normsPerLayer: 1, lmHeadBias: true };
const gemma2 = (windowedLayers: number): Traits => ({
  tied: true,
  normsPerLayer: 4,
  window: 4096,
  windowedLayers,
});
const gemma3 = (window: number, windowedLayers: number): Traits => {
  return { tied: true, normsPerLayer: 4, qkNorm: true, window, windowedLayers };
};

/**
 * Shapes as in the published config.json of each checkpoint; most are also in Lightning-AI/litgpt:litgpt/config.py, OPT in
 * FMInference/FlexiGen:flexgen/opt_config.py, InternLM, CodeLlama, Qwen-72B and Phi-2 in microsoft/vidur, Aquila in
 * inclusionAI/Ling (config_aquila.py), GPT-J in huggingface/transformers (configuration_gptj.py).
 */
// prettier-ignore
const ROWS: readonly Row[] = [
  // name, layers, hidden, heads, kv heads, head size, intermediate, vocab, positions
  ["llama-7b", 32, 4096, 32, 32, 128, 11008, 32000, 2048, PLAIN, ["huggyllama/llama-7b"]],
  ["llama-2-7b", 32, 4096, 32, 32, 128, 11008, 32000, 4096, PLAIN, ["meta-llama/Llama-2-7b-hf"]],
  ["llama-2-13b", 40, 5120, 40, 40, 128, 13824, 32000, 4096, PLAIN, ["meta-llama/Llama-2-13b-hf"]],
  ["llama-2-70b", 80, 8192, 64, 8, 128, 28672, 32000, 4096, PLAIN, ["meta-llama/Llama-2-70b-hf"]],
  ["llama-3-8b", 32, 4096, 32, 8, 128, 14336, 128256, 8192, PLAIN, ["meta-llama/Meta-Llama-3-8B"]],
  ["llama-3-70b", 80, 8192, 64, 8, 128, 28672, 128256, 8192, PLAIN, ["meta-llama/Meta-Llama-3-70B"]],
  ["llama-3.1-8b", 32, 4096, 32, 8, 128, 14336, 128256, 131072, PLAIN, ["meta-llama/Llama-3.1-8B", "meta-llama/Meta-Llama-3.1-8B"]],
  ["llama-3.1-70b", 80, 8192, 64, 8, 128, 28672, 128256, 131072, PLAIN, ["meta-llama/Llama-3.1-70B", "meta-llama/Meta-Llama-3.1-70B"]],
  ["llama-3.1-405b", 126, 16384, 128, 8, 128, 53248, 128256, 131072, PLAIN, ["meta-llama/Llama-3.1-405B", "meta-llama/Meta-Llama-3.1-405B"]],
  ["llama-3.2-1b", 16, 2048, 32, 8, 64, 8192, 128256, 131072, TIED, ["meta-llama/Llama-3.2-1B"]],
  ["llama-3.2-3b", 28, 3072, 24, 8, 128, 8192, 128256, 131072, TIED, ["meta-llama/Llama-3.2-3B"]],
  ["codellama-34b", 48, 8192, 64, 8, 128, 22016, 32000, 16384, PLAIN, ["codellama/CodeLlama-34b-hf"]],
  ["yi-34b", 60, 7168, 56, 8, 128, 20480, 64000, 4096, PLAIN, ["01-ai/Yi-34B"]],
  ["aquila-7b", 32, 4096, 32, 32, 128, 11008, 100008, 2048, PLAIN, ["BAAI/Aquila-7B"]],
  ["internlm-20b", 60, 5120, 40, 40, 128, 13824, 103168, 4096, PLAIN, ["internlm/internlm-20b"]],
  ["mistral-7b-v0.1", 32, 4096, 32, 8, 128, 14336, 32000, 32768, { window: 4096 }, ["mistralai/Mistral-7B-v0.1"]],
  ["mistral-7b-v0.3", 32, 4096, 32, 8, 128, 14336, 32768, 32768, PLAIN, ["mistralai/Mistral-7B-v0.3"]],
  ["qwen-72b", 80, 8192, 64, 64, 128, 24576, 152064, 32768, QKV_BIAS, ["Qwen/Qwen-72B"]],
  ["qwen1.5-7b", 32, 4096, 32, 32, 128, 11008, 151936, 32768, QKV_BIAS, ["Qwen/Qwen1.5-7B"]],
  ["qwen2-7b", 28, 3584, 28, 4, 128, 18944, 152064, 131072, QKV_BIAS, ["Qwen/Qwen2-7B"]],
  ["qwen2-72b", 80, 8192, 64, 8, 128, 29568, 152064, 131072, QKV_BIAS, ["Qwen/Qwen2-72B"]],
  ["qwen2.5-7b", 28, 3584, 28, 4, 128, 18944, 152064, 131072, QKV_BIAS, ["Qwen/Qwen2.5-7B"]],
  ["qwen2.5-14b", 48, 5120, 40, 8, 128, 13824, 152064, 131072, QKV_BIAS, ["Qwen/Qwen2.5-14B"]],
  ["qwen2.5-32b", 64, 5120, 40, 8, 128, 27648, 152064, 131072, QKV_BIAS, ["Qwen/Qwen2.5-32B"]],
  ["qwen2.5-72b", 80, 8192, 64, 8, 128, 29568, 152064, 131072, QKV_BIAS, ["Qwen/Qwen2.5-72B"]],
  ["qwen3-8b", 36, 4096, 32, 8, 128, 12288, 151936, 40960, QK_NORM, ["Qwen/Qwen3-8B"]],
  ["qwen3-14b", 40, 5120, 40, 8, 128, 17408, 151936, 40960, QK_NORM, ["Qwen/Qwen3-14B"]],
  ["qwen3-32b", 64, 5120, 64, 8, 128, 25600, 151936, 40960, QK_NORM, ["Qwen/Qwen3-32B"]],
  ["phi-2", 32, 2560, 32, 32, 80, 10240, 51200, 2048, PHI_2, ["microsoft/phi-2"]],
  ["phi-3-mini-4k", 32, 3072, 32, 32, 96, 8192, 32064, 4096, { window: 2048 }, ["microsoft/Phi-3-mini-4k-instruct", "phi-3-mini"]],
  ["phi-4", 40, 5120, 40, 10, 128, 17920, 100352, 16384, PLAIN, ["microsoft/phi-4"]],
  ["phi-4-mini", 32, 3072, 24, 8, 128, 8192, 200064, 131072, TIED, ["microsoft/Phi-4-mini-instruct"]],
  ["gemma-2-2b", 26, 2304, 8, 4, 256, 9216, 256000, 8192, gemma2(13), ["google/gemma-2-2b"]],
  ["gemma-2-9b", 42, 3584, 16, 8, 256, 14336, 256000, 8192, gemma2(21), ["google/gemma-2-9b"]],
  ["gemma-2-27b", 46, 4608, 32, 16, 128, 36864, 256000, 8192, gemma2(23), ["google/gemma-2-27b"]],
  ["gemma-3-1b", 26, 1152, 4, 1, 256, 6912, 262144, 32768, gemma3(512, 22), ["google/gemma-3-1b-pt"]],
  ["gemma-3-4b", 34, 2560, 8, 4, 256, 10240, 262144, 131072, gemma3(1024, 29), ["google/gemma-3-4b-pt"]],
  ["gemma-3-12b", 48, 3840, 16, 8, 256, 15360, 262144, 131072, gemma3(1024, 40), ["google/gemma-3-12b-pt"]],
  ["gemma-3-27b", 62, 5376, 32, 16, 128, 21504, 262144, 131072, gemma3(1024, 52), ["google/gemma-3-27b-pt"]],
  ["opt-6.7b", 32, 4096, 32, 32, 128, 16384, 50272, 2048, OPT, ["facebook/opt-6.7b"]],
  ["opt-13b", 40, 5120, 40, 40, 128, 20480, 50272, 2048, OPT, ["facebook/opt-13b"]],
  ["opt-30b", 48, 7168, 56, 56, 128, 28672, 50272, 2048, OPT, ["facebook/opt-30b"]],
  ["opt-66b", 64, 9216, 72, 72, 128, 36864, 50272, 2048, OPT, ["facebook/opt-66b"]],
  ["opt-175b", 96, 12288, 96, 96, 128, 49152, 50272, 2048, OPT, ["gpt-3"]],
  ["gpt-j-6b", 28, 4096, 16, 16, 256, 16384, 50400, 2048, GPT_J, ["EleutherAI/gpt-j-6b"]],
  ["bloom-7b1", 30, 4096, 32, 32, 128, 16384, 250880, 2048, BLOOM, ["bigscience/bloom-7b1"]],
  ["bloom-176b", 70, 14336, 112, 112, 128, 57344, 250880, 2048, BLOOM, ["bigscience/bloom"]],
];

/** Models in which every token passes every weight. */
export const DENSE_MODELS: readonly KnownModel[] = ROWS.map((row) => ({
  model: modelOfRow(row),
  ids: row[10],
}));

function modelOfRow(row: Row): LlmModel {
  const [
    name,
    layers,
    hiddenSize,
    queryHeads,
    kvHeads,
    headSize,
    intermediateSize,
    vocabSize,
    positions,
    traits,
  ] = row;
  const gptStyle = traits.gptStyle ?? false;
  const mlp = { kind: "dense", intermediateSize, gated: !gptStyle, bias: gptStyle } as const;
  const windowTokens = traits.window ?? null;
  const windowed = windowTokens === null ? 0 : (traits.windowedLayers ?? layers);
  const layerGroups: LayerGroup[] = [];
  if (windowed > 0) layerGroups.push({ layers: windowed, windowTokens, mlp });
  if (windowed < layers) layerGroups.push({ layers: layers - windowed, windowTokens: null, mlp });
  return {
    name,
    hiddenSize,
    vocabSize,
    maxPositionTokens: positions,
    attention: {
      kind: "grouped",
      queryHeads,
      kvHeads,
      headSize,
      qkvBias: traits.qkvBias ?? false,
      outputBias: gptStyle && traits.plainAttention !== true,
      qkNorm: traits.qkNorm ?? false,
    },
    layerGroups,
    normsPerLayer: traits.normsPerLayer ?? 2,
    normBias: gptStyle,
    tiedEmbeddings: traits.tied ?? false,
    learnedPositions: traits.learnedPositions ?? 0,
    lmHeadBias: traits.lmHeadBias ?? false,
  };
}
