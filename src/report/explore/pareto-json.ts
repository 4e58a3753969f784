import type { Candidate } from "../../search/candidate.ts";
import type { Evaluation } from "../../search/evaluation/evaluator.ts";
import type { Findings } from "../../search/findings.ts";
import { inSnakeCase } from "../../scenario/setting-map.ts";
import type { RunIdentity } from "../run-report.ts";
import { tradeSentence } from "./trade-sentence.ts";
import { worthJsonOf } from "./worth-json.ts";

/** `pareto.json` as a plain object: the front, what stands beside it, and what the search took. */
export function paretoJsonOf(findings: Findings, identity: RunIdentity): Record<string, unknown> {
  const { exploration, outcome, comparisons, confirmations, sensitivities, headroom } = findings;
  const { scenario, objectives, strategy } = exploration;
  return {
    scenario: scenario.name,
    seed: scenario.seed,
    scenario_hash: identity.scenarioHash,
    version: identity.version,
    strategy,
    combine: objectives.combine,
    objectives: objectives.list,
    constraints: exploration.constraints.map(({ name, atMost: at_most, atLeast: at_least }) => ({
      ...{ name, at_most, at_least },
    })),
    recommended: outcome.recommended.id,
    front: outcome.front.map((candidate) => ({
      ...designOf(candidate),
      trade: tradeSentence(candidate, outcome, objectives),
    })),
    compared_with: comparisons.map(({ name, settings, evaluation }) => ({
      ...{ device: name, settings: Object.fromEntries(settings) },
      ...answerOf(evaluation),
    })),
    confirmed: confirmations.map(({ interval, deviceMean, ...confirmation }) => ({
      ...confirmation,
      interval_95: { mean: interval.estimate, low: interval.low, high: interval.high },
      device_mean: deviceMean,
    })),
    sensitivity: sensitivities.map(({ resource, change, results, problem }) => ({
      ...{ resource, change, results: results ?? null, problem: results === undefined ? problem : null },
    })),
    headroom: headroom.map(({ name, left }) => ({ limit: name, left })),
    worth: worthJsonOf(findings.worth),
    // Names of limits are keys here, and stay as they are.
    effort: { ...inSnakeCase(outcome.effort), refusals: outcome.effort.refusals },
    ...(outcome.learnt.length > 0 && { learnt_from: outcome.learnt }),
  };
}

function designOf({ id, settings, evaluations }: Candidate): Record<string, unknown> {
  return {
    candidate_id: id,
    settings: Object.fromEntries(settings),
    ...answerOf(evaluations.full!),
    estimate: evaluations.estimate === undefined ? null : answerOf(evaluations.estimate),
  };
}

function answerOf(evaluation: Evaluation): Record<string, unknown> {
  if (evaluation.kind === "refused") {
    return { results: null, refused: evaluation.constraint, problem: evaluation.problem };
  }
  return {
    results: evaluation.results,
    ...(evaluation.halfWidths !== undefined && { half_widths_95: evaluation.halfWidths }),
    ...(evaluation.bound !== undefined && { bound: evaluation.bound }),
  };
}
