import { comparisonsOf, poolDevicesOf, type Comparison, type PoolDevices } from "./comparisons.ts";
import { confirmationsOf, type Confirmation } from "./confirmation.ts";
import type { Engine } from "./engine.ts";
import type { EvaluationJob, Evaluator } from "./evaluation/evaluator.ts";
import type { Results } from "./evaluation/results.ts";
import { fleetOf } from "./fleet.ts";
import type { Exploration } from "./load-exploration.ts";
import { evaluateAll, resultsOf, type SearchOutcome } from "./search.ts";
import { variationsOf } from "./sensitivity.ts";
import { unlimited } from "./unlimited.ts";
import { variedDevices } from "./varied-devices.ts";
import type { Store } from "./store.ts";
import { worthOf, type Worth } from "./worth/worth.ts";

/** The recommended design with one resource changed at equal area; by estimate, or by a slice where no formula covers it. */
export interface Sensitivity {
  readonly resource: string;
  /** Share by which the resource was changed. */
  readonly change: number;
  /** Undefined where the changed design cannot be, for the reason that `problem` tells. */
  readonly results: Results | undefined;
  readonly problem: string;
}

/** How far a design is from a limit that some designs of the space are nearer to, or farther from. */
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
  /** Of the recommended design; undefined in a system without pools. */
  readonly pools: readonly PoolDevices[] | undefined;
  /** Of the recommended design against each of these. */
  readonly confirmations: readonly Confirmation[];
  /** The recommended design as its variations were looked at. */
  readonly unvaried: Results;
  readonly sensitivities: readonly Sensitivity[];
  /** Of the recommended design, the tightest first. */
  readonly headroom: readonly Headroom[];
  readonly worth: Worth;
}

/**
 * Puts the outcome of a search beside known devices, looks around the recommended design, and reckons what it is worth.
 * @param demandPerSecond requests that a design has to serve within the SLO
 */
export async function findingsOf(
  exploration: Exploration,
  outcome: SearchOutcome,
  demandPerSecond: number,
  evaluator: Pick<Evaluator, "systemOf" | "loadOf">,
  engine: Engine,
  store: Store,
): Promise<Findings> {
  const look = (jobs: readonly EvaluationJob[]) => evaluateAll(jobs, engine, store);
  const { recommended } = outcome;
  const system = evaluator.systemOf(recommended.settings);
  const [fidelity] = exploration.fidelities;
  const variations = variedDevices(exploration, system).flatMap((varied) =>
    variationsOf(varied, recommended.settings),
  );
  const own = resultsOf(recommended.evaluations[fidelity])!;
  // A rate that is searched from elsewhere may end elsewhere: variations are held against the design as found from where they are.
  const guess = fidelity === "estimate" ? 0 : (own.goodput_at_slo_rps ?? 0);
  const [again] =
    fidelity === "estimate" ? [] : await look([unlimited(recommended.settings, fidelity, guess)]);
  const possible = variations.filter(({ settings }) => settings !== undefined);
  const looked = await look(possible.map(({ settings }) => unlimited(settings!, fidelity, guess)));
  const varied = new Map(possible.map((variation, i) => [variation, looked[i]!]));

  const comparisons = await comparisonsOf(
    exploration,
    recommended,
    (settings) => evaluator.systemOf(settings),
    look,
  );
  return {
    ...{ exploration, outcome, comparisons, pools: poolDevicesOf(system) },
    confirmations: comparisons.flatMap(({ name, evaluation }) =>
      confirmationsOf(exploration.objectives, recommended.evaluations.full!, name, evaluation),
    ),
    unvaried: resultsOf(again) ?? own,
    sensitivities: variations.map((variation) => {
      const { resource, change } = variation;
      const evaluation = varied.get(variation);
      return {
        ...{ resource, change, results: resultsOf(evaluation) },
        problem: evaluation?.kind === "refused" ? evaluation.problem : "no area that could make room",
      };
    }),
    headroom: headroomOf(exploration, outcome),
    worth: worthOf(exploration, outcome, comparisons, demandPerSecond, evaluator),
  };
}

function headroomOf(exploration: Exploration, { recommended, candidates }: SearchOutcome): Headroom[] {
  const check = fleetOf(exploration)?.feasibility;
  if (check === undefined) return [];
  const excesses = [...check.excesses(recommended.point)];
  const varies = check.names.map((_, i) =>
    candidates.some(({ point }) => check.excesses(point)[i] !== excesses[i]),
  );
  return check.names
    .map((name, i) => ({ name, left: -excesses[i]! }))
    .filter((_, i) => varies[i])
    .sort((a, b) => a.left - b.left);
}
