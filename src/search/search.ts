import type { Candidate } from "./candidate.ts";
import { designId } from "./design-id.ts";
import type { Engine } from "./engine.ts";
import { earlierAssessed, learntOf, type EarlierStudy, type Learnt } from "./earlier-study.ts";
import { FIDELITIES, type Evaluation, type EvaluationJob, type Fidelity } from "./evaluation/evaluator.ts";
import type { Results } from "./evaluation/results.ts";
import type { Exploration } from "./load-exploration.ts";
import { scoresOf, type Scores } from "./objectives.ts";
import { paretoFront, selectBest, spreadOut } from "./pareto.ts";
import { fleetOf } from "./fleet.ts";
import { ResultProspects, shortfallOf } from "./prospects.ts";
import { rankCorrelation } from "./rank-correlation.ts";
import { NoDesignError } from "./no-design.ts";
import { diverse, refinement } from "./refinement.ts";
import type { Store } from "./store.ts";
import { STRATEGY_OF } from "./strategies/registry.ts";
import type { Point, Space } from "./space/space.ts";
import type { Assessed } from "./strategies/strategy.ts";

/** What a search found. */
export interface SearchOutcome {
  /** In the order in which the strategy asked for them. */
  readonly candidates: readonly Candidate[];
  /** Designs none of which is better in all objectives by the highest fidelity, at most nine that stand apart. */
  readonly front: readonly Candidate[];
  /** Of all such designs the one that is best on average over the objectives (geometric mean). */
  readonly recommended: Candidate;
  readonly effort: SearchEffort;
  /** What the strategy was told of earlier studies. */
  readonly learnt: readonly Learnt[];
}

export interface SearchEffort {
  /** Designs whose limits were checked, and how many of them were refused by what. */
  readonly checked: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly generations: number;
  /** Designs evaluated at each fidelity. */
  readonly evaluated: Readonly<Record<Fidelity, number>>;
  /** Rank correlation of the first objective between neighbouring fidelities; null where too few were seen. */
  readonly correlations: { readonly estimateToSlice: number | null; readonly sliceToFull: number | null };
}

/** How far a search is. */
export interface SearchProgress {
  readonly fidelity: Fidelity;
  readonly done: number;
  readonly total: number;
}

const MOST_ON_FRONT = 9;

/**
 * Searches: a strategy asks for estimates, the best of which are replayed in part, and the best of these whole; where formulas
 * do not cover the system, it asks for replays in part. Depends on
 * the exploration alone, not on where and when the work is done, nor on what the store already knows.
 * @param demandPerSecond requests that a design has to serve within the SLO to be worth anything
 * @param studies earlier ones over the same axes, which tell a strategy that learns where to start
 * @throws NoDesignError when nothing in the space can be built, or nothing meets the demand
 */
