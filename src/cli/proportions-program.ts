import type { Command } from "commander";
import type { ExploreFlags } from "./flags.ts";
import { examples, positiveWhole } from "./option-parsers.ts";
import { addScenarioOptions } from "./shared-options.ts";

/** `ador proportions`. */
export function addProportions(program: Command): void {
  const proportions = program
    .command("proportions")
    .summary("how the best design divides its die, and what moves that")
    .description(
      "Searches once for each of the studies in the scenario's section `explore`, and shows the share of the die that each part takes in the best design of each. Writes proportions.csv, proportions.json, report.html and the store. The same command goes on where an interrupted one was.",
    )
    .argument("<scenario>", "scenario file (YAML) with a list explore.studies")
    .requiredOption("-o, --out <dir>", "folder of the store and the results")
    .option("-f, --force", "write into a folder that holds other things")
    .option("-w, --workers <n>", "worker threads (default: as many as there are cores)", positiveWhole);
  addScenarioOptions(proportions)
    .option("--json", "print proportions.json and nothing else")
    .option("-q, --quiet", "print only errors")
    .addHelpText(
      "before",
      examples([
        ["ador proportions scenarios/explore/proportions-slo.yaml --out out/slo", "by how tight the SLO is"],
        ["ador proportions scenarios/explore/proportions-model.yaml --out out/model", "by model"],
        [
          "ador proportions my.yaml --out out/p --set explore.refinements=400",
          "closer, and in longer a time",
        ],
      ]),
    )
    .action(async (scenario: string, options: ExploreFlags) => {
      const { proportionsCommand } = await import("./proportions-command.ts");
      process.exitCode = await proportionsCommand(scenario, options);
    });
}
