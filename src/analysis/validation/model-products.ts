import type { LlmModel } from "../../models/llm-model.ts";
import { kvHeadsPerDevice } from "../../models/parallelism.ts";

/** Outputs and inputs of a weight matrix. */
export type MatrixSize = readonly [outputs: number, inputs: number];

/**
 * Weight matrices of a layer, and of the LM head, on one of `tensorParallel` devices, by the names that profiles give
 * them: single projections as well as those that engines merge. Experts are single ones.
 */
export function matrixSizes(model: LlmModel, tensorParallel: number): Readonly<Record<string, MatrixSize>> {
  const hidden = model.hiddenSize;
  return {
    ...attentionMatrices(model, tensorParallel),
    ...mlpMatrices(model, tensorParallel),
    lm_head: [Math.ceil(model.vocabSize / tensorParallel), hidden],
  };
}

function attentionMatrices(
  { attention, hiddenSize }: LlmModel,
  tensorParallel: number,
): Record<string, MatrixSize> {
  if (attention.kind !== "grouped") return {};
  const { queryHeads, kvHeads, headSize } = attention;
  const queryWidth = (queryHeads / tensorParallel) * headSize;
  const kvWidth = kvHeadsPerDevice(kvHeads, tensorParallel) * headSize;
  return {
    q_proj: [queryWidth, hiddenSize],
    k_proj: [kvWidth, hiddenSize],
    v_proj: [kvWidth, hiddenSize],
    qkv_proj: [queryWidth + 2 * kvWidth, hiddenSize],
    o_proj: [hiddenSize, queryWidth],
  };
}

function mlpMatrices(
  { layerGroups, hiddenSize }: LlmModel,
  tensorParallel: number,
): Record<string, MatrixSize> {
  const { mlp } = layerGroups[0]!;
  if (mlp.kind === "moe") {
    const width = mlp.expertIntermediateSize / tensorParallel;
    return {
      gate: [mlp.experts, hiddenSize],
      "expert.w1": [width, hiddenSize],
      "expert.w3": [width, hiddenSize],
      "expert.w2": [hiddenSize, width],
    };
  }
  const width = mlp.intermediateSize / tensorParallel;
  return {
    gate_proj: [width, hiddenSize],
    up_proj: [width, hiddenSize],
    gate_up_proj: [2 * width, hiddenSize],
    down_proj: [hiddenSize, width],
  };
}
