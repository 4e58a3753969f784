import type { Command } from "commander";
import type { ExplainFlags } from "./flags.ts";
import { examples, wholeNumber } from "./option-parsers.ts";
import { addSystemOptions } from "./shared-options.ts";

/** `ador explain`. */
export function addExplain(program: Command): void {
  const explain = program
    .command("explain")
    .summary("explain where the time of one engine step goes, operator by operator")
    .description(
      "Prices one step of one replica and shows for each operator how it is mapped, what it moves, what it keeps busy and what binds it. The system comes from flags or from a scenario.",
    )
    .argument("[scenario]", "scenario file (YAML), instead of --model and --device")
    .option("-p, --phase <name>", "decode, prefill, or mixed: a prompt beside decoding sequences", "decode")
    .option("-b, --batch <n>", "decoding sequences (default: 64)", wholeNumber)
    .option("-c, --context <n>", "tokens that each of them attends to (default: 1024)", wholeNumber)
    .option("-t, --tokens <n>", "new tokens of the prompt (default: 512)", wholeNumber)
    .option("--cached <n>", "tokens of the prompt that were computed before (default: 0)", wholeNumber);
  addSystemOptions(explain)
    .option(
      "-o, --out <dir>",
      "write explain.csv, roofline.html and roofline.svg here; a new or empty folder",
    )
    .option("-f, --force", "write into a folder that holds other things, replacing an earlier result")
    .option("--json", "print the answer as JSON and nothing else")
    .addHelpText(
      "before",
      examples([
        [
          "ador explain --model llama-3.1-8b --device ador-recalled --batch 64 --context 1024",
          "a decode step",
        ],
        [
          "ador explain -m llama-3.1-70b -d h100 --tensor-parallel 4 --phase prefill --tokens 2048",
          "a prompt in one chunk",
        ],
        ["ador explain scenarios/quickstart.yaml --system hda --out out/why", "with a roofline to look at"],
      ]),
    )
    .action(async (scenario: string | undefined, options: ExplainFlags) => {
      const { explainCommand } = await import("./explain-command.ts");
      explainCommand(scenario, options);
    });
}
