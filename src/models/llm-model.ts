import type { Formats } from "./precision.ts";

export { BF16, type Precision } from "./precision.ts";

/** Grouped-query attention; multi-head when `kvHeads` equals `queryHeads`, multi-query when it is 1. */
export interface GroupedAttention {
  readonly kind: "grouped";
  readonly queryHeads: number;
  readonly kvHeads: number;
  /** Elements of one head. */
  readonly headSize: number;
  /** Bias on the query, key and value projections. */
  readonly qkvBias: boolean;
  /** Bias on the output projection. */
  readonly outputBias: boolean;
  /** RMS norm with a weight per head element on queries and keys (Qwen3, Gemma 3). */
  readonly qkNorm: boolean;
  /** The query projection also yields a gate of its own width, applied to the attention output (Qwen3-Next, Qwen3.5). */
  readonly outputGate?: boolean;
  /** One learned logit per query head that takes part in each softmax (gpt-oss). */
  readonly sinks?: boolean;
}

/**
 * Lightning indexer: scores every cached token with a few small heads, and attention then reads only the best
 * (DeepSeek sparse attention; DeepSeek-V3.2, GLM-5). Keys of the indexer are cached beside the latent.
 */
export interface SparseIndexer {
  readonly heads: number;
  /** Elements of one indexer head, and of the one key per token that they share. */
  readonly headSize: number;
  /** Tokens that attention reads at most. */
  readonly topTokens: number;
}

/** Multi-head latent attention: one compressed cache entry per token serves all heads (DeepSeek-V2). */
export interface LatentAttention {
  readonly kind: "latent";
  readonly queryHeads: number;
  /** Rank of the query compression; null when queries are projected directly. */
  readonly queryRank: number | null;
  /** Rank of the cached latent. */
  readonly kvRank: number;
  readonly nopeHeadSize: number;
  readonly ropeHeadSize: number;
  readonly valueHeadSize: number;
  /** Absent when attention reads the whole context. */
  readonly indexer?: SparseIndexer;
}

/**
 * Gated delta net: a linear recurrence with a state per value head of `keyHeadSize` × `valueHeadSize`, and a short causal
 * convolution over queries, keys and values before it (Qwen3-Next, Qwen3.5). Its memory does not grow with the context.
 */
export interface LinearAttention {
  readonly kind: "linear";
  /** Heads of queries and of keys alike. */
  readonly keyHeads: number;
  readonly keyHeadSize: number;
  readonly valueHeads: number;
  readonly valueHeadSize: number;
  /** Tokens under the kernel of the convolution, the current one included. */
  readonly convTokens: number;
}

export type Attention = GroupedAttention | LatentAttention;

export interface DenseMlp {
  readonly kind: "dense";
  readonly intermediateSize: number;
  /** Three matrices (gate, up, down) when gated, else two. */
  readonly gated: boolean;
  readonly bias: boolean;
}

export interface MoeMlp {
  readonly kind: "moe";
  readonly experts: number;
  /** Routed experts that each token is given to. */
  readonly expertsPerToken: number;
  readonly expertIntermediateSize: number;
  /** Width of the MLP that every token passes besides, all shared experts together; 0 without. */
  readonly sharedIntermediateSize: number;
  /** A sigmoid of one more product per token weighs the shared MLP (Qwen2-MoE, Qwen3.5). */
  readonly sharedGate: boolean;
  /** Three matrices (gate, up, down) per expert when gated, else two; the shared MLP alike. */
  readonly gated: boolean;
  /** Bias on the matrices of the experts. */
  readonly bias: boolean;
  /** One number per expert added to its routing logit or score (gpt-oss, DeepSeek-V3). */
  readonly routerBias: boolean;
}

export type Mlp = DenseMlp | MoeMlp;

/** Layers of one kind; their order in the stack does not matter to time or memory. */
export interface LayerGroup {
  readonly layers: number;
  /** Tokens that attention looks back over, the current one included; null for the whole context. */
  readonly windowTokens: number | null;
  /** What mixes tokens in these layers instead of the model's attention. */
  readonly mixer?: LinearAttention;
  readonly mlp: Mlp;
}

/** The shape of a decoder-only language model: all that time and memory depend on. */
export interface LlmModel {
  /** Name as used in scenarios, e.g. `llama-3.1-8b`. */
  readonly name: string;
  readonly hiddenSize: number;
  readonly vocabSize: number;
  /** Longest context the checkpoint was made for, in tokens. */
  readonly maxPositionTokens: number;
  readonly attention: Attention;
  readonly layerGroups: readonly LayerGroup[];
  /** Norms per layer that carry a weight of `hiddenSize`: 2 for most, 4 for Gemma. */
  readonly normsPerLayer: number;
  /** Layer norms have a bias besides their weight (OPT, Phi-2). */
  readonly normBias: boolean;
  readonly tiedEmbeddings: boolean;
  /** Rows of a learned position table; 0 with rotary positions. */
  readonly learnedPositions: number;
  /** The LM head has a bias (Phi-2, GPT-J). */
  readonly lmHeadBias: boolean;
  /** Formats in which the checkpoint is released, where they are not bf16 throughout. */
  readonly checkpoint?: Partial<Formats>;
}

/** Layers in the whole stack. */
export function layerCount(model: LlmModel): number {
  return model.layerGroups.reduce((sum, group) => sum + group.layers, 0);
}

/** Layers that run the model's attention, and so keep keys and values. */
export function attentionLayerCount(model: LlmModel): number {
  return model.layerGroups.reduce((sum, { layers, mixer }) => sum + (mixer === undefined ? layers : 0), 0);
}

/**
 * Distinct limits on the tokens that a layer's attention reads, ascending: sliding windows and the top tokens of a sparse
 * indexer. Empty when every layer reads the whole context.
 */
export function windowClasses(model: LlmModel): number[] {
  const limits = new Set<number>();
  for (const group of model.layerGroups) {
    const limit = readTokens(model, group);
    if (limit !== null) limits.add(limit);
  }
  return [...limits].sort((a, b) => a - b);
}

/** The sliding window of a model whose every layer has the same one; undefined for all others. */
export function commonWindowTokens({ layerGroups }: LlmModel): number | undefined {
  const windowTokens = layerGroups[0]?.windowTokens;
  const isCommon = layerGroups.every(
    (group) => group.windowTokens === windowTokens && group.mixer === undefined,
  );
  return isCommon ? (windowTokens ?? undefined) : undefined;
}

/** Tokens that attention of these layers reads at most; null for the whole context, and for linear attention. */
export function readTokens({ attention }: LlmModel, { windowTokens, mixer }: LayerGroup): number | null {
  if (mixer !== undefined || attention.kind === "grouped") return windowTokens;
  return attention.indexer?.topTokens ?? windowTokens;
}
