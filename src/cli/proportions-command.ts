import { join } from "node:path";
import { proportions } from "../node/proportions.ts";
import { jsonText } from "../node/result-files.ts";
import { proportionsJsonOf } from "../report/proportions/proportions-json.ts";
import { proportionsScreen } from "../report/proportions/proportions-screen.ts";
import { EXIT } from "./exit-codes.ts";
import { engineOf } from "./explore-command.ts";
import type { ExploreFlags } from "./flags.ts";
import { paintFor } from "./paint.ts";
import { StagedProgress, stopOnInterrupt } from "./search-progress.ts";

/** `ador proportions`. Returns the exit code; results go to standard output, all else to standard error. */
export async function proportionsCommand(path: string, flags: ExploreFlags): Promise<number> {
  const { out, force, json, quiet } = flags;
  const talks = quiet !== true && json !== true;
  const progress = new StagedProgress(process.stderr.isTTY && talks);
  const unlisten = stopOnInterrupt();
  let current = "";
  try {
    const report = await proportions({
      ...{ path, overrides: flags, out, force: force === true, openEngine: engineOf(flags) },
      onProgress: (study, at) => {
        if (study !== current) progress.say(`searching: ${study}`);
        current = study;
        progress.show(at);
      },
    });
    progress.end();
    if (json === true) process.stdout.write(jsonText(proportionsJsonOf(report)));
    else if (quiet !== true) {
      process.stdout.write(proportionsScreen(report, paintFor(process.stdout.isTTY)));
      process.stderr.write(`written to ${join(out, "report.html")} and beside it\n`);
    }
    return EXIT.done;
  } finally {
    progress.end();
    unlisten();
  }
}
