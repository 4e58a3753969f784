import type { Command } from "commander";
import type { WhyFlags } from "./flags.ts";
import { examples } from "./option-parsers.ts";

/** `ador why`. */
export function addWhy(program: Command): void {
  program
    .command("why")
    .summary("tell what happened to one request, and why it took so long")
    .description(
      "Tells the story of one request in order of time: what its first token waited for, and every gap between tokens above the SLO, split into causes that add up. Reads a result of ador run --attribution.",
    )
    .argument("<request_id>", "as in requests.csv")
    .option("-i, --in <dir>", "folder of one system's result", ".")
    .option("--json", "print the answer as JSON and nothing else")
    .addHelpText(
      "before",
      examples([
        ["ador run my.yaml --attribution --out out/why", "first, a result that knows its causes"],
        ["ador why 1234 --in out/why", "the story of one request"],
      ]),
    )
    .action(async (id: string, options: WhyFlags) => {
      const { whyCommand } = await import("./why-command.ts");
      whyCommand(id, options);
    });
}
