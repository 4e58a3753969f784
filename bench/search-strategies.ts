import { strategyCase, type StrategyCase } from "./strategy-case.ts";
import { median, printTable, whole } from "./table.ts";

const SPACES = ["chat-8b", "long-70b", "moe-fp8"];
const COMPARED = ["sobol", "evolve", "propose", "surrogate", "propose+surrogate"] as const;
const SHARES = [0.025, 0.05, 0.1];
const SEEDS = [1, 2, 3, 4, 5];

/** Studies to learn from: the space `chat-8b` under something else, searched with a twentieth of the evaluations. */
const EARLIER = [
  { name: "TTFT 0.5 s, TBT 50 ms", set: ["slo={ttft: 0.5s, max_tbt: 50ms}"] },
  { name: "Mistral-7B", set: ["model=mistral-7b-v0.1"] },
  { name: "Qwen2.5-14B", set: ["model=qwen2.5-14b"] },
];
const EARLIER_SHARE = 0.05;
const WARM_SHARE = 0.1;
const WANTED = 0.97;

/**
 * How much of the exhaustive front's hypervolume each strategy finds, by estimates, with so large a share of the evaluations.
 * The grid is the exhaustive search.
 */
function benchStrategies(name: string, space: StrategyCase): void {
  const rows = COMPARED.map((strategy) => [
    strategy,
    ...SHARES.map((share) => {
      const budget = Math.floor(share * space.designs);
      return band(
        SEEDS.map((seed) => 100 * space.shareOf(space.run(strategy, { seed, budget }).flat())),
        1,
      );
    }),
  ]);
  printTable(
    `${name}: ${whole(space.designs)} designs, ${whole(space.meeting)} meet the demand, ${space.onFront} on the front; % of its hypervolume, min / median / max of ${SEEDS.length} seeds`,
    ["strategy", ...SHARES.map((share) => `${100 * share} % of the evaluations`)],
    rows,
  );
}

/** Evaluations until most of the hypervolume is found, without and with an earlier study. */
async function benchWarmStarts(space: StrategyCase): Promise<void> {
  const budget = Math.floor(WARM_SHARE * space.designs);
  const studies = [];
  for (const { name, set } of EARLIER) {
    const other = await strategyCase("chat-8b", { set });
    const known = other.run("propose+surrogate", { seed: 1, budget: EARLIER_SHARE * other.designs });
    studies.push({ name: `after ${name}`, earlier: [known.flat()] });
  }
  const rows = [{ name: "cold", earlier: [] }, ...studies].map(({ name, earlier }) => [
    name,
    ...(["surrogate", "propose+surrogate"] as const).map((strategy) =>
      band(SEEDS.map((seed) => untilWanted(space, space.run(strategy, { seed, budget, earlier })))),
    ),
  ]);
  printTable(
    `chat-8b: evaluations until ${100 * WANTED} % of the hypervolume, of ${budget}; min / median / max of ${SEEDS.length} seeds`,
    ["start", "surrogate", "propose+surrogate"],
    rows,
  );
}

/** Evaluations of all generations up to that which reached it; Infinity where none did. */
function untilWanted(space: StrategyCase, generations: ReturnType<StrategyCase["run"]>): number {
  const upTo = generations.map((_, i) => generations.slice(0, i + 1).flat());
  return upTo.find((assessed) => space.shareOf(assessed) >= WANTED)?.length ?? Infinity;
}

function band(values: readonly number[], digits = 0): string {
  return [Math.min(...values), median(values), Math.max(...values)]
    .map((value) => (Number.isFinite(value) ? value.toFixed(digits) : "not reached"))
    .join(" / ");
}

for (const name of SPACES) {
  const space = await strategyCase(name);
  benchStrategies(name, space);
  if (name === "chat-8b") await benchWarmStarts(space);
}
