import { Option, type Command } from "commander";
import type { ConvertFlags, GenerateFlags, TraceInfoFlags } from "./flags.ts";
import { examples, wholeNumber } from "./option-parsers.ts";
import { addArrivalOptions, addSetOption, addTraceOptions } from "./shared-options.ts";

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
  addInfo(trace);
  addConvert(trace);
  addGenerate(trace);
}

function addInfo(trace: Command): void {
  const info = trace
    .command("info")
    .summary("what is in a trace")
    .description(
      "Shows how many requests a trace holds, how they arrive and how long they are. Rows without output tokens are dropped unless told.",
    )
    .argument("<trace>", "trace file, may be gzipped; - for standard input");
  addTraceOptions(info)
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
}

function addConvert(trace: Command): void {
  const convert = trace
    .command("convert")
    .summary("write a trace in another format")
    .description("Reads a trace of any known format and writes arrival_s,input_tokens,output_tokens.")
    .argument("<trace>", "trace file, may be gzipped; - for standard input");
  addArrivalOptions(addTraceOptions(convert))
    .addOption(
      new Option("--to <format>", "csv, or mooncake for traces with prefix blocks")
        .choices(["csv", "mooncake"])
        .default("csv"),
    )
    .option("-o, --out <file>", "file to write (default: standard output)")
    .option("-f, --force", "replace the file if it exists")
    .addHelpText(
      "before",
      examples([
        ["ador trace convert azure.csv --out plain.csv", "Azure's columns to plain CSV"],
        ["ador trace convert lengths.csv --rate 5", "lengths with Poisson arrivals, 5 a second"],
      ]),
    )
    .action(async (file: string, options: ConvertFlags) => {
      const { traceConvertCommand } = await import("./trace-commands.ts");
      await traceConvertCommand(file, options);
    });
}

function addGenerate(trace: Command): void {
  const generate = trace
    .command("generate")
    .summary("draw a scenario's workload into a trace")
    .description("Writes the requests of a scenario, synthetic or transformed, as plain CSV.")
    .argument("<scenario>", "scenario file (YAML)")
    .option("-s, --seed <n>", "seed of every random stream (default: the scenario's, else 0)", wholeNumber);
  addSetOption(generate)
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
