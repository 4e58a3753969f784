import { InputError } from "../core/errors.ts";
import { diskFiles } from "../node/disk-files.ts";
import { ReplayPool } from "../node/replay-pool.ts";
import { prepareRequests } from "../node/run-scenario.ts";
import type { RunIdentity } from "../report/run-report.ts";
import { loadScenario, type ScenarioOverrides } from "../scenario/load.ts";
import { checkSupply, type RequestSupply } from "../scenario/request-supply.ts";
import type { Scenario, System } from "../scenario/scenario.ts";
import { EXIT } from "./exit-codes.ts";

/** A scenario with its requests, ready to be simulated again and again. */
export interface Experiment {
  readonly scenario: Scenario;
  readonly supply: RequestSupply;
  readonly identity: RunIdentity;
}

/** Loads a scenario and its requests as a run would. */
export async function loadExperiment(path: string, overrides: ScenarioOverrides): Promise<Experiment> {
  const scenario = loadScenario(path, diskFiles, overrides);
  const prepared = await prepareRequests(scenario);
  checkSupply(prepared.supply, scenario);
  for (const warning of prepared.identity.warnings) process.stderr.write(`warning: ${warning}\n`);
  return { scenario, ...prepared };
}

/** The system that is named, or all of them. */
export function chosenSystems({ systems }: Scenario, name: string | undefined): readonly System[] {
  if (name === undefined) return systems;
  const system = systems.find((candidate) => candidate.name === name);
  if (system !== undefined) return [system];
  throw new InputError({
    ...{ file: "--system", message: "unknown system", found: name },
    accepted: systems.map((candidate) => candidate.name),
  });
}

/**
 * Works with threads that simulate, showing how far they are on a terminal, and closes them. Ctrl-C ends the program: of
 * a search there is nothing to keep.
 * @param expected replays that it will take, as far as is known
 */
export async function withReplayPool<T>(
  { label, expected, quiet }: { readonly label: string; readonly expected: number; readonly quiet: boolean },
  work: (pool: ReplayPool) => Promise<T>,
): Promise<T> {
  const pool = new ReplayPool();
  const onInterrupt = (): void => {
    process.exit(EXIT.interrupted);
  };
  process.once("SIGINT", onInterrupt);
  process.once("SIGTERM", onInterrupt);
  const progress = process.stderr.isTTY && !quiet ? await import("../node/progress-bar.ts") : undefined;
  const hideProgress = progress?.showProgress(label, {
    unit: "replays",
    get total() {
      return Math.max(expected, pool.asked);
    },
    done: () => pool.done,
  });
  try {
    return await work(pool);
  } finally {
    hideProgress?.();
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
    await pool.close();
  }
}
