import { diskFiles } from "../src/node/disk-files.ts";
import { prepareRequests } from "../src/node/run-scenario.ts";
import type { ScenarioOverrides } from "../src/scenario/load.ts";
import { Evaluator } from "../src/search/evaluation/evaluator.ts";
import { rateOf } from "../src/search/evaluation/replayed-service.ts";
import { fleetOf } from "../src/search/fleet.ts";
import { loadExploration } from "../src/search/load-exploration.ts";
import { scoresOf, type Scores } from "../src/search/objectives.ts";
import { hypervolume, paretoFront } from "../src/search/pareto.ts";
import { ResultProspects } from "../src/search/prospects.ts";
import { STRATEGY_OF, type StrategyName } from "../src/search/strategies/registry.ts";
import type { Assessed, SearchProblem } from "../src/search/strategies/strategy.ts";

/** A space all of whose designs are estimated, so that strategies can be judged by what they miss. */
export interface StrategyCase {
  readonly designs: number;
  readonly meeting: number;
  readonly onFront: number;
  /** What a strategy asked for, a list a generation. */
  run(strategy: StrategyName, run: StrategyRun): Assessed[][];
  /** Share of the exhaustive front's hypervolume. */
  shareOf(assessed: readonly Assessed[]): number;
}

type StrategyRun = Pick<SearchProblem, "seed" | "budget"> & Partial<Pick<SearchProblem, "earlier">>;

/**
 * Estimates all designs of a space. The reference of its hypervolume is the worst that any design which meets the demand has
 * in each objective.
 */
export async function strategyCase(name: string, overrides: ScenarioOverrides = {}): Promise<StrategyCase> {
  const exploration = loadExploration(`bench/spaces/${name}.yaml`, diskFiles, overrides);
  const { space, scenario, constraints, base, sliceRequests, objectives } = exploration;
  const { supply } = await prepareRequests(scenario);
  if (supply.kind !== "table") throw new Error("the space changed");
  const { table } = supply;
  const demand = rateOf(table);
  const evaluator = new Evaluator({ base, traffic: scenario, table, sliceRequests, constraints }, diskFiles);
  const fleet = fleetOf(exploration);
  if (fleet === undefined) throw new Error("the space changed");
  const { feasibility } = fleet;
  const prospects = new ResultProspects(objectives, demand, fleet.knownOf);
  const all = new Map<string, Assessed>();
  for (let i = 0; i < space.size!; i++) {
    const point = space.nth(i);
    const key = space.keyOf(point);
    if (feasibility.violation(point) > 0 || all.has(key)) continue;
    const evaluation = evaluator.evaluate({
      ...{ design: key, settings: space.settingsOf(point), fidelity: "estimate" },
      ...{ unlimited: false, guessPerSecond: 0 },
    });
    if (evaluation.kind === "refused") {
      all.set(key, { point, violation: Infinity, scores: undefined, values: [] });
      continue;
    }
    const { results } = evaluation;
    const violation = Math.max(0, 1 - (results.goodput_at_slo_rps ?? 0) / demand);
    const values = prospects.valuesOf(results);
    all.set(key, { point, violation, scores: scoresOf(objectives, results), values });
  }
  const meeting = withinDemand([...all.values()]);
  const reference = meeting[0]!.map((_, k) => Math.max(...meeting.map((scores) => scores[k]!)));
  const front = paretoFront(meeting).map((i) => meeting[i]!);
  const best = hypervolume(front, reference);
  return {
    ...{ designs: all.size, meeting: meeting.length, onFront: front.length },
    run(strategy, run) {
      const asked = STRATEGY_OF[strategy]({ ...{ space, feasibility, prospects }, ...run });
      const generations: Assessed[][] = [];
      for (let next = asked.next([]); next.done !== true; next = asked.next(generations.flat()))
        generations.push(next.value.map((point) => all.get(space.keyOf(point))!));
      return generations;
    },
    shareOf: (assessed) => hypervolume(withinDemand(assessed), reference) / best,
  };
}

function withinDemand(assessed: readonly Assessed[]): Scores[] {
  return assessed.flatMap(({ violation, scores }) =>
    violation === 0 && scores !== undefined ? [scores] : [],
  );
}
