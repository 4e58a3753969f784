import { basename } from "node:path";
import { compare, type Comparison } from "../analysis/comparison/compare.ts";
import { comparedRequestsOf } from "../analysis/comparison/compared-requests.ts";
import type { Contender } from "../analysis/comparison/contender.ts";
import { InputError } from "../core/errors.ts";
import { comparisonCsv, comparisonJson } from "../report/compare/compare-files.ts";
import { summaryFigures } from "../report/compare/summary-figures.ts";
import { comparePage } from "../report/html/compare-page.ts";
import { summaryOf } from "../report/summary.ts";
import { loadScenario, type ScenarioOverrides } from "../scenario/load.ts";
import { chartLibrary } from "./chart-library.ts";
import { diskFiles } from "./disk-files.ts";
import { OutputFolder } from "./output-folder.ts";
import { programVersion } from "./program-version.ts";
import { isFolder, readResultFolder, type StoredContender } from "./result-folder.ts";
import { jsonText, writeSystem, type FinishedRun } from "./result-files.ts";
import { runSystems } from "./run-scenario.ts";
import type { SimulationThread } from "./simulation-thread.ts";

export interface CompareRequest {
  /** Scenario files and result folders, the baseline first. */
  readonly paths: readonly string[];
  readonly overrides: ScenarioOverrides;
  readonly out: string | undefined;
  readonly force: boolean;
  /** Runs of every scenario with the same seeds; undefined for one. */
  readonly replications: number | undefined;
}

export interface CompareAnswer {
  readonly comparison: Comparison;
  readonly warnings: readonly string[];
  /** As written to `compare.json`. */
  readonly json: Record<string, unknown>;
}

/**
 * Compares systems: scenarios are run with one seed, so that they see the same arrivals and lengths; results that lie in
 * folders are compared as they are.
 * @throws InputError, RunError
 */
export async function compareSystems(
  request: CompareRequest,
  thread: SimulationThread,
): Promise<CompareAnswer> {
  const { paths, out, force, replications } = request;
  const folders = paths.filter(isFolder);
  if (replications !== undefined && folders.length > 0) {
    throw new InputError({
      file: folders[0]!,
      message: "a finished result cannot be run again",
      expected: "scenario files alone with --replications",
    });
  }
  const stored = new Map(folders.map((path) => [path, readResultFolder(path)]));
  const seed = request.overrides.seed ?? firstSeed(paths, stored);
  const output = out === undefined ? undefined : new OutputFolder(out, force);
  try {
    const contenders: Contender[] = [];
    const runs: { readonly name: string; readonly run: FinishedRun }[] = [];
    for (const path of paths) {
      const known = stored.get(path);
      if (known !== undefined) contenders.push(...known);
      else {
        const finished = await runSystems(path, { ...request.overrides, seed }, replications, thread);
        for (const run of finished) {
          const contender = contenderOf(run, path, contenders);
          contenders.push(contender);
          runs.push({ name: contender.name, run });
        }
      }
    }
    const answer = answerOf(
      contenders,
      runs.flatMap(({ run }) => run.report.identity.warnings),
    );
    if (output !== undefined) {
      for (const { name, run } of runs) writeSystem(output, `${name}/`, run);
      output.write("compare.json", [jsonText(answer.json)]);
      output.write("compare.csv", [comparisonCsv(answer.comparison)]);
      output.write("report.html", [comparePage(answer.comparison, answer.warnings, chartLibrary())]);
      output.commit();
    }
    return answer;
  } catch (error) {
    output?.discard();
    throw error;
  }
}

/** The seed of the baseline, which all the others take. */
function firstSeed(
  paths: readonly string[],
  stored: ReadonlyMap<string, readonly StoredContender[]>,
): number | undefined {
  const [first] = paths;
  return stored.has(first!) ? stored.get(first!)![0]!.seed : loadScenario(first!, diskFiles).seed;
}

function contenderOf({ report }: FinishedRun, path: string, others: readonly Contender[]): Contender {
  const { scenario, system, outcome, replicated } = report;
  const own = scenario.comparesSystems ? system.name : basename(path).replace(/\.ya?ml$/i, "");
  let name = own;
  for (let i = 2; others.some((other) => other.name === name); i++) name = `${own}-${i}`;
  return {
    ...{ name, requests: comparedRequestsOf(outcome.records, outcome.window) },
    figures: summaryFigures(summaryOf(report)),
    interrupted: outcome.interrupted,
    replications: replicated?.replications.map(({ metrics }) => metrics),
  };
}

function answerOf(contenders: readonly Contender[], others: readonly string[]): CompareAnswer {
  if (contenders.length < 2) {
    throw new InputError({
      message: `only ${contenders.map(({ name }) => name).join(", ")} to compare`,
      expected: "two systems at least: scenario files, result folders, or one scenario with several systems",
    });
  }
  const comparison = compare(contenders);
  const interrupted = contenders
    .filter((contender) => contender.interrupted)
    .map(
      ({ name, requests }) =>
        `${name} was interrupted after ${requests.length} requests; only these are compared`,
    );
  const unpaired = comparison.pairs
    .filter(({ pairing }) => pairing.kind === "unpaired")
    .map(
      ({ first, second }) => `the workloads of ${first} and ${second} differ: their requests are not paired`,
    );
  const warnings = [...interrupted, ...unpaired, ...new Set(others)];
  return { comparison, warnings, json: comparisonJson(comparison, programVersion(), warnings) };
}
