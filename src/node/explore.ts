import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { candidatesCsv } from "../report/explore/candidates-csv.ts";
import { paretoJsonOf } from "../report/explore/pareto-json.ts";
import { explorePage } from "../report/html/explore-page.ts";
import type { RunIdentity } from "../report/run-report.ts";
import type { ScenarioOverrides } from "../scenario/load.ts";
import { checkSupply, openSource, type RequestSupply } from "../scenario/request-supply.ts";
import { contentId } from "../search/design-id.ts";
import { rateOf } from "../search/evaluation/replayed-service.ts";
import type { Engine } from "../search/engine.ts";
import type { Evaluator, Study } from "../search/evaluation/evaluator.ts";
import { findingsOf, type Findings } from "../search/findings.ts";
import { loadExploration, type Exploration } from "../search/load-exploration.ts";
import { refuseEmpty } from "../search/no-design.ts";
import { search, type SearchProgress } from "../search/search.ts";
import type { Store } from "../search/store.ts";
import { collectRequests } from "../workload/collect-requests.ts";
import type { RequestTable } from "../workload/request.ts";
import { assignmentOf, evaluatorOf, type Assignment } from "./assignment.ts";
import { chartLibrary } from "./chart-library.ts";
import { diskFiles } from "./disk-files.ts";
import { readEarlierStudies } from "./earlier-studies.ts";
import { OutputFolder, refuseOccupied } from "./output-folder.ts";
import { jsonText } from "./result-files.ts";
import { programBuild } from "./program-version.ts";
import { prepareRequests } from "./run-scenario.ts";
import type { RunningEngine } from "./running-engine.ts";
import { SearchStore, STORE_FILES } from "./search-store.ts";

export interface ExploreRequest {
  readonly path: string;
  readonly overrides: ScenarioOverrides;
  /** Folder of the store and the results. */
  readonly out: string;
  /** Folders with stores of earlier searches to learn from. */
  readonly learnFrom?: readonly string[];
  /** Write into a folder that holds other things. */
  readonly force: boolean;
  /** Starts what works designs out. */
  openEngine(assignment: Assignment): RunningEngine | Promise<RunningEngine>;
  onProgress(progress: SearchProgress): void;
  /** Evaluations that an earlier search left in the folder: of this very study, and of others. */
  onFound(found: { readonly own: number; readonly others: number }): void;
}

export interface FinishedSearch {
  readonly findings: Findings;
  readonly identity: RunIdentity;
}

const RESULT_FILES = ["candidates.csv", "pareto.json", "report.html"];

/**
 * Searches and writes what was found. Every evaluation is kept as soon as it is known: after a kill at any time the same
 * request goes on from there and comes to the same result.
 * @throws InputError, RunError
 */
export async function explore(request: ExploreRequest): Promise<FinishedSearch> {
  const { out } = request;
  const exploration = loadExploration(request.path, diskFiles, request.overrides);
  const earlier = readEarlierStudies(request.learnFrom ?? [], exploration);
  refuseOccupied(out, request.force, ownFiles(out, RESULT_FILES));
  refuseEmpty(exploration);
  return withOpenSearch(exploration, request, async (open) => {
    const { study, identity, evaluator, engine, store } = open;
    const demand = rateOf(study.table);
    // What this very study knows grows as it runs: a search that goes on must not learn from that.
    const own = studyId(exploration, identity.scenarioHash);
    const others = earlier.filter((known) => known.study !== own);
    const onProgress = (progress: SearchProgress) => {
      request.onProgress(progress);
    };
    const outcome = await search(exploration, demand, engine, store, onProgress, others);
    const findings = await findingsOf(exploration, outcome, demand, evaluator, engine, store);
    writeFindings(request, findings, identity);
    return { findings, identity };
  });
}

/** What a search works with, open until it is done. */
interface OpenSearch {
  readonly study: Study;
  readonly identity: RunIdentity;
  readonly evaluator: Evaluator;
  readonly engine: Engine;
  readonly store: Store;
}

/**
 * Reads the requests of a search and opens its store and workers for as long as they are used.
 * @throws InputError, RunError
 */
export async function withOpenSearch<T>(
  exploration: Exploration,
  { out, openEngine, onFound }: Pick<ExploreRequest, "out" | "openEngine" | "onFound">,
  use: (open: OpenSearch) => Promise<T>,
): Promise<T> {
  const { study, id, identity } = await openStudy(exploration);
  const assignment = assignmentOf(study);
  const engine = await openEngine(assignment);
  try {
    const store = new SearchStore(out, {
      study: id,
      scenario: exploration.scenario.name,
      model: exploration.scenario.systems[0]!.model.name,
      version: identity.version,
      space: exploration.space.axes,
    });
    try {
      onFound(store.found);
      return await use({ study, identity, evaluator: evaluatorOf(assignment), engine, store });
    } finally {
      store.close();
    }
  } finally {
    await engine.close();
  }
}

function writeFindings({ out, force }: ExploreRequest, findings: Findings, identity: RunIdentity): void {
  writeBesideStore(out, force, RESULT_FILES, {
    "candidates.csv": candidatesCsv(findings),
    "pareto.json": jsonText(paretoJsonOf(findings, identity)),
    "report.html": explorePage(findings, chartLibrary()),
  });
}

/** Writes results into the folder of a store, all at once, in place of what a search left there. */
export function writeBesideStore(
  out: string,
  force: boolean,
  names: readonly string[],
  texts: Readonly<Record<string, string>>,
): void {
  const own = ownFiles(out, names);
  for (const name of own.filter(isStaging)) rmSync(join(out, name), { recursive: true, force: true });
  const folder = new OutputFolder(out, force, own);
  for (const [name, text] of Object.entries(texts)) folder.write(name, [text]);
  folder.commit();
}

/** What a search of ours may have left in the folder: where it has a store, its files, and what a kill left of writing them. */
export function ownFiles(out: string, results: readonly string[]): string[] {
  if (!existsSync(join(out, STORE_FILES[0]!))) return [];
  return [...STORE_FILES, ...results, ...readdirSync(out).filter(isStaging)];
}

function isStaging(name: string): boolean {
  return /^\.ador-\d+$/.test(name);
}

interface OpenStudy {
  readonly study: Study;
  /** Under which a store keeps its evaluations. */
  readonly id: string;
  readonly identity: RunIdentity;
}

/** Reads the requests of a search. @throws InputError */
export async function openStudy(exploration: Exploration): Promise<OpenStudy> {
  const { supply, identity } = await prepareRequests(exploration.scenario);
  checkSupply(supply, exploration.scenario);
  return { study: studyOf(exploration, supply), id: studyId(exploration, identity.scenarioHash), identity };
}

/** What workers have to know of a search. */
export function studyOf(
  { base, scenario, constraints, sliceRequests }: Exploration,
  supply: RequestSupply,
): Study {
  const { seed, slo, clients, margins } = scenario;
  return {
    base,
    traffic: { seed, slo, clients, margins },
    table: tableOf(supply),
    sliceRequests,
    constraints,
  };
}

function tableOf(supply: RequestSupply): RequestTable {
  return supply.kind === "table" ? supply.table : collectRequests(openSource(supply));
}

/** All that decides what an evaluation comes to, beside the settings of its design. */
function studyId({ constraints, sliceRequests }: Exploration, scenarioHash: string): string {
  return contentId({ scenarioHash, build: programBuild(), constraints, sliceRequests });
}
