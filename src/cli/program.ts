import { Command } from "commander";
import { programVersion } from "../node/program-version.ts";
import { addCapacity } from "./capacity-program.ts";
import { addEstimate } from "./estimate-program.ts";
import { EXIT } from "./exit-codes.ts";
import { addExplore, addStore } from "./explore-program.ts";
import { addCompare } from "./compare-program.ts";
import { addExplain } from "./explain-program.ts";
import { LISTS, type CheckFlags, type ListFlags, type ListName } from "./flags.ts";
import { examples } from "./option-parsers.ts";
import { addPaper } from "./paper-program.ts";
import { addProportions } from "./proportions-program.ts";
import { addProfile } from "./profile-program.ts";
import { addRun } from "./run-program.ts";
import { addScenarioOptions } from "./shared-options.ts";
import { addSensitivity } from "./sensitivity-program.ts";
import { addTrace } from "./trace-program.ts";
import { addWhy } from "./why-program.ts";
import { addWorker } from "./worker-program.ts";
import { addValidate, addValidateEndToEnd } from "./validate-program.ts";

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
        [
          "ador explore scenarios/explore/llama3-8b-chat.yaml --out out/front",
          "search designs within limits",
        ],
        ["ador check scenarios/overload.yaml", "is the scenario sound? what does it come to?"],
        [
          "ador explain --model llama-3.1-8b --device ador-recalled",
          "where the time of one engine step goes",
        ],
        ["ador compare before.yaml after.yaml", "is the second one better, and how sure is that?"],
        ["ador trace info traces/conversation.csv", "what is in a trace"],
        ["ador list devices", "accelerators known by name"],
      ]),
    )
    .addHelpText(
      "after",
      `\nExit codes: 0 done, 1 the run failed, 2 bad input, 130 interrupted (what was done is kept).`,
    );
  addRun(program);
  addWhy(program);
  addCompare(program);
  addCheck(program);
  addEstimate(program);
  addCapacity(program);
  addSensitivity(program);
  addExplain(program);
  addExplore(program);
  addWorker(program);
  addProportions(program);
  addStore(program);
  addPaper(program);
  addProfile(program);
  addTrace(program);
  addList(program);
  addSchema(program);
  addValidate(program);
  addValidateEndToEnd(program);
  return program;
}

function addCheck(program: Command): void {
  const check = program
    .command("check")
    .summary("check a scenario without running it")
    .description(
      "Checks a scenario and its trace, and shows what each system comes to: memory, KV blocks, area, power, the time of a step.",
    )
    .argument("<scenario>", "scenario file (YAML)");
  addScenarioOptions(check)
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

/** Commander's own refusals are bad input, whatever code it gives them; help and version are not. */
export function usageExitCode(commanderCode: number): number {
  return commanderCode === 0 ? EXIT.done : EXIT.badInput;
}
