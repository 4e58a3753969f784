import { InputError } from "../core/errors.ts";
import { proportionsCsv } from "../report/proportions/proportions-csv.ts";
import { proportionsJsonOf } from "../report/proportions/proportions-json.ts";
import type { ProportionsReport } from "../report/proportions/proportions-report.ts";
import { proportionsPage } from "../report/html/proportions-page.ts";
import type { Candidate } from "../search/candidate.ts";
import { Evaluator } from "../search/evaluation/evaluator.ts";
import { rateOf } from "../search/evaluation/replayed-service.ts";
import { loadStudies, type NamedExploration } from "../search/load-studies.ts";
import { scoresOf } from "../search/objectives.ts";
import { proportionsOf, type Proportions } from "../search/proportions.ts";
import { replayWhole, resultsOf, search, type SearchOutcome, type SearchProgress } from "../search/search.ts";
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
  const outcomes: SearchOutcome[] = [];
  for (const study of studies) outcomes.push(await searchStudy(request, study));
  const found: Proportions[] = [];
  for (const [i, study] of studies.entries()) {
    // What is best in one study may be in another as well, and no search finds everything.
    const others = outcomes.filter((_, j) => j !== i && haveOneSpace(study, studies[j]!));
    const points = others.map(({ recommended }) => recommended.point);
    found.push(await divide(request, study, outcomes[i]!, points));
  }
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
): Promise<SearchOutcome> {
  return named(name, () =>
    withOpenSearch(exploration, { ...request, onFound: () => undefined }, ({ study, engine, store }) =>
      search(exploration, rateOf(study.table), engine, store, (progress) => {
        request.onProgress(name, progress);
      }),
    ),
  );
}

/** The proportions of the best design of a study, its own or one of those found in others. */
async function divide(
  request: ProportionsRequest,
  { name, exploration }: NamedExploration,
  outcome: SearchOutcome,
  points: readonly Point[],
): Promise<Proportions> {
  const { space, objectives } = exploration;
  const open = { ...request, onFound: () => undefined };
  return withOpenSearch(exploration, open, async ({ study, engine, store }) => {
    const visitors = await replayWhole(exploration, rateOf(study.table), points, engine, store);
    const scoreOf = ({ evaluations }: Candidate) => scoresOf(objectives, resultsOf(evaluations.full)!)[0]!;
    const recommended = [outcome.recommended, ...visitors].reduce((best, candidate) =>
      scoreOf(candidate) < scoreOf(best) ? candidate : best,
    );
    const visiting = new Set(visitors.map(({ id }) => id));
    const candidates = [...outcome.candidates.filter(({ id }) => !visiting.has(id)), ...visitors];
    const evaluator = new Evaluator(study, diskFiles);
    return proportionsOf(name, space, objectives.list[0]!, { ...outcome, candidates, recommended }, (to) =>
      evaluator.systemOf(to),
    );
  });
}

function haveOneSpace(...studies: readonly NamedExploration[]): boolean {
  return new Set(studies.map(({ exploration }) => JSON.stringify(exploration.space.axes))).size === 1;
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
