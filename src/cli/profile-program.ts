import type { Command } from "commander";
import type { ProfileFlags } from "./flags.ts";
import { examples } from "./option-parsers.ts";
import { addSystemOptions } from "./shared-options.ts";

/** `ador profile`. */
export function addProfile(program: Command): void {
  const profile = program
    .command("profile")
    .summary("write what the parts of a step take as a CSV profile, to edit or to replace by measurements")
    .description(
      "Writes the model's seconds for the parts of a step (all tokens, LM head and sampling, attention of prompts and of decodes) as a CSV file, up to the largest step that the system allows. A scenario takes such a file, with what was measured, by cost: { profile: FILE }.",
    )
    .argument("[scenario]", "scenario file (YAML), instead of --model and --device");
  addSystemOptions(profile)
    .option("-o, --out <file>", "write the profile here instead of standard output")
    .option("-f, --force", "replace the file if it exists")
    .addHelpText(
      "before",
      examples([
        ["ador profile -m llama-3.1-8b -d h100 --out h100.csv", "the model of a device as a profile"],
        [
          "ador profile -m llama-3.1-8b -d h100 --set serving.max_num_batched_tokens=8192",
          "up to steps of 8192 tokens",
        ],
        ["ador run scenarios/quickstart.yaml --set cost.profile=h100.csv", "run on a profile"],
      ]),
    )
    .action(async (scenario: string | undefined, options: ProfileFlags) => {
      const { profileCommand } = await import("./profile-command.ts");
      profileCommand(scenario, options);
    });
}
