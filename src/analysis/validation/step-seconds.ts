import { StepShape, type StepCost } from "../../perf/step-cost.ts";

/** Equal prompts or chunks of them beside equal decoding sequences, in one step. */
export interface StepBatch {
  readonly prompts: number;
  /** Tokens that the step computes of each prompt, after so many computed before. */
  readonly newTokens: number;
  readonly contextTokens?: number;
  readonly decodeSequences?: number;
  /** Tokens that each decoding sequence attends to, its own included. */
  readonly decodeContextTokens?: number;
}

/** Whole prompts. */
export function prefillBatch(prompts: number, promptTokens: number): StepBatch {
  return { prompts, newTokens: promptTokens };
}

/** One more token for each of `sequences`, which attends to `contextTokens` (its own included). */
export function decodeBatch(sequences: number, contextTokens: number): StepBatch {
  return { prompts: 0, newTokens: 0, decodeSequences: sequences, decodeContextTokens: contextTokens };
}

/** Seconds of one step in which every sequence yields a token. */
export function stepSeconds(cost: StepCost, batch: StepBatch): number {
  return cost.step(stepShape(cost, batch), cost.openUse());
}

/** Seconds that such a step cannot beat, at peak compute and bandwidth. */
export function stepRooflineSeconds(cost: StepCost, batch: StepBatch): number {
  return cost.rooflineSeconds(stepShape(cost, batch));
}

function stepShape(cost: StepCost, batch: StepBatch): StepShape {
  const { prompts, newTokens, contextTokens = 0, decodeSequences = 0, decodeContextTokens = 0 } = batch;
  const shape = new StepShape(cost.windowTokens.length, prompts);
  for (let i = 0; i < prompts; i++) shape.addChunk(newTokens, contextTokens);
  shape.decodeSequences = decodeSequences;
  shape.decodeContextTokens = decodeSequences * decodeContextTokens;
  cost.windowTokens.forEach((window, i) => {
    shape.decodeWindowTokens[i] = decodeSequences * Math.min(decodeContextTokens, window);
  });
  shape.logitSequences = prompts + decodeSequences;
  return shape;
}
