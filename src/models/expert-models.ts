import type { KnownModel } from "./dense-models.ts";
import type {
  Attention,
  DenseMlp,
  GroupedAttention,
  LatentAttention,
  LayerGroup,
  LinearAttention,
  LlmModel,
  Mlp,
  MoeMlp,
} from "./llm-model.ts";

const FP8 = { weights: "fp8", activations: "fp8" } as const;

/**
 * Mixtures of experts, extra layers for multi-token prediction left out. Shapes as in the published config.json of each
 * checkpoint; most are also in ai-dynamo/aiconfigurator (model_configs), DeepSeek-V2-Lite in the inference configs of
 * deepseek-ai/DeepSeek-V3 (config_16B.json), the indexer of GLM-5 in jd-opensource/xllm (glm5.h).
 */
export const EXPERT_MODELS: readonly KnownModel[] = [
  known({
    name: "mixtral-8x7b",
    ids: ["mistralai/Mixtral-8x7B-v0.1", "mistralai/Mixtral-8x7B-Instruct-v0.1"],
    sizes: { hiddenSize: 4096, vocabSize: 32000, maxPositionTokens: 32768 },
    attention: grouped(32, 8, 128),
    layerGroups: [layers(32, experts(8, 2, 14336))],
  }),
  known({
    name: "mixtral-8x22b",
    ids: ["mistralai/Mixtral-8x22B-v0.1", "mistralai/Mixtral-8x22B-Instruct-v0.1"],
    sizes: { hiddenSize: 6144, vocabSize: 32000, maxPositionTokens: 65536 },
    attention: grouped(48, 8, 128),
    layerGroups: [layers(56, experts(8, 2, 16384))],
  }),
  known({
    name: "qwen3-30b-a3b",
    ids: ["Qwen/Qwen3-30B-A3B"],
    sizes: { hiddenSize: 2048, vocabSize: 151936, maxPositionTokens: 40960 },
    attention: grouped(32, 4, 128, { qkNorm: true }),
    layerGroups: [layers(48, experts(128, 8, 768))],
  }),
  known({
    name: "qwen3-235b-a22b",
    ids: ["Qwen/Qwen3-235B-A22B"],
    sizes: { hiddenSize: 4096, vocabSize: 151936, maxPositionTokens: 40960 },
    attention: grouped(64, 4, 128, { qkNorm: true }),
    layerGroups: [layers(94, experts(128, 8, 1536))],
  }),
  known({
    name: "qwen3-next-80b-a3b",
    ids: ["Qwen/Qwen3-Next-80B-A3B-Instruct"],
    sizes: { hiddenSize: 2048, vocabSize: 151936, maxPositionTokens: 262144 },
    attention: grouped(16, 2, 256, { qkNorm: true, outputGate: true }),
    layerGroups: hybrid(48, gatedDeltaNet(32), gatedShared(experts(512, 10, 512), 512)),
  }),
  known({
    name: "qwen3.5-397b-a17b",
    ids: ["Qwen/Qwen3.5-397B-A17B"],
    sizes: { hiddenSize: 4096, vocabSize: 248320, maxPositionTokens: 262144 },
    attention: grouped(32, 2, 256, { qkNorm: true, outputGate: true }),
    layerGroups: hybrid(60, gatedDeltaNet(64), gatedShared(experts(512, 10, 1024), 1024)),
  }),
  known(gptOss("gpt-oss-20b", 24, 32)),
  known(gptOss("gpt-oss-120b", 36, 128)),
  known({
    name: "deepseek-v2-lite",
    ids: ["deepseek-ai/DeepSeek-V2-Lite"],
    sizes: { hiddenSize: 2048, vocabSize: 102400, maxPositionTokens: 163840 },
    attention: latent(16, null),
    layerGroups: [
      layers(1, dense(10944)),
      layers(26, experts(64, 6, 1408, { sharedIntermediateSize: 2 * 1408 })),
    ],
  }),
  known({
    name: "deepseek-v3",
    ids: ["deepseek-ai/DeepSeek-V3", "deepseek-ai/DeepSeek-V3-0324", "deepseek-ai/DeepSeek-R1"],
    sizes: { hiddenSize: 7168, vocabSize: 129280, maxPositionTokens: 163840 },
    attention: latent(128, 1536),
    layerGroups: [layers(3, dense(18432)), layers(58, biasedShared(experts(256, 8, 2048)))],
    checkpoint: FP8,
  }),
  known({
    name: "kimi-k2",
    ids: ["moonshotai/Kimi-K2-Instruct"],
    sizes: { hiddenSize: 7168, vocabSize: 163840, maxPositionTokens: 131072 },
    attention: latent(64, 1536),
    layerGroups: [layers(1, dense(18432)), layers(60, biasedShared(experts(384, 8, 2048)))],
    checkpoint: FP8,
  }),
  known({
    name: "kimi-k2.5",
    ids: ["moonshotai/Kimi-K2.5"],
    sizes: { hiddenSize: 7168, vocabSize: 163840, maxPositionTokens: 262144 },
    attention: latent(64, 1536),
    layerGroups: [layers(1, dense(18432)), layers(60, biasedShared(experts(384, 8, 2048)))],
    checkpoint: { experts: "int4-g32" },
  }),
  known({
    name: "minimax-m2.5",
    ids: ["MiniMaxAI/MiniMax-M2.5"],
    sizes: { hiddenSize: 3072, vocabSize: 200064, maxPositionTokens: 196608 },
    attention: grouped(48, 8, 128, { qkNorm: true }),
    layerGroups: [layers(62, experts(256, 8, 1536, { routerBias: true }))],
    checkpoint: FP8,
  }),
  known({
    name: "glm-5",
    ids: ["zai-org/GLM-5"],
    sizes: { hiddenSize: 6144, vocabSize: 154880, maxPositionTokens: 202752 },
    attention: latent(64, 2048, {
      ...{ nopeHeadSize: 192, valueHeadSize: 256 },
      indexer: { heads: 32, headSize: 128, topTokens: 2048 },
    }),
    layerGroups: [layers(3, dense(12288)), layers(75, biasedShared(experts(256, 8, 2048)))],
  }),
];

