import { basename } from "node:path";
import { runStatistics } from "../analysis/statistics/run-statistics.ts";
import { InputError } from "../core/errors.ts";
import type { RunIdentity, RunReport, TraceFacts } from "../report/run-report.ts";
import { scenarioHash } from "../scenario/hash.ts";
import { loadScenario, type ScenarioOverrides } from "../scenario/load.ts";
import { beyondProfile } from "../scenario/profile-reach.ts";
import type { ReplayOptions } from "../scenario/replay.ts";
import { checkSupply, type RequestSupply } from "../scenario/request-supply.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { TraceWorkload } from "../scenario/workload.ts";
import { applyTransforms, type TransformRecord } from "../workload/transforms.ts";
import { diskFiles, STANDARD_INPUT } from "./disk-files.ts";
import { OutputFolder } from "./output-folder.ts";
import { programVersion } from "./program-version.ts";
import type { FinishedRun } from "./result-files.ts";
import type { ReplicationPlan } from "./run-replications.ts";
import { readServegenClients } from "./servegen-files.ts";
import type { SimulationThread } from "./simulation-thread.ts";
import { readTraceFile } from "./trace-file.ts";

export interface RunRequest extends ReplayOptions {
  readonly scenarioPath: string;
  readonly overrides: ScenarioOverrides;
  /** Folder for the results; nothing is written without one. */
  readonly out: string | undefined;
  /** Write into a folder that holds other things. */
  readonly force: boolean;
  readonly withTimelineFile: boolean;
  readonly withProgress: boolean;
  /** Runs with other seeds beside the first; undefined for none. */
  readonly replications?: ReplicationPlan | undefined;
}

type ReplayRequest = ReplayOptions & Pick<RunRequest, "withProgress" | "replications">;

/**
 * The main job: loads a scenario, reads its trace, replays it on every system and writes the results.
 * @param thread where to simulate; a stop asked of it ends the run early with what was done until then
 * @returns the systems that ran: fewer than the scenario's, at least one, when it was stopped
 * @throws InputError, RunError
 */
export async function runScenario(
  request: RunRequest,
  thread: SimulationThread,
): Promise<readonly FinishedRun[]> {
  const scenario = loadScenario(request.scenarioPath, diskFiles, request.overrides);
  const folder = request.out === undefined ? undefined : new OutputFolder(request.out, request.force);
  try {
    const { supply, identity } = await prepareRequests(scenario);
    checkSupply(supply, scenario);
    thread.supply(supply);
    const [runs, { writeResults }] = await Promise.all([
      replayAll(request, scenario, identity, supply, thread),
      import("./result-files.ts"), // Loads while the other thread simulates.
    ]);
    if (folder !== undefined) writeResults(folder, runs, request.withTimelineFile);
    return runs;
  } catch (error) {
    folder?.discard();
    throw error;
  }
}

/**
 * Runs every system of a scenario and writes nothing.
 * @param replications runs with different seeds; undefined for one
 */
export async function runSystems(
  scenarioPath: string,
  overrides: ScenarioOverrides,
  replications: number | undefined,
  thread: SimulationThread,
): Promise<readonly FinishedRun[]> {
  const scenario = loadScenario(scenarioPath, diskFiles, overrides);
  const { supply, identity } = await prepareRequests(scenario);
  checkSupply(supply, scenario);
  thread.supply(supply);
  const plan = replications === undefined ? undefined : { most: replications, targets: [] };
  const once = { mode: "fast-forward", timelineSeconds: undefined, withProgress: false } as const;
  return replayAll({ ...once, replications: plan }, scenario, identity, supply, thread);
}

/** The requests of a scenario as its transforms leave them, and what results say about their origin. */
export async function prepareRequests(
  scenario: Scenario,
): Promise<{ readonly supply: RequestSupply; readonly identity: RunIdentity }> {
  const { workload, seed } = scenario;
  const identify = (
    trace?: TraceFacts,
    warnings: readonly string[] = [],
    contentSha256 = trace?.sha256,
  ): RunIdentity => ({
    ...{ scenarioHash: scenarioHash(scenario, contentSha256), version: programVersion(), trace, warnings },
  });
  switch (workload.kind) {
    case "synthetic":
      return { supply: { ...workload, seed }, identity: identify() };
    case "conversations":
      return { supply: { ...workload, seed }, identity: identify() };
    case "servegen": {
      const { clients, sha256 } = readServegenClients(workload.clients);
      return { supply: { ...workload, clients, seed }, identity: identify(undefined, [], sha256) };
    }
    case "trace": {
      const { table, applied, warnings, facts } = await readWorkload(workload, seed);
      const trace = { name: basename(workload.file), ...facts, transforms: applied };
      const supply: RequestSupply =
        workload.sessions === undefined
          ? { kind: "table", table }
          : { kind: "sessions", table, spec: workload.sessions, seed };
      return { supply, identity: identify(trace, warnings) };
    }
  }
}