export async function search(
  exploration: Exploration,
  demandPerSecond: number,
  engine: Engine,
  store: Store,
  onProgress: (progress: SearchProgress) => void = () => undefined,
  studies: readonly EarlierStudy[] = [],
): Promise<SearchOutcome> {
  const { space, scenario, objectives, budgets, strategy, fidelities } = exploration;
  const [cheapest] = fidelities;
  const fleet = fleetOf(exploration);
  const feasibility = fleet?.feasibility;
  const candidates: Candidate[] = [];
  const assessed: Assessed[] = [];

  const scoresAt = ({ evaluations }: Candidate, fidelity: Fidelity): Scores | undefined => {
    const evaluation = evaluations[fidelity];
    return evaluation?.kind === "done" ? scoresOf(objectives, evaluation.results) : undefined;
  };
  const look = async (group: readonly Candidate[], fidelity: Fidelity, expected: number, before: number) => {
    const jobs = group.map((candidate) => jobOf(candidate, fidelity));
    const found = await evaluateAll(jobs, engine, store, (done) => {
      onProgress({ fidelity, done: before + done, total: Math.max(expected, before + done) });
    });
    group.forEach((candidate, i) => (candidate.evaluations[fidelity] = found[i]!));
  };

  const prospects = new ResultProspects(objectives, demandPerSecond, fleet?.knownOf);
  const assess = (candidate: Candidate, fidelity: Fidelity): Assessed => {
    const results = resultsOf(candidate.evaluations[fidelity]);
    return {
      point: candidate.point,
      violation: shortfall(candidate, fidelity, demandPerSecond),
      scores: scoresAt(candidate, fidelity),
      values: results === undefined ? [] : prospects.valuesOf(results),
    };
  };
  const earlier = studies.map((study) => earlierAssessed(space, objectives, prospects, study));
  const problem = {
    ...{ space, feasibility, prospects, earlier },
    ...{ seed: scenario.seed, budget: budgets[cheapest] },
  };
  const generations = STRATEGY_OF[strategy](problem);
  let count = 0;
  for (let next = generations.next(assessed); next.done !== true; next = generations.next(assessed)) {
    const generation = next.value.map((point) => candidateAt(space, point));
    await look(generation, cheapest, budgets[cheapest], candidates.length);
    candidates.push(...generation);
    assessed.push(...generation.map((candidate) => assess(candidate, cheapest)));
    count++;
  }

  const met = new Map(candidates.map((candidate) => [space.keyOf(candidate.point), candidate]));
  /** The candidates at these points, looked at as cheaply as any where the strategy did not ask for them. */
  const candidatesAt = async (points: readonly Point[]): Promise<Candidate[]> => {
    const all = points.map((point) => met.get(space.keyOf(point)) ?? candidateAt(space, point));
    const fresh = all.filter(({ evaluations }) => evaluations[cheapest] === undefined);
    await look(fresh, cheapest, fresh.length, 0);
    candidates.push(...fresh);
    for (const candidate of fresh) met.set(space.keyOf(candidate.point), candidate);
    return all;
  };

  /** Designs around the best of those that were replayed in part, replayed in part as well. */
  const refined = async (from: readonly Candidate[]): Promise<Candidate[]> => {
    const steps = refinement(problem, budgets.refinement);
    const added: Candidate[] = [];
    const replayed = () => [...from, ...added].map((candidate) => assess(candidate, "slice"));
    steps.next();
    for (let next = steps.next(replayed()); next.done !== true; next = steps.next(replayed())) {
      const generation = await candidatesAt(next.value);
      await look(generation, "slice", budgets.refinement, added.length);
      added.push(...generation);
    }
    return added;
  };

  let survivors: readonly Candidate[] = candidates;
  for (const [place, fidelity] of fidelities.entries()) {
    const before = fidelities[place - 1];
    if (before !== undefined) {
      const eligible = survivors.filter(({ evaluations }) => evaluations[before]?.kind === "done");
      const judged = eligible.map((candidate) => assess(candidate, before));
      const spread = fidelity === "slice" && budgets.refinement > 0;
      const chosen = spread ? diverse(space, judged, budgets.slice) : selectBest(judged, budgets[fidelity]);
      survivors = chosen.map((i) => eligible[i]!);
      await look(survivors, fidelity, survivors.length, 0);
    }
    if (fidelity === "slice") survivors = [...survivors, ...(await refined(survivors))];
  }
  const evaluated = (fidelity: Fidelity) =>
    candidates.filter(({ evaluations }) => evaluations[fidelity] !== undefined).length;
  const finalists = survivors.filter((candidate) => shortfall(candidate, "full", demandPerSecond) === 0);
  if (finalists.length === 0) throw new NoDesignError(exploration, demandPerSecond, feasibility, candidates);
  const scores = finalists.map((candidate) => scoresAt(candidate, "full")!);
  const onFront = paretoFront(scores);
  const apart = spreadOut(
    onFront.map((i) => scores[i]!),
    MOST_ON_FRONT,
  ).map((place) => onFront[place]!);
  const recommended = byBalance(onFront, scores)[0]!;
  // In the place of the one that stands apart the least.
  if (!apart.includes(recommended)) apart[apart.length - 1] = recommended;
  apart.sort((a, b) => scores[a]![0]! - scores[b]![0]!);
  return {
    candidates,
    front: apart.map((i) => finalists[i]!),
    learnt: studies.map((study, i) => learntOf(study, space, earlier[i]!)),
    recommended: finalists[recommended]!,
    effort: {
      checked: feasibility?.checked ?? candidates.length,
      refusals: feasibility?.refusals ?? {},
      generations: count,
      evaluated: { estimate: evaluated("estimate"), slice: evaluated("slice"), full: evaluated("full") },
      correlations: {
        estimateToSlice: correlation(candidates, "estimate", "slice", scoresAt),
        sliceToFull: correlation(candidates, "slice", "full", scoresAt),
      },
    },
  };
}

