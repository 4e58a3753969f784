import type { Command } from "commander";
import type { PaperFlags } from "./flags.ts";
import { examples, positiveWhole } from "./option-parsers.ts";
import { addSetOption } from "./shared-options.ts";

/** `ador paper`. */
export function addPaper(program: Command): void {
  const paper = program
    .command("paper")
    .summary("put the designs that a search finds beside the A100, as the ADOR paper does")
    .description(
      "Searches each scenario, then holds what was found to the A100 under today's engine and under one of 2023: TBT and tokens per area in large batches, requests and users within service levels from strict to loose, and what each idea is worth. Prints one screen; writes paper.json, sweep.csv, steps.csv, ablation.csv, measured.csv, report.html and a folder a search. The same command goes on where an interrupted one was.",
    )
    .argument("[scenarios...]", "searches, a case each (default: the bundled ones in scenarios/paper)")
    .option(
      "-d, --data <dir>",
      'folder of measurements, for the A100 as measured (default: "../shared/ground-truth", if it is there)',
    )
    .option("-o, --out <dir>", "folder of the searches and the results", "out/paper")
    .option("-f, --force", "write into a folder that holds other things")
    .option("-w, --workers <n>", "worker threads (default: as many as there are cores)", positiveWhole);
  addSetOption(paper)
    .option("--json", "print paper.json and nothing else")
    .option("-q, --quiet", "print only errors")
    .addHelpText(
      "before",
      examples([
        ["ador paper", "all bundled cases, into out/paper"],
        ["ador paper scenarios/paper/8b.yaml --out out/8b", "one of them"],
        ["ador paper --set explore.constraints.area=500mm2 --out out/small", "within other limits"],
        ["ador paper --json | jq '.cases[].over_baseline'", "the ratios for a script"],
      ]),
    )
    .action(async (scenarios: readonly string[], options: PaperFlags) => {
      const { paperCommand } = await import("./paper-command.ts");
      await paperCommand(scenarios, options);
    });
}
