import type { Command } from "commander";
import type { RunFlags } from "./flags.ts";
import { atLeastTwo, collect, examples, positiveNumber } from "./option-parsers.ts";
import { addScenarioOptions } from "./shared-options.ts";

/** `ador run`. */
export function addRun(program: Command): void {
  const run = program
    .command("run")
    .summary("replay a scenario and report latency, SLO attainment, energy")
    .description(
      "Replays the scenario's requests on each of its systems. Prints one screen; writes files with --out.",
    )
    .argument("<scenario>", "scenario file (YAML)")
    .option("-o, --out <dir>", "write summary.json, requests.csv, report.html… here; a new or empty folder")
    .option("-f, --force", "write into a folder that holds other things, replacing an earlier result");
  addScenarioOptions(run)
    .option("--timeline", "also write timeline.csv, about 400 samples of load and KV use")
    .option("--timeline-seconds <s>", "write it with a sample every so many seconds", positiveNumber)
    .option("--attribution", "split first tokens and gaps above the SLO into what they waited for")
    .option(
      "--step-by-step",
      "walk every engine step instead of jumping over stretches of equal batches; same answer, slower",
    )
    .option(
      "--replications <n>",
      "run so many times with different seeds, on all cores, and give intervals over the runs",
      atLeastTwo,
    )
    .option(
      "--precision <quantity=share>",
      "add runs until the 95 % interval is so narrow, e.g. ttft_p99=5%; at most --replications (default: 100); may be repeated",
      collect,
    )
    .option("--json", "print the answer as JSON and nothing else")
    .option("-q, --quiet", "print only errors")
    .addHelpText(
      "before",
      examples([
        ["ador run scenarios/quickstart.yaml", "print one screen, write nothing"],
        ["ador run scenarios/quickstart.yaml --out out/q", "and write the results to out/q"],
        ["ador run my.yaml --set cluster.replicas=4 --set slo.ttft=500ms", "change settings on the way"],
        ["ador run my.yaml --trace day.csv.gz --seed 7 --json | jq .ttft_s.p99", "one number for a script"],
        ["ador run my.yaml --trace lengths.csv --rate 5", "a list of lengths, arriving at random"],
        ["ador run my.yaml --attribution --out out/why", "and why the tail is what it is"],
        ["ador run my.yaml --precision ttft_p99=5%", "as many runs as a p99 within 5 % takes"],
      ]),
    )
    .action(async (scenario: string, options: RunFlags) => {
      const { runCommand } = await import("./run-command.ts");
      process.exitCode = await runCommand(scenario, options);
    });
}
