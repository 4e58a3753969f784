import { Option, type Command } from "commander";
import type { ConvertFlags, GenerateFlags, TraceInfoFlags } from "./flags.ts";
import { collect, examples, wholeNumber } from "./option-parsers.ts";

/** `ador trace` and its commands. */
export function addTrace(program: Command): void {
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
