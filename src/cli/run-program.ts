import { Option, type Command } from "commander";
import type { RunFlags } from "./flags.ts";
import { collect, examples, positiveNumber, wholeNumber } from "./option-parsers.ts";

/** `ador run`. */
export function addRun(program: Command): void {
  program
    .command("run")
    .summary("replay a scenario and report latency, SLO attainment, energy")
    .description(
      "Replays the scenario's requests on each of its systems. Prints one screen; writes files with --out.",
    )
    .argument("<scenario>", "scenario file (YAML)")
    .option("-o, --out <dir>", "write summary.json, requests.csv, report.html… here; a new or empty folder")
    .option("-f, --force", "write into a folder that holds other things, replacing an earlier result")
    .option("-t, --trace <file>", "replay this trace instead of the scenario's own; - for standard input")
    .option("--format <name>", "format of the trace (default: told by its content; see ador list formats)")
    .addOption(
      new Option(
        "--zero-output <what>",
        "rows without output tokens: drop them or refuse the trace (default: refuse)",
      ).choices(["drop", "refuse"]),
    )
    .option("-s, --seed <n>", "seed of every random stream (default: the scenario's, else 0)", wholeNumber)
    .option(
      "--set <path=value>",
      "change one setting of the scenario, e.g. cluster.replicas=4; may be repeated",
      collect,
    )
    .option(
      "--timeline [seconds]",
      "also write timeline.csv; a sample every so many seconds (default: 400 samples)",
      positiveNumber,
    )
    .option(
      "--step-by-step",
      "walk every engine step instead of jumping over stretches of equal batches; same answer, slower",
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
      ]),
    )
    .action(async (scenario: string, options: RunFlags) => {
      const { runCommand } = await import("./run-command.ts");
      process.exitCode = await runCommand(scenario, options);
    });
}
