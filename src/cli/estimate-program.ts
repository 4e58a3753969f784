import type { Command } from "commander";
import type { EstimateFlags } from "./flags.ts";
import { examples } from "./option-parsers.ts";
import { addScenarioOptions } from "./shared-options.ts";

/** `ador estimate`. */
export function addEstimate(program: Command): void {
  const estimate = program
    .command("estimate")
    .summary("estimate latency, capacity and energy by formulas, without simulating")
    .description(
      "Estimates in closed form what each system of a scenario does under its traffic: step times, batch, TTFT and TBT, saturation, the largest load within the SLO, energy. Says which queueing model stands for what and how far it holds.",
    )
    .argument("<scenario>", "scenario file (YAML)");
  addScenarioOptions(estimate)
    .option("--json", "print the answer as JSON and nothing else")
    .addHelpText(
      "before",
      examples([
        ["ador estimate scenarios/quickstart.yaml", "an answer at once"],
        [
          "ador estimate my.yaml --set cluster.replicas=4 --json | jq '.systems[].slo.max_rps'",
          "for a script",
        ],
        ["ador validate my.yaml --sweep load=0.1..1.2", "how far the estimate may be trusted"],
      ]),
    )
    .action(async (scenario: string, options: EstimateFlags) => {
      const { estimateCommand } = await import("./estimate-command.ts");
      await estimateCommand(scenario, options);
    });
}
