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
