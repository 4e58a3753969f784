import { InputError } from "../core/errors.ts";
import type { LlmModel } from "./llm-model.ts";

/**
 * Refuses a tensor-parallel degree that the model cannot be cut into: it must divide the query heads and every
 * dense intermediate size, and the KV heads must divide evenly or be replicated evenly.
 * @throws InputError listing the accepted degrees
 */
export function checkTensorParallel(model: LlmModel, tensorParallel: number): void {
  if (isAcceptedDegree(model, tensorParallel)) return;
  throw new InputError({
    message: `${model.name} cannot be split over this many tensor-parallel devices:`,
    found: tensorParallel,
    expected: `one of ${tensorParallelDegrees(model).join(", ")} (a divisor of its ${model.attention.queryHeads} query heads and of its MLP)`,
  });
}

/** Every tensor-parallel degree that the model can be cut into, ascending. */
export function tensorParallelDegrees(model: LlmModel): number[] {
  const degrees: number[] = [];
  for (let degree = 1; degree <= model.attention.queryHeads; degree++) {
    if (isAcceptedDegree(model, degree)) degrees.push(degree);
  }
  return degrees;
}

/** KV heads that each device keeps: replicated when there are more devices than heads. */
export function kvHeadsPerDevice(kvHeads: number, tensorParallel: number): number {
  return Math.max(1, kvHeads / tensorParallel);
}

function isAcceptedDegree(model: LlmModel, degree: number): boolean {
  if (!Number.isInteger(degree) || degree < 1) return false;
  const { attention } = model;
  if (attention.queryHeads % degree !== 0) return false;
  if (attention.kind === "grouped" && attention.kvHeads % degree !== 0 && degree % attention.kvHeads !== 0) {
    return false;
  }
  return model.layerGroups.every(
    ({ mlp }) => (mlp.kind === "dense" ? mlp.intermediateSize : mlp.expertIntermediateSize) % degree === 0,
  );
}
