import { findDevice } from "../hardware/catalog.ts";
import type { HdaDevice } from "../hardware/device.ts";
import type { System } from "../scenario/scenario.ts";
import { FeasibilityCheck } from "./constraints/feasibility-check.ts";
import { designId } from "./design-id.ts";
import type { Engine } from "./engine.ts";
import type { Evaluation, EvaluationJob, Fidelity } from "./evaluation/evaluator.ts";
import type { Results } from "./evaluation/results.ts";
import type { Exploration } from "./load-exploration.ts";
import { evaluateAll, resultsOf, type SearchOutcome } from "./search.ts";
import { variationsOf } from "./sensitivity.ts";
import type { WrittenSetting } from "./space/space.ts";
import type { Store } from "./store.ts";

/** A known device under the same requests, whatever the limits of the search. */
export interface Comparison {
  readonly name: string;
  readonly evaluation: Evaluation;
}

/** The recommended design with one resource changed at equal area; by estimate. */
export interface Sensitivity {
  readonly resource: string;
  /** Share by which the resource was changed. */
  readonly change: number;
  /** Undefined where the changed design cannot be, with the reason. */
  readonly results: Results | undefined;
  readonly problem: string | undefined;
}

/** How much of what a design may have it has. */
export interface Headroom {
  readonly name: string;
  /** Share of the limit by which it is below it. */
  readonly left: number;
}

/** What a search has to say. */
export interface Findings {
  readonly exploration: Exploration;
  readonly outcome: SearchOutcome;
  readonly comparisons: readonly Comparison[];
  readonly sensitivities: readonly Sensitivity[];
  /** Of the recommended design, the tightest first. */
  readonly headroom: readonly Headroom[];
}

/** Puts the outcome of a search beside known devices, and looks around the recommended design. */
export async function findingsOf(
  exploration: Exploration,
  outcome: SearchOutcome,
  systemOf: (settings: readonly WrittenSetting[]) => System,
  engine: Engine,
  store: Store,
): Promise<Findings> {
  const look = (jobs: readonly EvaluationJob[]) => evaluateAll(jobs, engine, store);
  const { recommended } = outcome;
  const { device } = systemOf(recommended.settings);
  const variations = device.kind === "hda" ? variationsOf(device, recommended.settings) : [];
  const varied = await look(variations.map(({ settings }) => unlimited(settings, "estimate", 0)));

  const named = exploration.compareWith.map((name): WrittenSetting[] => [["device.base", findDevice(name).name]]);
  const estimated = await look(named.map((settings) => unlimited(settings, "estimate", 0)));
  const replayed = await look(
    named.map((settings, i) => unlimited(settings, "full", resultsOf(estimated[i])?.goodput_at_slo_rps ?? 0)),
  );
  return {
    ...{ exploration, outcome },
    comparisons: exploration.compareWith.map((name, i) => ({ name, evaluation: replayed[i]! })),
    sensitivities: variations.map(({ resource, change }, i) => {
      const evaluation = varied[i]!;
      return {
        ...{ resource, change, results: resultsOf(evaluation) },
        problem: evaluation.kind === "refused" ? evaluation.problem : undefined,
      };
    }),
    headroom: headroomOf(exploration, outcome),
  };
}

function unlimited(settings: readonly WrittenSetting[], fidelity: Fidelity, guessPerSecond: number): EvaluationJob {
  return { design: `${designId(settings)}-unlimited`, settings, fidelity, unlimited: true, guessPerSecond };
}

function headroomOf({ space, scenario, constraints }: Exploration, { recommended }: SearchOutcome): Headroom[] {
  const { device } = scenario.systems[0]!;
  if (device.kind !== "hda") return [];
  const base: HdaDevice = device;
  const check = new FeasibilityCheck(space, base, constraints);
  const excesses = [...check.excesses(recommended.point)];
  return check.names
    .map((name, i) => ({ name, left: -excesses[i]! }))
    .filter(({ left }) => left < 1)
    .sort((a, b) => a.left - b.left);
}