async function readWorkload(workload: TraceWorkload, seed: number) {
  const { format, zeroOutput, failedRows, arrivals, transforms } = workload;
  const {
    table,
    format: detected,
    sha256,
    warnings,
  } = await readTraceFile(workload.file, {
    ...{ format, zeroOutput, failedRows },
    arrivals: arrivals === undefined ? undefined : { process: arrivals, seed },
  });
  const transformed: { table: typeof table; applied: readonly TransformRecord[] } = applyTransforms(
    table,
    transforms,
    seed,
  );
  const facts = { format: detected, sha256, requests: table.length };
  return { facts, warnings, ...transformed };
}

/** Every system once, and then with other seeds as the plan asks. */
async function replayAll(
  request: ReplayRequest,
  scenario: Scenario,
  identity: RunIdentity,
  supply: RequestSupply,
  thread: SimulationThread,
): Promise<FinishedRun[]> {
  const runs = await replaySystems(request, scenario, identity, supply, thread);
  const { replications: plan, mode, timelineSeconds } = request;
  if (plan === undefined || thread.stopped) return runs;
  const { runReplications } = await import("./run-replications.ts");
  const replicated = await runReplications(
    {
      ...{ scenario, plan, options: { mode, timelineSeconds } },
      firstOutcomes: runs.map(({ report }) => report.outcome),
      supplyOf: (seed) => supplyWithSeed(scenario, supply, seed),
    },
    thread,
  );
  if (replicated === undefined) return runs;
  return runs.map(({ report, wallSeconds }, i) => ({
    ...{ wallSeconds, report: { ...report, replicated: { ...replicated[i]!, targets: plan.targets } } },
  }));
}

/** The scenario's requests as they come with another seed. A trace is read again where something is drawn for it. */
async function supplyWithSeed(
  scenario: Scenario,
  supply: RequestSupply,
  seed: number,
): Promise<RequestSupply> {
  const { workload } = scenario;
  if (workload.kind === "trace") {
    const drawn =
      workload.arrivals !== undefined ||
      workload.transforms.some(({ kind }) => kind === "shuffle" || kind === "replicate");
    if (!drawn) return supply.kind === "sessions" ? { ...supply, seed } : supply;
    if (workload.file === STANDARD_INPUT) {
      throw new InputError({
        file: "--trace",
        message: "standard input can be read once, and every replication draws its requests anew",
        expected: "the trace as a file",
      });
    }
  }
  return (await prepareRequests({ ...scenario, seed })).supply;
}

async function replaySystems(
  { mode, timelineSeconds, attribution, withProgress }: ReplayRequest,
  scenario: Scenario,
  identity: RunIdentity,
  supply: RequestSupply,
  thread: SimulationThread,
): Promise<FinishedRun[]> {
  const progress = withProgress ? await import("./progress-bar.ts") : undefined;
  const runs: FinishedRun[] = [];
  for (const system of scenario.systems) {
    if (thread.stopped && runs.length > 0) break;
    const hideProgress = progress?.showProgress(system.name, progress.measureOf(supply, thread));
    try {
      const { outcome, wallSeconds } = await thread.replay(scenario, system, {
        mode,
        timelineSeconds,
        attribution,
      });
      const statistics = runStatistics(outcome.records, outcome.window, outcome.interrupted);
      const warnings = [...identity.warnings, ...beyondProfile(system, outcome.records)];
      const report: RunReport = {
        ...{ scenario, system, outcome, statistics },
        identity: { ...identity, warnings },
      };
      runs.push({ report, wallSeconds });
    } finally {
      hideProgress?.();
    }
  }
  return runs;
}
