import { InputError } from "../core/errors.ts";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { EvaluationPool } from "../node/evaluation-pool.ts";
import { EvaluationQueue } from "../node/evaluation-queue.ts";
import { explore, type ExploreRequest, type FinishedSearch } from "../node/explore.ts";
import { programBuild } from "../node/program-version.ts";
import { showProgress } from "../node/progress-bar.ts";
import { parseQueueAddress } from "../node/queue-server.ts";
import { jsonText } from "../node/result-files.ts";
import { exploreScreen } from "../report/explore/explore-screen.ts";
import { paretoJsonOf } from "../report/explore/pareto-json.ts";
import { formatCount } from "../report/format.ts";
import type { SearchProgress } from "../search/search.ts";
import { EXIT } from "./exit-codes.ts";
import type { ExploreFlags } from "./flags.ts";
import { paintFor } from "./paint.ts";

/** `ador explore`. Returns the exit code; results go to standard output, all else to standard error. */
export async function exploreCommand(path: string, flags: ExploreFlags): Promise<number> {
  const { out, force, json, quiet, learnFrom = [] } = flags;
  const talks = quiet !== true && json !== true;
  const progress = new StagedProgress(process.stderr.isTTY && talks);
  const unlisten = stopOnInterrupt("explore", path, out);
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
  if (workers < 1) {
    throw new InputError({
      file: "--workers",
      message: "invalid value",
      found: workers,
      expected: "1 or more",
    });
  }
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

/** A bar for each fidelity in turn. */
export class StagedProgress {
  readonly #shown: boolean;
  #at: SearchProgress | undefined;
  #hide: (() => void) | undefined;

  constructor(shown: boolean) {
    this.#shown = shown;
  }

  show(at: SearchProgress): void {
    if (!this.#shown) return;
    if (at.fidelity !== this.#at?.fidelity) {
      this.end();
      const done = () => this.#at?.done ?? 0;
      this.#hide = showProgress(at.fidelity, { total: at.total, unit: "designs", done });
    }
    this.#at = at;
  }

  end(): void {
    this.#hide?.();
    this.#hide = undefined;
  }
}

/** All that was worked out is in the store already: a Ctrl-C can end the program at once. */
export function stopOnInterrupt(command: string, path: string, out: string): () => void {
  const onInterrupt = (): void => {
    process.stderr.write(`\ninterrupted; to go on: ador ${command} ${path} --out ${out}\n`);
    process.exit(EXIT.interrupted);
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  return () => {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
  };
}
