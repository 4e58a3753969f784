import type {
  GroupedAttention,
  LatentAttention,
  LayerGroup,
  LinearAttention,
  LlmModel,
  Mlp,
  MoeMlp,
} from "./llm-model.ts";
import { expertTensorParallel, kvHeadsPerDevice, stageShare, type Parallelism } from "./parallelism.ts";

/** Elements of a model, or of one device's part of it, by how they are stored. */
export interface Elements {
  /** Matrices of attention, dense and shared MLPs: in the weight format. */
  readonly matrices: number;
  /** Matrices of the routed experts: in the expert format. */
  readonly expertMatrices: number;
  /** Embedding, LM head, routers, norms, biases, convolutions, positions: what quantised checkpoints leave alone. */
  readonly unquantised: number;
}

/**
 * Elements on the fullest device: ⌈layers / stages⌉ layers of the average kind, and with more than one stage either the
 * embedding or the LM head. Column- and row-parallel matrices are cut over the tensor-parallel devices, KV projections as
 * far as there are KV heads; compressions of latent attention, norms and biases of row-parallel products are not cut.
 */
export function elementsPerDevice(model: LlmModel, parallelism: Parallelism): Elements {
  const { hiddenSize: hidden } = model;
  const { tensorParallel, pipelineParallel } = parallelism;
  const normWidth = hidden * (model.normBias ? 2 : 1);
  const vocabulary = Math.ceil(model.vocabSize / tensorParallel);
  const tables = model.tiedEmbeddings || pipelineParallel > 1 ? 1 : 2;
  const share = stageShare(model, parallelism);

  let matrices = 0;
  let expertMatrices = 0;
  let unquantised = vocabulary * hidden * tables + normWidth + model.learnedPositions * hidden;
  if (model.lmHeadBias) unquantised += vocabulary;
  for (const group of model.layerGroups) {
    const layers = group.layers * share;
    const mixer = mixerElements(model, group, tensorParallel);
    const mlp = mlpElements(hidden, group.mlp, parallelism);
    matrices += layers * (mixer.matrices + mlp.matrices);
    expertMatrices += layers * mlp.expertMatrices;
    unquantised += layers * (mixer.unquantised + mlp.unquantised + model.normsPerLayer * normWidth);
  }
  return { matrices, expertMatrices, unquantised };
}

/** Elements of one routed expert. */
export function expertElements(hidden: number, mlp: MoeMlp): number {
  const { matrices, unquantised } = plainMlp(hidden, mlp.expertIntermediateSize, mlp);
  return matrices + unquantised;
}

type LayerElements = Omit<Elements, "expertMatrices">;

function mixerElements({ hiddenSize, attention }: LlmModel, { mixer }: LayerGroup, tensorParallel: number) {
  if (mixer !== undefined) return linearElements(hiddenSize, mixer, tensorParallel);
  return attention.kind === "grouped"
    ? groupedElements(hiddenSize, attention, tensorParallel)
    : latentElements(hiddenSize, attention, tensorParallel);
}

function groupedElements(hidden: number, attention: GroupedAttention, tensorParallel: number): LayerElements {
  const { headSize } = attention;
  const queryHeads = attention.queryHeads / tensorParallel;
  const kvWidth = kvHeadsPerDevice(attention.kvHeads, tensorParallel) * headSize;
  const inputWidth = queryHeads * headSize * (attention.outputGate === true ? 2 : 1) + 2 * kvWidth;
  let unquantised = 0;
  if (attention.qkvBias) unquantised += inputWidth;
  if (attention.outputBias) unquantised += hidden;
  if (attention.qkNorm) unquantised += 2 * headSize;
  if (attention.sinks === true) unquantised += queryHeads;
  return { matrices: hidden * (inputWidth + queryHeads * headSize), unquantised };
}

function latentElements(hidden: number, attention: LatentAttention, tensorParallel: number): LayerElements {
  const { queryRank, kvRank, nopeHeadSize, ropeHeadSize, valueHeadSize, indexer } = attention;
  const heads = attention.queryHeads / tensorParallel;
  const queryInputs = queryRank ?? hidden;
  let matrices =
    (queryRank === null ? 0 : hidden * queryRank) +
    queryInputs * heads * (nopeHeadSize + ropeHeadSize) +
    hidden * (kvRank + ropeHeadSize) +
    kvRank * heads * (nopeHeadSize + valueHeadSize) +
    heads * valueHeadSize * hidden;
  let unquantised = (queryRank ?? 0) + kvRank;
  if (indexer !== undefined) {
    matrices += queryInputs * indexer.heads * indexer.headSize + hidden * (indexer.headSize + indexer.heads);
    unquantised += 2 * indexer.headSize;
  }
  return { matrices, unquantised };
}

/** Products for query, key, value, output gate, decay and write strength, then the output; convolution and norm. */
function linearElements(hidden: number, mixer: LinearAttention, tensorParallel: number): LayerElements {
  const keyWidth = (mixer.keyHeads / tensorParallel) * mixer.keyHeadSize;
  const valueHeads = mixer.valueHeads / tensorParallel;
  const valueWidth = valueHeads * mixer.valueHeadSize;
  return {
    matrices: hidden * (2 * keyWidth + 3 * valueWidth + 2 * valueHeads),
    unquantised: (2 * keyWidth + valueWidth) * mixer.convTokens + 2 * valueHeads + mixer.valueHeadSize,
  };
}

function mlpElements(hidden: number, mlp: Mlp, parallelism: Parallelism): Elements {
  const { tensorParallel, expertParallel } = parallelism;
  if (mlp.kind === "dense") {
    return { ...plainMlp(hidden, mlp.intermediateSize / tensorParallel, mlp), expertMatrices: 0 };
  }
  const experts = mlp.experts / expertParallel;
  const expert = plainMlp(hidden, mlp.expertIntermediateSize / expertTensorParallel(parallelism), mlp);
  const shared = plainMlp(hidden, mlp.sharedIntermediateSize / tensorParallel, { ...mlp, bias: false });
  const router = hidden * mlp.experts + (mlp.routerBias ? mlp.experts : 0) + (mlp.sharedGate ? hidden : 0);
  return {
    matrices: shared.matrices,
    expertMatrices: experts * expert.matrices,
    unquantised: experts * expert.unquantised + router,
  };
}

function plainMlp(hidden: number, width: number, mlp: Pick<Mlp, "gated" | "bias">): LayerElements {
  const inputs = mlp.gated ? 2 : 1;
  return {
    matrices: hidden * width * (inputs + 1),
    unquantised: mlp.bias ? inputs * width + hidden : 0,
  };
}
