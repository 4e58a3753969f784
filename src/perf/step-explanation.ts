import { compileStepCost, type StepCostRequest } from "./compile.ts";
import { deviceRoofs, type DeviceRoofs } from "./roofs.ts";
import { StepShape, type OperatorCost, type StepCost } from "./step-cost.ts";

/** One step with sequences that are all alike. */
export interface ExplainedBatch {
  readonly decodeSequences: number;
  /** Tokens that each of them attends to, the new one included. */
  readonly contextTokens: number;
  /** New tokens of the one prompt, which ends in this step; 0 without. */
  readonly promptTokens: number;
  /** Tokens of the prompt that were computed before. */
  readonly cachedTokens: number;
}

/** What one step takes and why. */
export interface StepExplanation {
  readonly request: StepCostRequest;
  readonly batch: ExplainedBatch;
  readonly seconds: number;
  /** Lower bound by peak compute and peak bandwidth alone. */
  readonly rooflineSeconds: number;
  readonly operators: readonly OperatorCost[];
  readonly roofs: DeviceRoofs;
}

/** @throws InputError for a model or device whose steps cannot be priced */
export function explainBatch(request: StepCostRequest, batch: ExplainedBatch): StepExplanation {
  const cost = compileStepCost(request);
  const shape = shapeOf(cost, batch);
  return {
    request,
    batch,
    seconds: cost.step(shape, cost.openUse()),
    rooflineSeconds: cost.rooflineSeconds(shape),
    operators: cost.explain(shape),
    roofs: deviceRoofs(request.device, request.precision),
  };
}

function shapeOf({ windowTokens }: StepCost, batch: ExplainedBatch): StepShape {
  const { decodeSequences, contextTokens, promptTokens, cachedTokens } = batch;
  const shape = new StepShape(windowTokens.length, 1);
  shape.decodeSequences = decodeSequences;
  shape.decodeContextTokens = decodeSequences * contextTokens;
  windowTokens.forEach((window, i) => {
    shape.decodeWindowTokens[i] = decodeSequences * Math.min(contextTokens, window);
  });
  if (promptTokens > 0) shape.addChunk(promptTokens, cachedTokens);
  shape.logitSequences = decodeSequences + (promptTokens > 0 ? 1 : 0);
  return shape;
}