interface Entry extends Pick<LlmModel, "name" | "attention" | "layerGroups" | "checkpoint"> {
  readonly ids: readonly string[];
  readonly sizes: Pick<LlmModel, "hiddenSize" | "vocabSize" | "maxPositionTokens">;
}

/** All of them have RMS norms, rotary positions, and an LM head apart from the embedding. */
function known({ ids, sizes, ...rest }: Entry): KnownModel {
  const norms = { normsPerLayer: 2, normBias: false };
  const tables = { tiedEmbeddings: false, learnedPositions: 0, lmHeadBias: false };
  return { model: { ...norms, ...tables, ...sizes, ...rest }, ids };
}

/** Every other layer looks back over 128 tokens only. */
function gptOss(name: string, layerTotal: number, expertTotal: number): Entry {
  const mlp = experts(expertTotal, 4, 2880, { bias: true, routerBias: true });
  return {
    ...{ name, ids: [`openai/${name}`] },
    sizes: { hiddenSize: 2880, vocabSize: 201088, maxPositionTokens: 131072 },
    attention: grouped(64, 8, 64, { qkvBias: true, outputBias: true, sinks: true }),
    layerGroups: [layers(layerTotal / 2, mlp, { windowTokens: 128 }), layers(layerTotal / 2, mlp)],
    checkpoint: { experts: "mxfp4" },
  };
}

/** Every fourth layer runs attention, the others a linear mixer. */
function hybrid(layerTotal: number, mixer: LinearAttention, mlp: MoeMlp): LayerGroup[] {
  return [layers((layerTotal * 3) / 4, mlp, { mixer }), layers(layerTotal / 4, mlp)];
}

function layers(count: number, mlp: Mlp, more: Partial<LayerGroup> = {}): LayerGroup {
  return { layers: count, windowTokens: null, mlp, ...more };
}

function grouped(
  queryHeads: number,
  kvHeads: number,
  headSize: number,
  more: Partial<GroupedAttention> = {},
): Attention {
  const without = { qkvBias: false, outputBias: false, qkNorm: false };
  return { kind: "grouped", queryHeads, kvHeads, headSize, ...without, ...more };
}

/** Sizes of DeepSeek-V2, which its successors mostly keep. */
function latent(
  queryHeads: number,
  queryRank: number | null,
  more: Partial<LatentAttention> = {},
): Attention {
  const sizes = { kvRank: 512, nopeHeadSize: 128, ropeHeadSize: 64, valueHeadSize: 128 };
  return { kind: "latent", queryHeads, queryRank, ...sizes, ...more };
}

function gatedDeltaNet(valueHeads: number): LinearAttention {
  return { kind: "linear", keyHeads: 16, keyHeadSize: 128, valueHeads, valueHeadSize: 128, convTokens: 4 };
}

function dense(intermediateSize: number): DenseMlp {
  return { kind: "dense", intermediateSize, gated: true, bias: false };
}

function experts(
  count: number,
  expertsPerToken: number,
  expertIntermediateSize: number,
  more: Partial<MoeMlp> = {},
): MoeMlp {
  const without = { sharedIntermediateSize: 0, sharedGate: false, bias: false, routerBias: false };
  return {
    ...{ kind: "moe", experts: count, expertsPerToken, expertIntermediateSize, gated: true },
    ...without,
    ...more,
  };
}

/** One shared expert as wide as the others, and a bias on the routing scores (DeepSeek-V3). */
function biasedShared(mlp: MoeMlp): MoeMlp {
  return { ...mlp, sharedIntermediateSize: mlp.expertIntermediateSize, routerBias: true };
}

function gatedShared(mlp: MoeMlp, sharedIntermediateSize: number): MoeMlp {
  return { ...mlp, sharedIntermediateSize, sharedGate: true };
}
