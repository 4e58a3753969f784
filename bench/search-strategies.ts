import { diskFiles } from "../src/node/disk-files.ts";
import { prepareRequests } from "../src/node/run-scenario.ts";
import { FeasibilityCheck } from "../src/search/constraints/feasibility-check.ts";
import { Evaluator } from "../src/search/evaluation/evaluator.ts";
import { rateOf } from "../src/search/evaluation/replayed-service.ts";
import { knownResultsOf } from "../src/search/known-results.ts";
import { loadExploration } from "../src/search/load-exploration.ts";
import { scoresOf, type Scores } from "../src/search/objectives.ts";
import { hypervolume, paretoFront } from "../src/search/pareto.ts";
import { ResultProspects } from "../src/search/prospects.ts";
import { STRATEGY_OF } from "../src/search/strategies/registry.ts";
import type { Assessed } from "../src/search/strategies/strategy.ts";
import { median, printTable, whole } from "./table.ts";

const SPACES = ["chat-8b", "long-70b", "moe-fp8"];
const COMPARED = ["sobol", "evolve", "propose", "surrogate", "propose+surrogate"] as const;
const SHARES = [0.025, 0.05, 0.1];
const SEEDS = [1, 2, 3, 4, 5];

/**
 * How much of the exhaustive front's hypervolume each strategy finds, by estimates, with so large a share of the evaluations. The
 * reference is the worst that any design which meets the demand has in each objective. The grid is the exhaustive search.
 */
async function benchStrategies(): Promise<void> {
  for (const name of SPACES) {
    const exploration = loadExploration(`bench/spaces/${name}.yaml`, diskFiles);
    const { space, scenario, constraints, base, sliceRequests, objectives } = exploration;
    const system = scenario.systems[0]!;
    const { supply } = await prepareRequests(scenario);
    if (system.device.kind !== "hda" || supply.kind !== "table") throw new Error("the space changed");
    const { device } = system;
    const { table } = supply;
    const demand = rateOf(table);
    const evaluator = new Evaluator(
      { base, traffic: scenario, table, sliceRequests, constraints },
      diskFiles,
    );
    const feasibility = new FeasibilityCheck(space, device, constraints);
    const prospects = new ResultProspects(objectives, demand, knownResultsOf(space, feasibility, system));
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
    const rows = COMPARED.map((strategy) => [
      strategy,
      ...SHARES.map((share) => {
        const found = SEEDS.map((seed) => {
          const budget = Math.floor(share * all.size);
          const asked = STRATEGY_OF[strategy]({
            ...{ space, feasibility, base: device, prospects, seed, budget },
          });
          const assessed: Assessed[] = [];
          for (let next = asked.next(assessed); next.done !== true; next = asked.next(assessed))
            assessed.push(...next.value.map((point) => all.get(space.keyOf(point))!));
          return hypervolume(withinDemand(assessed), reference) / best;
        });
        return [Math.min(...found), median(found), Math.max(...found)]
          .map((value) => (100 * value).toFixed(1))
          .join(" / ");
      }),
    ]);
    printTable(
      `${name}: ${whole(all.size)} designs, ${whole(meeting.length)} meet the demand, ${front.length} on the front; % of its hypervolume, min / median / max of ${SEEDS.length} seeds`,
      ["strategy", ...SHARES.map((share) => `${100 * share} % of the evaluations`)],
      rows,
    );
  }
}

function withinDemand(assessed: readonly Assessed[]): Scores[] {
  return assessed.flatMap(({ violation, scores }) =>
    violation === 0 && scores !== undefined ? [scores] : [],
  );
}

await benchStrategies();
