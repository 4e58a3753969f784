import { InputError } from "../core/errors.ts";
import {
  layerCount,
  type DenseMlp,
  type GroupedAttention,
  type LlmModel,
  type Precision,
} from "./llm-model.ts";
import { kvHeadsPerDevice } from "./parallelism.ts";

/** Bytes of an element of what quantised checkpoints leave alone: embeddings, LM head, norms and biases. */
const UNQUANTISED_BYTES = 2;

/** Rows for which an engine keeps logits while it measures its own peak: the default `max_num_seqs` of vLLM. */
const LOGIT_ROWS = 256;

/** Bytes of one element of the logits as sampled: float32, as in vLLM's sampler. */
const LOGIT_BYTES = 4;

/** Elements of a model, by how they are cut and stored. */
interface Elements {
  /** Matrices of attention and MLP: cut over the devices, stored in the weight precision. */
  readonly matrices: number;
  /** Embedding and LM head: cut over the vocabulary, 16 bits. */
  readonly vocabulary: number;
  /** Norms, biases of row-parallel products, positions: whole on every device, 16 bits. */
  readonly replicated: number;
}

/** Parameters of the whole model, tied embeddings counted once. */
export function parameterCount(model: LlmModel): number {
  const { matrices, vocabulary, replicated } = elementsPerDevice(model, 1);
  return matrices + vocabulary + replicated;
}

/**
 * Bytes of weights on one of `tensorParallel` devices. KV projections are replicated when there are more devices than
 * KV heads; embeddings, LM head, norms and biases stay at 16 bits or more, as in published quantised checkpoints.
 */
export function weightBytesPerDevice(model: LlmModel, tensorParallel: number, precision: Precision): number {
  const { matrices, vocabulary, replicated } = elementsPerDevice(model, tensorParallel);
  return matrices * precision.weightBytes + (vocabulary + replicated) * unquantisedBytes(precision);
}

/** Bytes of an element of embeddings, LM head, norms and biases. */
export function unquantisedBytes(precision: Precision): number {
  return Math.max(UNQUANTISED_BYTES, precision.weightBytes);
}

/** KV-cache bytes of one token over all layers of the whole model: 2 · layers · KV heads · head size · bytes. */
export function kvBytesPerToken(model: LlmModel, precision: Precision): number {
  return kvBytesPerTokenPerDevice(model, 1, precision);
}

/** KV-cache bytes of one token on one of `tensorParallel` devices, all layers. */
export function kvBytesPerTokenPerDevice(
  model: LlmModel,
  tensorParallel: number,
  precision: Precision,
): number {
  const attention = groupedAttentionOf(model);
  const heads = kvHeadsPerDevice(attention.kvHeads, tensorParallel);
  return 2 * layerCount(model) * heads * attention.headSize * precision.kvBytes;
}

/**
 * Peak bytes of activations on one device while a step of `maxNumBatchedTokens` runs: the residual stream and the
 * normed copy that feeds a layer, and beside them the largest of
 * - attention: query, key, value and attention output of the device's heads,
 * - MLP: gate and up projection and their product (two matrices: input and output of the activation),
 * - logits of up to 256 sequences over the whole vocabulary, gathered in activation precision and sampled in float32.
 */
export function activationBytesPerDevice(
  model: LlmModel,
  maxNumBatchedTokens: number,
  tensorParallel: number,
  precision: Precision,
): number {
  const attention = groupedAttentionOf(model);
  const tokenBytes = maxNumBatchedTokens * precision.activationBytes;
  const heads =
    (2 * attention.queryHeads) / tensorParallel + 2 * kvHeadsPerDevice(attention.kvHeads, tensorParallel);
  const attentionBytes = tokenBytes * heads * attention.headSize;
  const mlpBytes = Math.max(
    ...model.layerGroups.map((group) => {
      const mlp = denseMlpOf(model, group.mlp);
      return (tokenBytes * (mlp.gated ? 3 : 2) * mlp.intermediateSize) / tensorParallel;
    }),
  );
  const logitRows = Math.min(maxNumBatchedTokens, LOGIT_ROWS);
  const logitBytes = logitRows * model.vocabSize * (precision.activationBytes + LOGIT_BYTES);
  return 2 * tokenBytes * model.hiddenSize + Math.max(attentionBytes, mlpBytes, logitBytes);
}

/** @throws InputError for a model with latent attention, which has no cost model */
export function groupedAttentionOf(model: LlmModel): GroupedAttention {
  if (model.attention.kind === "grouped") return model.attention;
  throw new InputError({ message: `${model.name} has latent attention (MLA), which is not modelled` });
}

/** @throws InputError for a mixture of experts, which has no cost model */
export function denseMlpOf(model: LlmModel, mlp: LlmModel["layerGroups"][number]["mlp"]): DenseMlp {
  if (mlp.kind === "dense") return mlp;
  throw new InputError({ message: `${model.name} is a mixture of experts (MoE), which is not modelled` });
}

function elementsPerDevice(model: LlmModel, tensorParallel: number): Elements {
  const { hiddenSize: hidden, vocabSize } = model;
  const attention = groupedAttentionOf(model);
  const layers = layerCount(model);
  const queryWidth = (attention.queryHeads / tensorParallel) * attention.headSize;
  const qkvWidth = queryWidth + 2 * kvHeadsPerDevice(attention.kvHeads, tensorParallel) * attention.headSize;
  const normWidth = hidden * (model.normBias ? 2 : 1);

  let matrices = layers * hidden * (qkvWidth + queryWidth);
  let replicated = layers * model.normsPerLayer * normWidth + normWidth + model.learnedPositions * hidden;
  if (attention.qkvBias) replicated += layers * qkvWidth;
  if (attention.outputBias) replicated += layers * hidden;
  if (attention.qkNorm) replicated += layers * 2 * attention.headSize;
  for (const group of model.layerGroups) {
    const mlp = denseMlpOf(model, group.mlp);
    const width = mlp.intermediateSize / tensorParallel;
    const inputs = mlp.gated ? 2 : 1;
    matrices += group.layers * hidden * width * (inputs + 1);
    if (mlp.bias) replicated += group.layers * (inputs * width + hidden);
  }
  const vocabulary = Math.ceil(vocabSize / tensorParallel) * hidden * (model.tiedEmbeddings ? 1 : 2);
  return { matrices, vocabulary, replicated };
}