/**
 * Replays designs that were found elsewhere as a search does those that it promotes.
 * @returns those of them that can be built within the limits and meet the demand
 */
export async function replayWhole(
  { space, fidelities }: Exploration,
  demandPerSecond: number,
  points: readonly Point[],
  engine: Engine,
  store: Store,
): Promise<Candidate[]> {
  const candidates = points.map((point) => candidateAt(space, point));
  for (const fidelity of fidelities) {
    const jobs = candidates.map((candidate) => jobOf(candidate, fidelity));
    const found = await evaluateAll(jobs, engine, store);
    candidates.forEach((candidate, i) => (candidate.evaluations[fidelity] = found[i]!));
  }
  return candidates.filter((candidate) => shortfall(candidate, "full", demandPerSecond) === 0);
}

/** Evaluates what the store does not know, and keeps each as soon as it is done. Answers in the order of the jobs. */
export async function evaluateAll(
  jobs: readonly EvaluationJob[],
  engine: Engine,
  store: Store,
  onDone: (done: number) => void = () => undefined,
): Promise<Evaluation[]> {
  const asked = new Set<string>();
  const missing = jobs.filter(({ design, fidelity }) => {
    const again = asked.has(`${fidelity} ${design}`);
    asked.add(`${fidelity} ${design}`);
    return !again && store.find(design, fidelity) === undefined;
  });
  let done = jobs.length - missing.length;
  onDone(done);
  await engine.run(missing, (job, evaluation) => {
    store.save([{ job, evaluation }]);
    onDone(++done);
  });
  return jobs.map(({ design, fidelity }) => store.find(design, fidelity)!);
}

function candidateAt(space: Space, point: Point): Candidate {
  const settings = space.settingsOf(point);
  return { id: designId(settings), point, settings, evaluations: {} };
}

function jobOf({ id, settings, evaluations }: Candidate, fidelity: Fidelity): EvaluationJob {
  const cheaper = FIDELITIES[FIDELITIES.indexOf(fidelity) - 1];
  const guess = cheaper === undefined ? undefined : resultsOf(evaluations[cheaper]);
  return { design: id, settings, fidelity, unlimited: false, guessPerSecond: guess?.goodput_at_slo_rps ?? 0 };
}

/** Results of an evaluation; undefined for a design that was refused or not looked at. */
export function resultsOf(evaluation: Evaluation | undefined): Results | undefined {
  return evaluation?.kind === "done" ? evaluation.results : undefined;
}

/** Share of the demand that a design cannot serve within the SLO; Infinity for one that was refused. */
function shortfall({ evaluations }: Candidate, fidelity: Fidelity, demandPerSecond: number): number {
  const results = resultsOf(evaluations[fidelity]);
  if (results === undefined) return Infinity;
  return shortfallOf(results.goodput_at_slo_rps ?? 0, demandPerSecond);
}

/** Indices by the mean of the logarithms of their scores, each relative to the best of all: the best first. */
export function byBalance(indices: readonly number[], scores: readonly Scores[]): number[] {
  const worth = (index: number) =>
    scores[index]!.reduce((sum, score, i) => {
      const best = Math.min(...indices.map((other) => scores[other]![i]!));
      // Of what is maximised scores are negative: both ratios are 1 at the best and grow with distance.
      const ratio = best < 0 ? best / Math.min(score, -1e-300) : score / Math.max(best, 1e-300);
      return sum + Math.log(ratio);
    }, 0);
  return [...indices].sort((a, b) => worth(a) - worth(b));
}

function correlation(
  candidates: readonly Candidate[],
  cheap: Fidelity,
  dear: Fidelity,
  scoresAt: (candidate: Candidate, fidelity: Fidelity) => Scores | undefined,
): number | null {
  return rankCorrelation(
    candidates.flatMap((candidate): [number, number][] => {
      const [a, b] = [scoresAt(candidate, cheap), scoresAt(candidate, dear)];
      return a === undefined || b === undefined ? [] : [[a[0]!, b[0]!]];
    }),
  );
}
