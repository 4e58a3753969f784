import type { PhaseEstimate } from "../../analysis/estimate/estimate.ts";
import { meanOf } from "../../analysis/estimate/strata.ts";
import { explainBatch, type StepExplanation } from "../../perf/step-explanation.ts";
import type { System } from "../../scenario/scenario.ts";
import type { Evaluator } from "../evaluation/evaluator.ts";
import { sloBindingOf, type SloBinding } from "./slo-binding.ts";

/** How a design serves where its service level breaks. */
export interface AtSlo {
  /** False for a design that holds the service level at no rate: it is then looked at under the workload's own. */
  readonly hasGoodput: boolean;
  /** Offered. */
  readonly ratePerSecond: number;
  readonly binding: SloBinding;
  readonly phases: PhaseEstimate;
  /** A step in which only decodes take part, and one with prompts: as they are on average there. */
  readonly decodeStep: StepExplanation;
  readonly mixedStep: StepExplanation;
}

/** The load at which the service level is looked at: a little more than is served within it. */
const BEYOND_GOODPUT = 1.03;

/**
 * @param goodputPerSecond that replays found; 0 for a design that has none
 * @throws InputError for a model that cannot be cut as the design says
 */
export function atSloOf(system: System, goodputPerSecond: number, evaluator: Evaluator): AtSlo {
  const hasGoodput = goodputPerSecond > 0;
  const profile = evaluator.profileOf(system);
  const ratePerSecond = hasGoodput ? BEYOND_GOODPUT * goodputPerSecond : profile.ratePerSecond;
  const { phases, saturation } = evaluator.estimateOf(system, { ratePerSecond });
  const step = (promptTokens: number) =>
    explainBatch(system, {
      decodeSequences: Math.max(1, Math.round(phases.batch)),
      contextTokens: Math.max(1, Math.round(meanOf(profile.contexts))),
      promptTokens,
      cachedTokens: 0,
    });
  return {
    ...{ hasGoodput, ratePerSecond, phases },
    binding: sloBindingOf(evaluator.replayAt(system, ratePerSecond), evaluator.slo, saturation.limit),
    decodeStep: step(0),
    mixedStep: step(Math.max(1, Math.round(phases.mixedStepTokens))),
  };
}
