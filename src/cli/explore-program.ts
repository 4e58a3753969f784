import type { Command } from "commander";
import type { ExploreFlags, StoreQueryFlags } from "./flags.ts";
import { collectListed, examples, positiveWhole } from "./option-parsers.ts";
import { addScenarioOptions } from "./shared-options.ts";

/** `ador explore`. */
export function addExplore(program: Command): void {
  const explore = program
    .command("explore")
    .summary("search designs for a workload and a service level")
    .description(
      "Searches the space that the scenario's section `explore` describes: any field of device, cluster (replicas, parallelism, the split into prefill and decode pools, a pool's own device), serving or precision. Prints one screen; writes candidates.csv, pareto.json, report.html and the store. The same command goes on where an interrupted one was.",
    )
    .argument("<scenario>", "scenario file (YAML) with a section `explore`")
    .requiredOption("-o, --out <dir>", "folder of the store and the results")
    .option("-f, --force", "write into a folder that holds other things")
    .option(
      "--learn-from <dirs>",
      "--out folders of earlier searches over the same axes, which tell a surrogate where to start; may be repeated",
      collectListed,
    )
    .option("-w, --workers <n>", "worker threads (default: as many as there are cores)", positiveWhole)
    .option(
      "--engine <address>",
      "work designs out by the processes of `ador worker` at this queue: redis://host:port (default: threads here)",
    );
  addScenarioOptions(explore)
    .option(
      "--why <design>",
      "explain one design of the search in --out: recommended, a known device, or the beginning of a candidate_id",
    )
    .option("--json", "print pareto.json (or the explanation) and nothing else")
    .option("-q, --quiet", "print only errors")
    .addHelpText(
      "before",
      examples([
        ["ador explore scenarios/explore/llama3-8b-chat.yaml --out out/front", "search, or go on with it"],
        ["ador explore my.yaml --out out/e --set explore.strategy=evolve", "another way to search"],
        ["ador explore my.yaml --out out/e --set explore.constraints.area=500mm2", "within other limits"],
        [
          "ador explore scenarios/explore/disaggregation-split.yaml --out out/split",
          "how many devices for prompts, how many for answers",
        ],
        [
          "ador explore my.yaml --out out/e --set explore.strategy=surrogate --learn-from out/front",
          "starting from what a search under another model, service level or trace found",
        ],
        [
          "ador explore my.yaml --out out/e --engine redis://queue:6379",
          "by all machines that run ador worker redis://queue:6379",
        ],
        [
          "ador explore my.yaml --out out/e --why recommended",
          "what binds it, and what one more mm² would buy",
        ],
      ]),
    )
    .action(async (scenario: string, options: ExploreFlags) => {
      if (options.why !== undefined) {
        const { exploreWhyCommand } = await import("./explore-why-command.ts");
        process.exitCode = await exploreWhyCommand(scenario, options.why, options);
        return;
      }
      const { exploreCommand } = await import("./explore-command.ts");
      process.exitCode = await exploreCommand(scenario, options);
    });
}

/** `ador store`. */
export function addStore(program: Command): void {
  const store = program.command("store").summary("look into the store of a search");
  store
    .command("query")
    .summary("answer an SQL query as CSV")
    .description(
      "Answers one query over the tables studies and evaluations and the view results (study, design, fidelity and a column per result).",
    )
    .argument("<sql>", "SELECT …")
    .option("-o, --out <dir>", "the --out folder of the search", "out/front")
    .addHelpText(
      "before",
      examples([
        [
          `ador store query "SELECT design, goodput_at_slo_rps FROM results WHERE fidelity = 'full'"`,
          "what was replayed whole",
        ],
        [
          `ador store query "SELECT fidelity, count(*) FROM evaluations GROUP BY 1" --out out/e`,
          "how much was done",
        ],
      ]),
    )
    .action(async (sql: string, options: StoreQueryFlags) => {
      const { storeQueryCommand } = await import("./store-command.ts");
      storeQueryCommand(sql, options);
    });
}
