import type {
  GroupedAttention,
  LatentAttention,
  LayerGroup,
  LinearAttention,
  LlmModel,
} from "../models/llm-model.ts";
import { kvBytesPerTokenPerLayer, stateBytesPerLayer } from "../models/memory.ts";
import { kvHeadsPerDevice } from "../models/parallelism.ts";
import { needsDequantisation } from "../models/precision.ts";
import {
  elementwise,
  exchange,
  quantisation,
  weightProduct,
  type OperatorContext,
} from "./operator-makers.ts";
import type { Operator, TokenMixer } from "./operators.ts";

/** Vector operations per element of an RMS norm without residual: square, add, scale, weight. */
const QK_NORM_FLOPS = 4;
const ROPE_FLOPS = 3;
/** Multiply and add for each tap, and the SiLU that follows. */
const CONV_FLOPS_PER_TAP = 2;
const SILU_FLOPS = 4;
/** Sigmoid and product. */
const GATE_FLOPS = 5;
/** Exponential decay, write strength and normalisation of keys and queries, per element. */
const DELTA_PREPARE_FLOPS = 6;
/** Tokens that a chunk-wise recurrence handles together (fla-org/flash-linear-attention). */
const RECURRENCE_CHUNK = 64;

/** Products and vector work of the token mixers of `count` layers of a kind, around the mixing itself. */
export interface MixerOperators {
  readonly before: readonly Operator[];
  readonly after: readonly Operator[];
  /** Work over the context: name, what it does, and whether it sees all of the context or what the layer reads of it. */
  readonly mixing: readonly { readonly name: string; readonly mixer: TokenMixer; readonly whole: boolean }[];
}

export function mixerOperators(
  context: OperatorContext,
  { attention, learnedPositions }: LlmModel,
  { mixer }: LayerGroup,
  count: number,
): MixerOperators {
  if (mixer !== undefined) return linearOperators(context, mixer, count);
  return attention.kind === "grouped"
    ? groupedOperators(context, attention, count, learnedPositions === 0)
    : latentOperators(context, attention, count);
}

function groupedOperators(
  context: OperatorContext,
  attention: GroupedAttention,
  count: number,
  rotary: boolean,
): MixerOperators {
  const { hiddenSize: hidden, parallelism, precision } = context;
  const { tensorParallel } = parallelism;
  const { headSize } = attention;
  const queryHeads = attention.queryHeads / tensorParallel;
  const kvHeads = kvHeadsPerDevice(attention.kvHeads, tensorParallel);
  const queryWidth = queryHeads * headSize;
  const kvWidth = kvHeads * headSize;
  const kvBytesPerToken = kvBytesPerTokenPerLayer(attention, tensorParallel, precision);
  const gated = attention.outputGate === true;

  const before: Operator[] = [
    ...quantisation(context, "qkv", count, hidden),
    weightProduct(context, "qkv_proj", count, hidden, queryWidth * (gated ? 2 : 1) + 2 * kvWidth),
  ];
  if (attention.qkNorm) {
    before.push(elementwise(context, "qk_norm", count, queryWidth + kvWidth, QK_NORM_FLOPS, 2));
  }
  if (rotary) before.push(elementwise(context, "rope", count, queryWidth + kvWidth, ROPE_FLOPS, 2));
  before.push(
    elementwise(context, "kv_write", count, 2 * kvWidth, 0, 2, { dramBytesPerRow: kvBytesPerToken }),
  );
  const gate = gated ? [elementwise(context, "output_gate", count, queryWidth, GATE_FLOPS, 3)] : [];
  const convertedPerToken = convertedElements(context, 2 * kvWidth);
  const mixer: TokenMixer = {
    ...{ kind: "grouped", queryHeads, kvHeads, headSize },
    ...{ kvBytesPerToken, convertedPerToken },
  };
  return {
    before,
    after: [...gate, ...outputProjection(context, count, queryWidth)],
    mixing: [{ name: "attention", mixer, whole: false }],
  };
}

/**
 * Latent attention. That the up-projections are absorbed into queries and outputs in decode moves their work before and
 * after attention but does not change it, so both phases share one product for it.
 */
