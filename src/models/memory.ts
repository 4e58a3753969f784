import { elementsPerDevice, expertElements } from "./elements.ts";
import {
  attentionLayerCount,
  type Attention,
  type LayerGroup,
  type LinearAttention,
  type LlmModel,
  type Mlp,
  type Precision,
} from "./llm-model.ts";
import {
  expertTensorParallel,
  kvHeadsPerDevice,
  SINGLE_DEVICE,
  stageShare,
  type Parallelism,
} from "./parallelism.ts";

/** Bytes of an element of what quantised checkpoints leave alone: embeddings, LM head, routers, norms and biases. */
const UNQUANTISED_BYTES = 2;

/** Rows for which an engine keeps logits while it measures its own peak: the default `max_num_seqs` of vLLM. */
const LOGIT_ROWS = 256;

/** Bytes of one element of the logits as sampled: float32, as in vLLM's sampler. */
const LOGIT_BYTES = 4;

/** Bytes of one element of an indexer's key: fp8 and a float32 scale per 128 (vLLM, DeepseekV32IndexerCache). */
const INDEX_KEY_BYTES = 1 + 4 / 128;

/** Bytes of one element of a recurrent state: float32 (`mamba_ssm_dtype` of Qwen3.5). */
const STATE_BYTES = 4;

/** Parameters of the whole model, tied embeddings counted once. */
export function parameterCount(model: LlmModel): number {
  const { matrices, expertMatrices, unquantised } = elementsPerDevice(model, SINGLE_DEVICE);
  return matrices + expertMatrices + unquantised;
}

/** Parameters that one token passes: of the routed experts only those it is given to. */
export function activeParameterCount(model: LlmModel): number {
  const idle = model.layerGroups.reduce(
    (sum, { layers, mlp }) =>
      mlp.kind === "dense"
        ? sum
        : sum + layers * (mlp.experts - mlp.expertsPerToken) * expertElements(model.hiddenSize, mlp),
    0,
  );
  return parameterCount(model) - idle;
}

/**
 * Bytes of weights on the fullest device. Embeddings, LM head, routers, norms and biases stay at 16 bits or more, as in
 * published quantised checkpoints.
 */
export function weightBytesPerDevice(
  model: LlmModel,
  parallelism: Parallelism,
  precision: Precision,
): number {
  const { matrices, expertMatrices, unquantised } = elementsPerDevice(model, parallelism);
  return (
    matrices * precision.weightBytes +
    expertMatrices * precision.expertWeightBytes +
    unquantised * unquantisedBytes(precision)
  );
}

/** Bytes of an element of what is never stored in fewer than 16 bits. */
export function unquantisedBytes(precision: Precision): number {
  return Math.max(UNQUANTISED_BYTES, precision.weightBytes);
}

/** KV-cache bytes of one token over all layers of the whole model, e.g. 2 · layers · KV heads · head size · bytes. */
export function kvBytesPerToken(model: LlmModel, precision: Precision): number {
  return kvBytesPerTokenPerDevice(model, SINGLE_DEVICE, precision);
}

/** KV-cache bytes of one token on one device of the fullest stage, if the device's attention group serves its sequence. */
export function kvBytesPerTokenPerDevice(
  model: LlmModel,
  parallelism: Parallelism,
  precision: Precision,
): number {
  const layers = attentionLayerCount(model) * stageShare(model, parallelism);
  return layers * kvBytesPerTokenPerLayer(model.attention, parallelism.tensorParallel, precision);
}

/**
 * KV-cache bytes of one token in one layer on one of `tensorParallel` devices. Keys and values are shared out by head;
 * the latent and an indexer's key serve all heads, so that every device keeps them.
 */
export function kvBytesPerTokenPerLayer(
  attention: Attention,
  tensorParallel: number,
  precision: Precision,
): number {
  if (attention.kind === "grouped") {
    return 2 * kvHeadsPerDevice(attention.kvHeads, tensorParallel) * attention.headSize * precision.kvBytes;
  }
  const { kvRank, ropeHeadSize, indexer } = attention;
  return (kvRank + ropeHeadSize) * precision.kvBytes + (indexer?.headSize ?? 0) * INDEX_KEY_BYTES;
}

