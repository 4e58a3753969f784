import type { Command } from "commander";
import type { CompareFlags } from "./flags.ts";
import { atLeastTwo, examples } from "./option-parsers.ts";
import { addScenarioOptions } from "./shared-options.ts";

/** `ador compare`. */
export function addCompare(program: Command): void {
  const compare = program
    .command("compare")
    .summary("compare systems, with 95 % intervals on every difference")
    .description(
      "Compares scenarios, run with the same arrivals and lengths, or results that lie in folders, as they are. Every other system is held against the first. Requests are compared with themselves where the workloads are equal.",
    )
    .argument(
      "<what...>",
      "scenario files (YAML) and folders that ador wrote; one scenario may name several systems",
    )
    .option(
      "-o, --out <dir>",
      "write compare.json, compare.csv, report.html, and the results of what was run, here",
    )
    .option("-f, --force", "write into a folder that holds other things, replacing an earlier result");
  addScenarioOptions(compare)
    .option("--replications <n>", "run every scenario so many times, with the same seeds for all", atLeastTwo)
    .option("--json", "print the answer as JSON and nothing else")
    .addHelpText(
      "before",
      examples([
        [
          "ador compare before.yaml after.yaml",
          "the same requests on both; what differs, and how sure it is",
        ],
        ["ador compare out/monday out/tuesday", "two results, without running anything"],
        ["ador compare scenarios/quickstart.yaml --out out/c", "the systems of one scenario, with a picture"],
        ["ador compare a.yaml b.yaml --replications 20", "intervals on TBT p99 and goodput too"],
      ]),
    )
    .action(async (paths: string[], options: CompareFlags) => {
      const { compareCommand } = await import("./compare-command.ts");
      process.exitCode = await compareCommand(paths, options);
    });
}
