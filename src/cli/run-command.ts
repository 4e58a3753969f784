import { parsePrecision } from "../analysis/replications/precision.ts";
import type { ReplicationPlan } from "../node/run-replications.ts";
import { SimulationThread } from "../node/simulation-thread.ts";
import { EXIT } from "./exit-codes.ts";
import type { RunFlags } from "./flags.ts";

/** Runs that a precision may take when nothing else is said. */
const MOST_REPLICATIONS = 100;

/** `ador run`. Returns the exit code; results go to standard output, all else to standard error. */
export async function runCommand(scenarioPath: string, flags: RunFlags): Promise<number> {
  // The thread loads its code while this one loads the scenario's.
  const thread = new SimulationThread();
  const unlisten = stopOnInterrupt(thread);
  const printing = thread.started.then(() => import("./print-result.ts"));
  try {
    const { runScenario } = await import("../node/run-scenario.ts");
    const runs = await runScenario(
      {
        scenarioPath,
        overrides: flags,
        out: flags.out,
        force: flags.force === true,
        mode: flags.stepByStep === true ? "step-by-step" : "fast-forward",
        timelineSeconds: flags.timelineSeconds,
        withTimelineFile: flags.timeline === true || flags.timelineSeconds !== undefined,
        attribution: flags.attribution,
        replications: replicationPlan(flags),
        withProgress: process.stderr.isTTY && flags.quiet !== true && flags.json !== true,
      },
      thread,
    );
    const { printResult } = await printing;
    printResult(runs, flags);
    if (thread.stopped) return EXIT.interrupted;
    const broken = runs.some(({ report }) => report.outcome.metrics.audit.some((check) => !check.passed));
    return broken ? EXIT.runFailed : EXIT.done;
  } finally {
    unlisten();
    await thread.close();
  }
}

function replicationPlan({ replications, precision = [] }: RunFlags): ReplicationPlan | undefined {
  const targets = precision.map(parsePrecision);
  if (replications === undefined && targets.length === 0) return undefined;
  return { most: replications ?? MOST_REPLICATIONS, targets };
}

/**
 * A Ctrl-C before the simulation ends the program at once; the first one during it ends the run and keeps what completed,
 * a second one drops that too. What an output folder has staged goes with the process.
 */
export function stopOnInterrupt(thread: SimulationThread): () => void {
  const onInterrupt = (): void => {
    if (thread.stopped || !thread.simulating) process.exit(EXIT.interrupted);
    thread.stop();
    process.stderr.write("\ninterrupted: keeping what completed (Ctrl-C again to drop it)\n");
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  return () => {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
  };
}
