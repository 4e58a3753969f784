import type { Command } from "commander";
import type { CapacityFlags } from "./flags.ts";
import { examples, fraction, positiveWhole, share } from "./option-parsers.ts";
import { addScenarioOptions } from "./shared-options.ts";

/** `ador capacity`. */
export function addCapacity(program: Command): void {
  const capacity = program
    .command("capacity")
    .summary("the most load within the SLO: requests a second, users, or the fewest devices")
    .description(
      "Searches by simulation for the largest request rate at which each system keeps its targets, with stated confidence, starting from the estimate; or for the most simultaneous users, or the fewest replicas for the load there is. A trace is sent faster or slower (rate_scale).",
    )
    .argument("<scenario>", "scenario file (YAML)")
    .option("--slo <targets>", "these targets instead of the scenario's, e.g. ttft_p99=1s,tbt_p99=50ms")
    .option("--users", "search for the number of users who wait for answers and think")
    .option("--think-time <time>", "mean of their exponential think time, where the workload has none")
    .option("--replicas", "search for the fewest replicas that bear the scenario's load")
    .option("--curve", "simulate the whole latency-throughput curve as well")
    .option(
      "--attainment <share>",
      "share of requests that must meet targets on single requests",
      share,
      0.99,
    )
    .option("--confidence <share>", "how sure the answer is to be", fraction, 0.95)
    .option("--tolerance <share>", "how close to the true limit to come", fraction, 0.02)
    .option("--replications <n>", "seeds for each load, where requests are drawn", positiveWhole, 4)
    .option("--system <name>", "this system of the scenario alone")
    .option(
      "-o, --out <dir>",
      "write capacity.json, capacity.csv and report.html here; a new or empty folder",
    )
    .option("-f, --force", "write into a folder that holds other things, replacing an earlier result");
  addScenarioOptions(capacity)
    .option("--json", "print the answer as JSON and nothing else")
    .addHelpText(
      "before",
      examples([
        ["ador capacity my.yaml --slo ttft_p99=1s,tbt_p99=50ms", "the largest rate within the targets"],
        [
          "ador capacity my.yaml --curve --out out/capacity",
          "and the latency-throughput curve, as a picture",
        ],
        ["ador capacity my.yaml --replicas", "the fewest devices for the traffic of the scenario"],
        ["ador capacity my.yaml --users --think-time 20s", "how many people it serves at the same time"],
      ]),
    )
    .action(async (scenario: string, options: CapacityFlags) => {
      const { capacityCommand } = await import("./capacity-command.ts");
      await capacityCommand(scenario, options);
    });
}
