import { Option, type Command } from "commander";
import { collect, positiveNumber, wholeNumber } from "./option-parsers.ts";

/** Options of every command that reads a trace. */
export function addTraceOptions(command: Command): Command {
  return command
    .option("--format <name>", "format of the trace (default: told by its content; see ador list formats)")
    .addOption(dropOrRefuse("--zero-output <what>", "rows without output tokens"))
    .addOption(dropOrRefuse("--failed-rows <what>", "rows that the trace marks as failed (BurstGPT)"));
}

/** Options that give arrivals to a list of lengths. */
export function addArrivalOptions(command: Command): Command {
  return command
    .option(
      "--rate <n>",
      "Poisson arrivals, so many a second, for a trace that lists lengths alone",
      positiveNumber,
    )
    .option("-s, --seed <n>", "seed of every random stream (default: the scenario's, else 0)", wholeNumber);
}

/** Options of every command that loads a scenario and its requests. */
export function addScenarioOptions(command: Command): Command {
  command.option("-t, --trace <file>", "this trace instead of the scenario's own; - for standard input");
  addTraceOptions(command);
  addArrivalOptions(command);
  return addSetOption(command);
}

export function addSetOption(command: Command): Command {
  return command.option(
    "--set <path=value>",
    "change one setting of the scenario, e.g. cluster.replicas=4; may be repeated",
    collect,
  );
}

function dropOrRefuse(flags: string, what: string): Option {
  return new Option(flags, `${what}: drop them or refuse the trace`).choices(["drop", "refuse"]);
}

/** Options that name a system: by its parts, or one of a scenario. */
export function addSystemOptions(command: Command): Command {
  command
    .option("-m, --model <name>", "model by name, or the path of a Hugging Face config.json")
    .option("-d, --device <name>", "device by name")
    .option("--tensor-parallel <n>", "devices that share every layer (default: 1)", wholeNumber)
    .option("--pipeline-parallel <n>", "stages of consecutive layers (default: 1)", wholeNumber)
    .option(
      "--expert-parallel <n>",
      "groups of devices that whole experts are dealt to (default: 1)",
      wholeNumber,
    )
    .option("--data-parallel-attention <n>", "copies of all but the experts (default: 1)", wholeNumber)
    .option("--tensor-parallel-style <name>", "all-reduce or all-gather (default: all-reduce)")
    .option("--expert-skew <law>", "balanced, uniform, zipf=1.2 or power-law=1.2 (default: uniform)")
    .option("--weights <format>", "format of the weights (default: that of the checkpoint)")
    .option("--experts <format>", "format of the weights of routed experts (default: like --weights)")
    .option("--kv <format>", "format of the KV cache (default: that of the checkpoint)")
    .option(
      "--activations <format>",
      "format of activations and arithmetic (default: that of the checkpoint)",
    )
    .option("--system <name>", "which system of the scenario, where it has several");
  return addSetOption(command);
}
