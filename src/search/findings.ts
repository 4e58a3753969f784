import { findDevice } from "../hardware/catalog.ts";
import type { HdaDevice } from "../hardware/device.ts";
import { FeasibilityCheck } from "./constraints/feasibility-check.ts";
import { designId } from "./design-id.ts";
import { confirmationsOf, type Confirmation } from "./confirmation.ts";
import type { Engine } from "./engine.ts";
import type { Evaluation, EvaluationJob, Evaluator, Fidelity } from "./evaluation/evaluator.ts";
import type { Results } from "./evaluation/results.ts";
import type { Exploration } from "./load-exploration.ts";
import { evaluateAll, resultsOf, type SearchOutcome } from "./search.ts";
import { variationsOf } from "./sensitivity.ts";
import { written, type Space, type WrittenSetting } from "./space/space.ts";
import type { Store } from "./store.ts";
import { worthOf, type Worth } from "./worth/worth.ts";

/** A known device under the same requests, whatever the limits of the search, with the serving settings that suit it best. */
export interface Comparison {
  readonly name: string;
  readonly settings: readonly WrittenSetting[];
  readonly evaluation: Evaluation;
}

/** The recommended design with one resource changed at equal area; by estimate. */
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
  /** Of the recommended design against each of these. */
  readonly confirmations: readonly Confirmation[];
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
  evaluator: Pick<Evaluator, "systemOf" | "estimateOf">,
  engine: Engine,
  store: Store,
): Promise<Findings> {
  const look = (jobs: readonly EvaluationJob[]) => evaluateAll(jobs, engine, store);
  const { recommended } = outcome;
  const { device } = evaluator.systemOf(recommended.settings);
  const variations = device.kind === "hda" ? variationsOf(device, recommended.settings) : [];
  const possible = variations.filter(({ settings }) => settings !== undefined);
  const looked = await look(possible.map(({ settings }) => unlimited(settings!, "estimate", 0)));
  const varied = new Map(possible.map((variation, i) => [variation, looked[i]!]));

  const knobs = servingChoices(exploration.space);
  const named = exploration.compareWith.map((name) =>
    knobs.map((knob): WrittenSetting[] => [["device.base", findDevice(name).name], ...knob]),
  );
  const goodputOf = (evaluation: Evaluation) => resultsOf(evaluation)?.goodput_at_slo_rps ?? 0;
  const estimated = (await look(named.flat().map((settings) => unlimited(settings, "estimate", 0)))).map(
    goodputOf,
  );
  // A device may choose among the settings that are best by formulas; replays tell which of them is.
  const shortlists = named.map((choices, i) => {
    const own = estimated.slice(i * knobs.length, (i + 1) * knobs.length);
    const order = own.map((_, place) => place).sort((x, y) => own[y]! - own[x]! || x - y);
    return order.slice(0, MOST_REPLAYED).map((place) => unlimited(choices[place]!, "slice", own[place]!));
  });
  const sliced = (await look(shortlists.flat())).map(goodputOf);
  const chosen = shortlists.map((shortlist, i) => {
    const start = shortlists.slice(0, i).reduce((sum, { length }) => sum + length, 0);
    const own = sliced.slice(start, start + shortlist.length);
    const best = own.indexOf(Math.max(...own));
    return unlimited(shortlist[best]!.settings, "full", own[best]!);
  });
  const replayed = await look(chosen);
  const comparisons = exploration.compareWith.map((name, i) => ({
    ...{ name, settings: chosen[i]!.settings, evaluation: replayed[i]! },
  }));
  return {
    ...{ exploration, outcome, comparisons },
    confirmations: comparisons.flatMap(({ name, evaluation }) =>
      confirmationsOf(exploration.objectives, recommended.evaluations.full!, name, evaluation),
    ),
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

const MOST_CHOICES = 64;
/** Of these, how many are replayed to choose among. */
const MOST_REPLAYED = 6;

/** Settings of the space that are none of the device, in every combination: what known devices may choose as well. */
export function servingChoices(space: Space): WrittenSetting[][] {
  const axes = space.axes.flatMap((axis) => {
    if (axis.path.startsWith("device.") || axis.when !== undefined) return [];
    if (axis.kind === "levels")
      return [{ path: axis.path, values: axis.levels.map((level) => written(axis, level)) }];
    return axis.kind === "choice" ? [{ path: axis.path, values: axis.choices }] : [];
  });
  const combinations = axes.reduce<WrittenSetting[][]>(
    (before, { path, values }) =>
      before.flatMap((settings) => values.map((value): WrittenSetting[] => [...settings, [path, value]])),
    [[]],
  );
  return combinations.slice(0, MOST_CHOICES);
}

/** Under which a store keeps what a design is whatever the limits of the search. */
export function unlimitedId(id: string): string {
  return `${id}-unlimited`;
}

function unlimited(
  settings: readonly WrittenSetting[],
  fidelity: Fidelity,
  guessPerSecond: number,
): EvaluationJob {
  return { design: unlimitedId(designId(settings)), settings, fidelity, unlimited: true, guessPerSecond };
}

function headroomOf(
  { space, scenario, constraints }: Exploration,
  { recommended, candidates }: SearchOutcome,
): Headroom[] {
  const { device } = scenario.systems[0]!;
  if (device.kind !== "hda") return [];
  const base: HdaDevice = device;
  const check = new FeasibilityCheck(space, base, constraints);
  const excesses = [...check.excesses(recommended.point)];
  const varies = check.names.map((_, i) =>
    candidates.some(({ point }) => check.excesses(point)[i] !== excesses[i]),
  );
  return check.names
    .map((name, i) => ({ name, left: -excesses[i]! }))
    .filter((_, i) => varies[i])
    .sort((a, b) => a.left - b.left);
}
