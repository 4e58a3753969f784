import { InputError } from "../core/errors.ts";
import { proportionsCsv } from "../report/proportions/proportions-csv.ts";
import { proportionsJsonOf } from "../report/proportions/proportions-json.ts";
import type { ProportionsReport } from "../report/proportions/proportions-report.ts";
import { proportionsPage } from "../report/html/proportions-page.ts";
import { Evaluator } from "../search/evaluation/evaluator.ts";
import { rateOf } from "../search/evaluation/replayed-service.ts";
import { loadStudies, type NamedExploration } from "../search/load-studies.ts";
import { proportionsOf, type Proportions } from "../search/proportions.ts";
import { search, type SearchProgress } from "../search/search.ts";
import type { Point } from "../search/space/space.ts";
import { chartLibrary } from "./chart-library.ts";
import { diskFiles } from "./disk-files.ts";
import { ownFiles, withOpenSearch, writeBesideStore, type ExploreRequest } from "./explore.ts";
import { refuseOccupied } from "./output-folder.ts";
import { programVersion } from "./program-version.ts";
import { jsonText } from "./result-files.ts";

export interface ProportionsRequest extends Omit<ExploreRequest, "onProgress" | "onFound"> {
  onProgress(study: string, progress: SearchProgress): void;
}

const RESULT_FILES = ["proportions.csv", "proportions.json", "report.html"];

/**
 * Searches for each study of a scenario, all in one store, and writes how the best designs divide their dies. After a
 * kill at any time the same request goes on from there and comes to the same result.
 * @throws InputError, RunError
 */
export async function proportions(request: ProportionsRequest): Promise<ProportionsReport> {
  const { path, overrides, out, force } = request;
  const studies = loadStudies(path, diskFiles, overrides);
  refuseOccupied(out, force, ownFiles(out, RESULT_FILES));
  const searchAll = async (best: readonly Proportions[]): Promise<Proportions[]> => {
    const found: Proportions[] = [];
    for (const study of studies) found.push(await searchStudy(request, study, startsFor(study, best)));
    return found;
  };
  // What is best in one study may be in another: each goes on from the best designs of all.
  const found = await searchAll(await searchAll([]));
  const { scenario, objectives } = studies[0]!.exploration;
  const report: ProportionsReport = {
    ...{ scenario: scenario.name, description: scenario.description, seed: scenario.seed },
    ...{ version: programVersion(), objective: objectives.list[0]!, studies: found },
  };
  writeBesideStore(out, force, RESULT_FILES, {
    "proportions.csv": proportionsCsv(report),
    "proportions.json": jsonText(proportionsJsonOf(report)),
    "report.html": proportionsPage(report, chartLibrary()),
  });
  return report;
}

async function searchStudy(
  request: ProportionsRequest,
  { name, exploration }: NamedExploration,
  starts: readonly Point[],
): Promise<Proportions> {
  const { out, workers } = request;
  return withOpenSearch(exploration, { out, workers, onFound: () => undefined }, async (open) => {
    const { study, engine, store } = open;
    const onSearch = (progress: SearchProgress) => {
      request.onProgress(name, progress);
    };
    const demand = rateOf(study.table);
    const outcome = await named(name, () => search(exploration, demand, engine, store, onSearch, starts));
    const evaluator = new Evaluator(study, diskFiles);
    const [objective] = exploration.objectives.list;
    return proportionsOf(name, exploration.space, objective!, outcome, (to) => evaluator.systemOf(to));
  });
}

/** The best designs of the studies whose space is the same. */
function startsFor({ exploration: { space } }: NamedExploration, best: readonly Proportions[]): Point[] {
  const axes = JSON.stringify(space.axes);
  const same = best.filter((of) => JSON.stringify(of.space.axes) === axes).map((of) => of.best.point);
  return [...new Map(same.map((point) => [space.keyOf(point), point])).values()];
}

/** Says of which study something is wrong. */
async function named<T>(study: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.problems.map((problem) => ({ ...problem, message: `${study}: ${problem.message}` })),
    );
  }
}
