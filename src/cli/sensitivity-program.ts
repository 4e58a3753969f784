import type { Command } from "commander";
import type { SensitivityFlags } from "./flags.ts";
import { examples, fraction, positiveWhole } from "./option-parsers.ts";
import { addScenarioOptions } from "./shared-options.ts";

/** `ador sensitivity`. */
export function addSensitivity(program: Command): void {
  const sensitivity = program
    .command("sensitivity")
    .summary("turn every hardware and serving knob by 10 % and rank what it does")
    .description(
      "Turns every hardware and serving knob of a system down and up, simulates each with the same seeds, and ranks the knobs by what they do to a metric.",
    )
    .argument("<scenario>", "scenario file (YAML)")
    .option(
      "-m, --metric <name>",
      "what to look at, e.g. ttft_p99, tbt_mean, goodput_rps, energy_per_token_j",
      "tbt_p99",
    )
    .option("--change <share>", "how far to turn each knob", fraction, 0.1)
    .option("--equal-area", "give back or take the area in cores (dataflow devices)")
    .option("--replications <n>", "seeds, where requests are drawn", positiveWhole, 4)
    .option("--confidence <share>", "of the intervals", fraction, 0.95)
    .option("--system <name>", "which system of the scenario, where it has several")
    .option(
      "-o, --out <dir>",
      "write sensitivity.json, sensitivity.csv and report.html here; a new or empty folder",
    )
    .option("-f, --force", "write into a folder that holds other things, replacing an earlier result");
  addScenarioOptions(sensitivity)
    .option("--json", "print the answer as JSON and nothing else")
    .addHelpText(
      "before",
      examples([
        ["ador sensitivity my.yaml --metric tbt_p99", "what decides the tail of token gaps"],
        [
          "ador sensitivity my.yaml --metric ttft_p99 --equal-area --out out/knobs",
          "at equal area, with a picture",
        ],
        [
          "ador sensitivity scenarios/quickstart.yaml --system hda -m energy_per_token_j",
          "of one of two systems",
        ],
      ]),
    )
    .action(async (scenario: string, options: SensitivityFlags) => {
      const { sensitivityCommand } = await import("./sensitivity-command.ts");
      await sensitivityCommand(scenario, options);
    });
}
