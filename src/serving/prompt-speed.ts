import { StepShape, type StepCost } from "../perf/step-cost.ts";
import type { EngineConfig } from "./config.ts";

/** Seconds that a prompt token takes in a step full of them. */
export function secondsPerPromptToken(cost: StepCost, engine: EngineConfig): number {
  const tokens = Math.min(engine.maxNumBatchedTokens, engine.maxModelLen);
  const shape = new StepShape(cost.windowTokens.length, 1);
  shape.addChunk(tokens, 0);
  shape.logitSequences = 1;
  return cost.step(shape, cost.openUse()) / tokens;
}
