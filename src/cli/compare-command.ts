import { join } from "node:path";
import { compareSystems } from "../node/compare-systems.ts";
import { jsonText } from "../node/result-files.ts";
import { SimulationThread } from "../node/simulation-thread.ts";
import { compareScreen } from "../report/compare/compare-screen.ts";
import { EXIT } from "./exit-codes.ts";
import type { CompareFlags } from "./flags.ts";
import { paintFor } from "./paint.ts";
import { stopOnInterrupt } from "./run-command.ts";

/** `ador compare`. Returns the exit code. */
export async function compareCommand(paths: readonly string[], flags: CompareFlags): Promise<number> {
  const { out, force, replications, json } = flags;
  const thread = new SimulationThread();
  const unlisten = stopOnInterrupt(thread);
  try {
    const {
      comparison,
      warnings,
      json: answer,
    } = await compareSystems({ paths, overrides: flags, out, force: force === true, replications }, thread);
    if (json === true) process.stdout.write(jsonText(answer));
    else {
      for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
      process.stdout.write(compareScreen(comparison, paintFor(process.stdout.isTTY)));
      const where =
        out === undefined
          ? "nothing written (add --out DIR)"
          : `written to ${join(out, "report.html")} and beside it`;
      process.stderr.write(`${where}\n`);
    }
    return thread.stopped ? EXIT.interrupted : EXIT.done;
  } finally {
    unlisten();
    await thread.close();
  }
}