/**
 * Bytes that one sequence keeps on one device of the fullest stage however long it is: recurrent states of linear
 * attention, and the tokens under its convolution but for the current one.
 */
export function stateBytesPerSequence(
  model: LlmModel,
  parallelism: Parallelism,
  precision: Precision,
): number {
  const { tensorParallel } = parallelism;
  const bytes = model.layerGroups.reduce(
    (sum, { layers, mixer }) =>
      mixer === undefined ? sum : sum + layers * stateBytesPerLayer(mixer, tensorParallel, precision),
    0,
  );
  return bytes * stageShare(model, parallelism);
}

/** Bytes that one sequence keeps in one layer of linear attention on one of `tensorParallel` devices. */
export function stateBytesPerLayer(
  mixer: LinearAttention,
  tensorParallel: number,
  precision: Precision,
): number {
  const { keyHeads, keyHeadSize, valueHeads, valueHeadSize, convTokens } = mixer;
  const state = valueHeads * keyHeadSize * valueHeadSize * STATE_BYTES;
  const convolved = (2 * keyHeads * keyHeadSize + valueHeads * valueHeadSize) * (convTokens - 1);
  return (state + convolved * Math.max(UNQUANTISED_BYTES, precision.activationBytes)) / tensorParallel;
}

/**
 * Peak bytes of activations on one device while a step of `maxNumBatchedTokens` runs: the residual stream and the
 * normed copy that feeds a layer, and beside them the largest of
 * - attention: what the projections of the device's heads put out, and the attention output,
 * - MLP: gate and up projection and their product (two matrices: input and output of the activation); of experts besides
 *   one copy of the input per expert that a token is given to, tokens of all attention groups spread evenly,
 * - logits of up to 256 sequences over the whole vocabulary, gathered in activation precision and sampled in float32.
 */
export function activationBytesPerDevice(
  model: LlmModel,
  maxNumBatchedTokens: number,
  parallelism: Parallelism,
  precision: Precision,
): number {
  const tokenBytes = maxNumBatchedTokens * precision.activationBytes;
  const widest = Math.max(
    ...model.layerGroups.map((group) =>
      Math.max(mixerWidth(model, group, parallelism), mlpWidth(model, group.mlp, parallelism)),
    ),
  );
  const logitRows = Math.min(maxNumBatchedTokens, LOGIT_ROWS);
  const logitBytes = logitRows * model.vocabSize * (precision.activationBytes + LOGIT_BYTES);
  return 2 * tokenBytes * model.hiddenSize + Math.max(tokenBytes * widest, logitBytes);
}

/** Elements per token that the token mixer of a layer holds at once. */
function mixerWidth({ attention }: LlmModel, { mixer }: LayerGroup, { tensorParallel }: Parallelism): number {
  if (mixer !== undefined) {
    // Query, key and value before and after the convolution; output gate and output.
    const { keyHeads, keyHeadSize, valueHeads, valueHeadSize } = mixer;
    return (4 * keyHeads * keyHeadSize + 4 * valueHeads * valueHeadSize) / tensorParallel;
  }
  if (attention.kind === "grouped") {
    const queries = ((attention.outputGate === true ? 3 : 2) * attention.queryHeads) / tensorParallel;
    return (queries + 2 * kvHeadsPerDevice(attention.kvHeads, tensorParallel)) * attention.headSize;
  }
  // Queries, keys, values and output of a prefill, in which the latent is expanded.
  const { queryHeads, nopeHeadSize, ropeHeadSize, valueHeadSize } = attention;
  return (2 * queryHeads * (nopeHeadSize + ropeHeadSize + valueHeadSize)) / tensorParallel;
}

/** Elements per token that the MLP of a layer holds at once. */
function mlpWidth({ hiddenSize }: LlmModel, mlp: Mlp, parallelism: Parallelism): number {
  const { tensorParallel, expertParallel, dataParallelAttention } = parallelism;
  const matrices = mlp.gated ? 3 : 2;
  if (mlp.kind === "dense") return (matrices * mlp.intermediateSize) / tensorParallel;
  const copies = (mlp.expertsPerToken * dataParallelAttention) / expertParallel;
  const width = mlp.expertIntermediateSize / expertTensorParallel(parallelism);
  return copies * (hiddenSize + matrices * width) + (matrices * mlp.sharedIntermediateSize) / tensorParallel;
}
