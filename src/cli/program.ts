import { Command, InvalidArgumentError, Option } from "commander";
import { programVersion } from "../node/program-version.ts";
import { EXIT } from "./exit-codes.ts";
import {
  LISTS,
  type CheckFlags,
  type ConvertFlags,
  type GenerateFlags,
  type ListFlags,
  type ListName,
  type RunFlags,
  type TraceInfoFlags,
} from "./flags.ts";

/** The command line. Each command loads its code when it runs, so that help comes at once. */
export function createProgram(): Command {
  const program = new Command("ador")
    .description(
      "Which accelerator serves this traffic within this SLO? Replays LLM request traces through modelled hardware.",
    )
    .version(programVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError("(add --help for usage)")
    .addHelpText(
      "before",
      examples([
        [
          "ador run scenarios/quickstart.yaml --out out/first",
          "replay a trace on two systems, write the results",
        ],
        [
          "ador run scenarios/azure-conv-llama3-8b.yaml --trace my.csv",
          "the same scenario under your own traffic",
        ],
        ["ador check scenarios/overload.yaml", "is the scenario sound? what does it come to?"],
        ["ador trace info traces/conversation.csv", "what is in a trace"],
        ["ador list devices", "accelerators known by name"],
      ]),
    )
    .addHelpText(
      "after",
      `\nExit codes: 0 done, 1 the run failed, 2 bad input, 130 interrupted (what was done is kept).`,
    );
  addRun(program);
  addCheck(program);
  addTrace(program);
  addList(program);
  addSchema(program);
  return program;
}

function addRun(program: Command): void {
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

function addCheck(program: Command): void {
  program
    .command("check")
    .summary("check a scenario without running it")
    .description(
      "Checks a scenario and its trace, and shows what each system comes to: memory, KV blocks, area, power.",
    )
    .argument("<scenario>", "scenario file (YAML)")
    .option("--set <path=value>", "change one setting of the scenario; may be repeated", collect)
    .option("--json", "print the answer as JSON and nothing else")
    .addHelpText(
      "before",
      examples([
        ["ador check scenarios/llama3-70b-tp8.yaml", "memory, KV blocks, area and power of the system"],
      ]),
    )
    .action(async (scenario: string, options: CheckFlags) => {
      const { checkCommand } = await import("./check-command.ts");
      await checkCommand(scenario, options);
    });
}

function addTrace(program: Command): void {
  const trace = program
    .command("trace")
    .summary("look into traces, convert them, generate them")
    .addHelpText(
      "before",
      examples([
        ["ador trace info traces/conversation.csv", "rates, lengths, burstiness"],
        ["ador trace convert day.jsonl.gz --out day.csv", "any known format to plain CSV"],
        ["ador trace generate workload.yaml --out made.csv", "draw the workload of a scenario into a trace"],
      ]),
    );
  trace
    .command("info")
    .summary("what is in a trace")
    .description("Shows how many requests a trace holds, how they arrive and how long they are.")
    .argument("<trace>", "trace file, may be gzipped; - for standard input")
    .option("--format <name>", "format of the trace (default: told by its content)")
    .option("--fit", "also print a synthetic workload fitted to the trace, ready for a scenario file")
    .option("--json", "print the answer as JSON and nothing else")
    .addHelpText(
      "before",
      examples([
        ["ador trace info traces/conversation.csv --fit", "and a description to generate more like it"],
      ]),
    )
    .action(async (file: string, options: TraceInfoFlags) => {
      const { traceInfoCommand } = await import("./trace-commands.ts");
      await traceInfoCommand(file, options);
    });
  trace
    .command("convert")
    .summary("write a trace as plain CSV")
    .description("Reads a trace of any known format and writes arrival_s,input_tokens,output_tokens.")
    .argument("<trace>", "trace file, may be gzipped; - for standard input")
    .option("--format <name>", "format of the trace (default: told by its content)")
    .addOption(
      new Option("--zero-output <what>", "rows without output tokens (default: refuse)").choices([
        "drop",
        "refuse",
      ]),
    )
    .option("-o, --out <file>", "file to write (default: standard output)")
    .option("-f, --force", "replace the file if it exists")
    .addHelpText(
      "before",
      examples([["ador trace convert azure.csv --out plain.csv", "Azure's columns to plain CSV"]]),
    )
    .action(async (file: string, options: ConvertFlags) => {
      const { traceConvertCommand } = await import("./trace-commands.ts");
      await traceConvertCommand(file, options);
    });
  trace
    .command("generate")
    .summary("draw a scenario's workload into a trace")
    .description("Writes the requests of a scenario, synthetic or transformed, as plain CSV.")
    .argument("<scenario>", "scenario file (YAML)")
    .option("-s, --seed <n>", "seed of every random stream (default: the scenario's, else 0)", wholeNumber)
    .option("--set <path=value>", "change one setting of the scenario; may be repeated", collect)
    .option("-o, --out <file>", "file to write (default: standard output)")
    .option("-f, --force", "replace the file if it exists")
    .addHelpText(
      "before",
      examples([
        [
          "ador trace generate scenarios/bursty.yaml --seed 3 --out bursty.csv",
          "another draw of the same traffic",
        ],
      ]),
    )
    .action(async (scenario: string, options: GenerateFlags) => {
      const { traceGenerateCommand } = await import("./trace-commands.ts");
      await traceGenerateCommand(scenario, options);
    });
}

function addList(program: Command): void {
  program
    .command("list")
    .summary("names that scenarios may use: models, devices, policies, formats")
    .description("Lists what a scenario may name.")
    .addArgument(program.createArgument("<what>", "what to list").choices(LISTS))
    .option("--json", "print the answer as JSON and nothing else")
    .addHelpText(
      "before",
      examples([
        ["ador list devices", "accelerators with memory, peak, area and power"],
        ["ador list models", "model shapes with weights and KV bytes per token"],
      ]),
    )
    .action(async (what: ListName, options: ListFlags) => {
      const { listCommand } = await import("./list-command.ts");
      listCommand(what, options);
    });
}

function addSchema(program: Command): void {
  program
    .command("schema")
    .summary("print the JSON Schema of scenario files, for editors")
    .description(
      "Prints the JSON Schema of scenario files. Editors use it by a first line such as\n# yaml-language-server: $schema=./scenario.schema.json",
    )
    .addHelpText(
      "before",
      examples([["ador schema > scenarios/scenario.schema.json", "what the bundled scenarios refer to"]]),
    )
    .action(async () => {
      const { schemaCommand } = await import("./schema-command.ts");
      schemaCommand();
    });
}

function examples(lines: readonly (readonly [command: string, meaning: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const rows = lines.map(([command, meaning]) => `  ${command.padEnd(width)}  ${meaning}`);
  return `Examples:\n${rows.join("\n")}\n`;
}

function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new InvalidArgumentError("Expected a whole number, 0 or more.");
  return Number(text);
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new InvalidArgumentError("Expected a number of seconds greater than 0.");
  return value;
}

/** Commander's own refusals are bad input, whatever code it gives them; help and version are not. */
export function usageExitCode(commanderCode: number): number {
  return commanderCode === 0 ? EXIT.done : EXIT.badInput;
}
