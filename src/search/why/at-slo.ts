import type { PhaseEstimate } from "../../analysis/estimate/estimate.ts";
import { coversSystem } from "../../analysis/estimate/scenario-estimate.ts";
import { meanOf } from "../../analysis/estimate/strata.ts";
import type { TrafficProfile } from "../../analysis/estimate/traffic-profile.ts";
import { explainBatch, type StepExplanation } from "../../perf/step-explanation.ts";
import type { ReplayOutcome } from "../../scenario/replay.ts";
import type { Pool, System } from "../../scenario/scenario.ts";
import type { Evaluator } from "../evaluation/evaluator.ts";
import { sloBindingOf, type SloBinding } from "./slo-binding.ts";

/** How a design serves where its service level breaks. */
export interface AtSlo {
  /** False for a design that holds the service level at no rate: it is then looked at under the workload's own. */
  readonly hasGoodput: boolean;
  /** Offered. */
  readonly ratePerSecond: number;
  readonly binding: SloBinding;
  /** Undefined where no formula covers the system. */
  readonly phases: PhaseEstimate | undefined;
  readonly steps: TypicalSteps;
}

/**
 * A step in which only decodes take part, and one with prompts: as they are on average there. Of pools those of the first that
 * decodes, and a mean prompt, as far as it is taken at once, alone in the first that takes prompts.
 */
interface TypicalSteps {
  readonly decodes: StepExplanation;
  readonly prompts: StepExplanation;
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
  const estimated = coversSystem(system) ? evaluator.estimateOf(system, { ratePerSecond }) : undefined;
  const outcome = evaluator.replayAt(system, ratePerSecond);
  return {
    ...{ hasGoodput, ratePerSecond, phases: estimated?.phases },
    binding: sloBindingOf(outcome, evaluator.slo, estimated?.saturation.limit),
    steps:
      estimated === undefined
        ? stepsOfPools(system, profile, outcome)
        : stepsOf(system, profile, estimated.phases),
  };
}

function stepsOf(system: System, profile: TrafficProfile, phases: PhaseEstimate): TypicalSteps {
  const step = (promptTokens: number) =>
    explainBatch(system, {
      decodeSequences: atLeastOne(phases.batch),
      contextTokens: atLeastOne(meanOf(profile.contexts)),
      ...{ promptTokens, cachedTokens: 0 },
    });
  return { decodes: step(0), prompts: step(atLeastOne(phases.mixedStepTokens)) };
}

function stepsOfPools(
  { pools = [] }: System,
  profile: TrafficProfile,
  { records, metrics }: ReplayOutcome,
): TypicalSteps {
  const without = (role: Pool["role"]) => pools.filter((pool) => pool.role !== role);
  const [decoding, prefilling] = [without("prefill"), without("decode")];
  let decodeSeconds = 0;
  for (let row = 0; row < records.length; row++) {
    const seconds = records.finishSeconds[row]! - records.firstTokenSeconds[row]!;
    if (seconds > 0) decodeSeconds += seconds;
  }
  const replicas = decoding.reduce((sum, pool) => sum + pool.replicas, 0);
  // Little's law: those who decode at any time.
  const decodes = decodeSeconds / metrics.durationSeconds / replicas;
  const { maxNumBatchedTokens } = prefilling[0]!.engine;
  return {
    decodes: explainBatch(decoding[0]!, {
      decodeSequences: atLeastOne(decodes),
      contextTokens: atLeastOne(meanOf(profile.contexts)),
      ...{ promptTokens: 0, cachedTokens: 0 },
    }),
    prompts: explainBatch(prefilling[0]!, {
      ...{ decodeSequences: 0, contextTokens: 0, cachedTokens: 0 },
      promptTokens: Math.min(maxNumBatchedTokens, atLeastOne(profile.meanPromptTokens)),
    }),
  };
}

function atLeastOne(mean: number): number {
  return Math.max(1, Math.round(mean));
}
