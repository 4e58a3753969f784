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
  readonly expertsPerToken: number;
  readonly sharedExperts: number;
  readonly expertIntermediateSize: number;
  readonly gated: boolean;
}

export type Mlp = DenseMlp | MoeMlp;

/** Layers of one kind; their order in the stack does not matter to time or memory. */
export interface LayerGroup {
  readonly layers: number;
  /** Tokens that attention looks back over, the current one included; null for the whole context. */
  readonly windowTokens: number | null;
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
}

/** Element sizes in bytes; 2 for bf16. */
export interface Precision {
  readonly weightBytes: number;
  readonly kvBytes: number;
  readonly activationBytes: number;
}

export const BF16: Precision = { weightBytes: 2, kvBytes: 2, activationBytes: 2 };

/** Layers in the whole stack. */
export function layerCount(model: LlmModel): number {
  return model.layerGroups.reduce((sum, group) => sum + group.layers, 0);
}

/** Distinct sliding windows of the model in tokens, ascending; empty when every layer sees the whole context. */
export function windowClasses(model: LlmModel): number[] {
  const windows = new Set<number>();
  for (const group of model.layerGroups) if (group.windowTokens !== null) windows.add(group.windowTokens);
  return [...windows].sort((a, b) => a - b);
}