function latentOperators(
  context: OperatorContext,
  attention: LatentAttention,
  count: number,
): MixerOperators {
  const { hiddenSize: hidden, parallelism, precision } = context;
  const { queryRank, kvRank, nopeHeadSize, ropeHeadSize, valueHeadSize, indexer } = attention;
  const queryHeads = attention.queryHeads / parallelism.tensorParallel;
  const queryWidth = queryHeads * (nopeHeadSize + ropeHeadSize);
  const latentWidth = kvRank + ropeHeadSize;
  const latentBytes = latentWidth * precision.kvBytes;
  const cachedBytes = kvBytesPerTokenPerLayer(attention, parallelism.tensorParallel, precision);

  const before: Operator[] = [...quantisation(context, "q_kv", count, hidden)];
  if (queryRank === null) {
    before.push(weightProduct(context, "q_proj", count, hidden, queryWidth));
    before.push(weightProduct(context, "kv_down_proj", count, hidden, latentWidth));
  } else {
    before.push(weightProduct(context, "q_kv_down_proj", count, hidden, queryRank + latentWidth));
    before.push(elementwise(context, "latent_norm", count, queryRank + kvRank, QK_NORM_FLOPS, 2));
    before.push(weightProduct(context, "q_up_proj", count, queryRank, queryWidth));
  }
  before.push(
    weightProduct(context, "kv_up_proj", count, kvRank, queryHeads * (nopeHeadSize + valueHeadSize)),
    elementwise(context, "rope", count, (queryHeads + 1) * ropeHeadSize, ROPE_FLOPS, 2),
    elementwise(context, "kv_write", count, latentWidth, 0, 2, { dramBytesPerRow: cachedBytes }),
  );
  const mixer: TokenMixer = {
    ...{ kind: "latent", queryHeads, kvRank, nopeHeadSize, ropeHeadSize, valueHeadSize },
    kvBytesPerToken: latentBytes,
    convertedPerToken: convertedElements(context, latentWidth),
  };
  const mixing = [{ name: "attention", mixer, whole: false }];
  const after = outputProjection(context, count, queryHeads * valueHeadSize);
  if (indexer === undefined) return { before, after, mixing };

  // The indexer is small and every device runs all of it.
  const { heads, headSize } = indexer;
  before.push(
    weightProduct(context, "index_q_proj", count, queryRank ?? hidden, heads * headSize),
    weightProduct(context, "index_k_proj", count, hidden, headSize + heads),
  );
  const scores: TokenMixer = {
    kind: "stream",
    flopsPerPair: 2 * heads * headSize,
    // Rectification and weighted sum of the heads' scores, and the selection of the best.
    vectorFlopsPerPair: 3 * heads + 1,
    kvBytesPerToken: cachedBytes - latentBytes,
    flopsPerToken: 0,
    stateBytesPerSequence: 0,
  };
  return { before, after, mixing: [{ name: "sparse_index", mixer: scores, whole: true }, ...mixing] };
}

/** Gated delta net: per head a state of dk × dv that each token decays, corrects and reads (three products of dk · dv). */
function linearOperators(context: OperatorContext, mixer: LinearAttention, count: number): MixerOperators {
  const { hiddenSize: hidden, parallelism, precision } = context;
  const { tensorParallel } = parallelism;
  const { keyHeadSize, valueHeadSize, convTokens } = mixer;
  const keyWidth = (mixer.keyHeads / tensorParallel) * keyHeadSize;
  const valueHeads = mixer.valueHeads / tensorParallel;
  const valueWidth = valueHeads * valueHeadSize;
  const convolved = 2 * keyWidth + valueWidth;
  const recurrence: TokenMixer = {
    kind: "stream",
    flopsPerPair: 0,
    vectorFlopsPerPair: 0,
    kvBytesPerToken: 0,
    // Three products with the state, and within a chunk the scores of half its tokens and their sums.
    flopsPerToken:
      valueHeads * (6 * keyHeadSize * valueHeadSize + RECURRENCE_CHUNK * (keyHeadSize + valueHeadSize)),
    stateBytesPerSequence: 2 * stateBytesPerLayer(mixer, tensorParallel, precision),
  };
  return {
    before: [
      ...quantisation(context, "linear", count, hidden),
      weightProduct(context, "linear_in_proj", count, hidden, convolved + valueWidth + 2 * valueHeads),
      elementwise(
        context,
        "short_convolution",
        count,
        convolved,
        convTokens * CONV_FLOPS_PER_TAP + SILU_FLOPS + DELTA_PREPARE_FLOPS,
        2,
      ),
    ],
    after: [
      elementwise(context, "output_gate", count, valueWidth, GATE_FLOPS + QK_NORM_FLOPS, 3),
      ...outputProjection(context, count, valueWidth),
    ],
    mixing: [{ name: "linear_attention", mixer: recurrence, whole: true }],
  };
}

/** Of `elements` of the cache those that attention converts before its arithmetic, which has 16 bits. */
function convertedElements({ precision }: OperatorContext, elements: number): number {
  return needsDequantisation(precision.kv, "bf16") ? elements : 0;
}

/** The product that follows the heads of a device, with what puts the parts of its devices together. */
function outputProjection(context: OperatorContext, count: number, width: number): Operator[] {
  const { hiddenSize: hidden, parallelism, tensorParallelStyle } = context;
  const { tensorParallel } = parallelism;
  const quantise = quantisation(context, "o", count, width);
  if (tensorParallelStyle === "all-reduce") {
    return [
      ...quantise,
      weightProduct(context, "o_proj", count, width, hidden),
      ...exchange(context, "all-reduce", "o_all_reduce", count, tensorParallel, hidden),
    ];
  }
  return [
    ...exchange(context, "all-gather", "heads_all_gather", count, tensorParallel, width * tensorParallel),
    ...quantise,
    weightProduct(context, "o_proj", count, width * tensorParallel, hidden / tensorParallel),
    ...exchange(context, "all-gather", "o_all_gather", count, tensorParallel, hidden),
  ];
}
