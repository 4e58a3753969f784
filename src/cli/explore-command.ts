import { availableParallelism } from "node:os";
import { join } from "node:path";
import { EvaluationPool } from "../node/evaluation-pool.ts";
import { EvaluationQueue } from "../node/evaluation-queue.ts";
import { explore, type ExploreRequest, type FinishedSearch } from "../node/explore.ts";
import { programBuild } from "../node/program-version.ts";
import { parseQueueAddress } from "../node/queue-server.ts";
import { jsonText } from "../node/result-files.ts";
import { exploreScreen } from "../report/explore/explore-screen.ts";
import { paretoJsonOf } from "../report/explore/pareto-json.ts";
import { formatCount } from "../report/format.ts";
import { EXIT } from "./exit-codes.ts";
import type { ExploreFlags } from "./flags.ts";
import { paintFor } from "./paint.ts";
import { StagedProgress, stopOnInterrupt } from "./search-progress.ts";

/** `ador explore`. Returns the exit code; results go to standard output, all else to standard error. */
export async function exploreCommand(path: string, flags: ExploreFlags): Promise<number> {
  const { out, force, json, quiet, learnFrom = [] } = flags;
  const talks = quiet !== true && json !== true;
  const progress = new StagedProgress(process.stderr.isTTY && talks);
  const unlisten = stopOnInterrupt();
  try {
    const finished = await explore({
      ...{ path, overrides: flags, out, force: force === true, openEngine: engineOf(flags), learnFrom },
      onProgress: (at) => {
        progress.show(at);
      },
      onFound: ({ own, others }) => {
        if (!talks) return;
        if (own > 0) process.stderr.write(`going on: ${formatCount(own)} evaluations are known already\n`);
        if (others > 0) {
          process.stderr.write(
            `${formatCount(others)} evaluations of other scenarios or versions stay in the store\n`,
          );
        }
      },
    });
    progress.end();
    print(finished, flags);
    return EXIT.done;
  } finally {
    progress.end();
    unlisten();
  }
}

/** Threads of this process, or a queue. */
export function engineOf({
  engine,
  workers = availableParallelism(),
  quiet,
}: ExploreFlags): ExploreRequest["openEngine"] {
  if (engine === undefined) return (assignment) => new EvaluationPool(assignment, workers);
  const flag = "--engine";
  const address = parseQueueAddress(engine, flag);
  const tell = (notice: string) => {
    if (quiet !== true) process.stderr.write(`${notice}\n`);
  };
  return (assignment) => EvaluationQueue.open(assignment, { address, flag, build: programBuild(), tell });
}

function print({ findings, identity }: FinishedSearch, { json, quiet, out }: ExploreFlags): void {
  if (json === true) {
    process.stdout.write(jsonText(paretoJsonOf(findings, identity)));
    return;
  }
  if (quiet === true) return;
  for (const warning of identity.warnings) process.stderr.write(`warning: ${warning}\n`);
  process.stdout.write(exploreScreen(findings, paintFor(process.stdout.isTTY)));
  process.stderr.write(`written to ${join(out, "report.html")} and beside it\n`);
}
