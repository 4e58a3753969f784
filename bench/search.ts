import { diskFiles } from "../src/node/disk-files.ts";
import { prepareRequests } from "../src/node/run-scenario.ts";
import { FeasibilityCheck } from "../src/search/constraints/feasibility-check.ts";
import { Evaluator } from "../src/search/evaluation/evaluator.ts";
import { loadExploration } from "../src/search/load-exploration.ts";
import { feasibleDraws } from "../src/search/strategies/sobol.ts";
import { Seen } from "../src/search/strategies/seen.ts";
import { printTable } from "./table.ts";

const CHECKED = 200_000;
/** Enough for all code of an estimate to be compiled. */
const ESTIMATED = 400;
const SLICED = 10;
const ROUNDS = 5;

/** What a search pays for a design at each fidelity, on one core: the bundled search of chat on HDAs. */
export async function benchSearch(): Promise<void> {
  const exploration = loadExploration("scenarios/explore/llama3-8b-chat.yaml", diskFiles);
  const { space, scenario, constraints, base, sliceRequests } = exploration;
  const { device } = scenario.systems[0]!;
  const { supply } = await prepareRequests(scenario);
  if (device.kind !== "hda" || supply.kind !== "table") throw new Error("the bundled search changed");
  const feasibility = new FeasibilityCheck(space, device, constraints);
  const places = Array.from({ length: CHECKED }, (_, i) => space.nth((i * 245_489) % space.size!));
  const expected = places.filter((point) => feasibility.violation(point) === 0).length;
  const checkSeconds = bestSeconds(() => {
    let fit = 0;
    for (const point of places) if (feasibility.violation(point) === 0) fit++;
    if (fit !== expected) throw new Error("the same designs fit no more");
  });

  const draw = feasibleDraws({ space, feasibility, seed: 1 });
  const seen = new Seen(space);
  const designs = Array.from({ length: ESTIMATED }, () => space.settingsOf(draw(seen)!));
  const { table } = supply;
  const evaluator = new Evaluator({ base, traffic: scenario, table, sliceRequests, constraints }, diskFiles);
  const look = (fidelity: "estimate" | "slice", count: number) =>
    bestSeconds(() => {
      for (const settings of designs.slice(0, count)) {
        evaluator.evaluate({ design: "", settings, fidelity, unlimited: false, guessPerSecond: 10 });
      }
    });
  printTable(
    "Search, best of five rounds on one core",
    ["fidelity", "designs per second", "aim"],
    [
      ["feasibility", perSecond(CHECKED, checkSeconds), "1,000,000"],
      ["estimate", perSecond(ESTIMATED, look("estimate", ESTIMATED)), "2,000"],
      [
        `slice of ${sliceRequests} requests, at several rates`,
        perSecond(SLICED, look("slice", SLICED)),
        "20 at one rate and 2,000 requests",
      ],
    ],
  );
}

function bestSeconds(work: () => void): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    work();
    return (performance.now() - started) / 1e3;
  });
  return Math.min(...rounds);
}

function perSecond(count: number, seconds: number): string {
  const rate = count / seconds;
  return rate >= 100 ? Math.round(rate).toLocaleString("en") : rate.toFixed(1);
}
