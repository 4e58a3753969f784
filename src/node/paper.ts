import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { MeasurementFolder } from "../analysis/validation/dataset.ts";
import { InputError } from "../core/errors.ts";
import { ablationCsv, measuredCsv, stepsCsv, sweepCsv } from "../report/paper/paper-csv.ts";
import { paperJsonOf } from "../report/paper/paper-json.ts";
import type { PaperReport, ReportedCase } from "../report/paper/paper-report.ts";
import { paperPage } from "../report/html/paper-page.ts";
import type { ScenarioOverrides } from "../scenario/load.ts";
import { contentId } from "../search/design-id.ts";
import type { SearchProgress } from "../search/search.ts";
import { loadExploration } from "../search/load-exploration.ts";
import { paperCase } from "../search/paper/paper-case.ts";
import { PaperSystems } from "../search/paper/paper-systems.ts";
import { ServiceBook, type ServiceStore } from "../search/paper/service-book.ts";
import { chartLibrary } from "./chart-library.ts";
import { diskFiles } from "./disk-files.ts";
import { EvaluationPool } from "./evaluation-pool.ts";
import { explore, studyOf } from "./explore.ts";
import { OutputFolder, refuseOccupied } from "./output-folder.ts";
import { programVersion } from "./program-version.ts";
import { jsonText } from "./result-files.ts";
import { prepareRequests } from "./run-scenario.ts";
import { SERVICE_FILE, ServiceFile } from "./service-file.ts";

export interface PaperRequest {
  /** Searches, a case each. */
  readonly paths: readonly string[];
  readonly overrides: ScenarioOverrides;
  readonly out: string;
  readonly force: boolean;
  readonly workers: number;
  readonly measurements: MeasurementFolder | undefined;
  /** Told what is done next. */
  onStage(text: string): void;
  /** Told how far the search of a case is. */
  onSearch(at: SearchProgress): void;
}

const RESULT_FILES = [
  ...["paper.json", "sweep.csv", "steps.csv", "ablation.csv", "measured.csv", "report.html"],
];

/** What all is compared with. */
const BASELINE = "a100-80gb";

/**
 * Searches every case and puts what it finds beside the A100. Searches and services are kept in the folder, so that the same
 * request again, or after a kill, goes on from there.
 * @throws InputError, RunError
 */
export async function reproducePaper(request: PaperRequest): Promise<PaperReport> {
  const { paths, overrides, out, force, measurements } = request;
  const names = paths.map(caseName);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InputError({ message: "two scenarios of the same name", found: twice });
  for (const path of paths) checkSearch(path, overrides);
  refuseOccupied(out, force, ownNames(out, names));
  const services = new ServiceFile(out);
  const cases: ReportedCase[] = [];
  for (const path of paths) cases.push(await reproduceCase(path, request, services));
  const report: PaperReport = {
    ...{ version: programVersion(), cases },
    measurements: measurements?.pathOf("."),
  };
  writeReport(request, report, ownNames(out, names));
  return report;
}

/** Refuses before anything is written what cannot be put beside the baseline. */
function checkSearch(path: string, overrides: ScenarioOverrides): void {
  const { device, name, pools } = loadExploration(path, diskFiles, overrides).scenario.systems[0]!;
  if (pools !== undefined) {
    throw new InputError({
      ...{ file: path, key: "cluster.pools", message: "one kind of device is held to the baseline" },
      expected: "a system without pools; ador explore searches pools",
    });
  }
  if (device.kind === "hda") return;
  throw new InputError({
    ...{ file: path, key: "device", message: "not a dataflow design", found: device.name },
    expected: `a dataflow design as the base of ${name}`,
  });
}

async function reproduceCase(
  path: string,
  request: PaperRequest,
  services: ServiceStore,
): Promise<ReportedCase> {
  const { overrides, out, force, workers, measurements } = request;
  const name = caseName(path);
  const tell = (text: string) => {
    request.onStage(`${name}: ${text}`);
  };
  tell("searching designs");
  const { findings, identity } = await explore({
    ...{ path, overrides, out: join(out, name), force },
    openEngine: (assignment) => new EvaluationPool(assignment, workers),
    onProgress: (at) => {
      request.onSearch(at);
    },
    onFound: () => undefined,
  });
  const { exploration, outcome } = findings;
  const { supply } = await prepareRequests(exploration.scenario);
  const study = studyOf(exploration, supply);
  const { settings, id } = outcome.recommended;
  const systems = new PaperSystems(study, exploration.space, settings, diskFiles);
  const requests = contentId([
    identity.version,
    ...[study.table.arrivalSeconds, study.table.inputTokens, study.table.outputTokens].map((column) => [
      ...column,
    ]),
  ]);
  const book = new ServiceBook(study.table, requests, services);
  const others = exploration.compareWith.filter((device) => device !== BASELINE);
  const figures = await paperCase(
    name,
    systems,
    book,
    { baseline: BASELINE, others },
    measurements,
    async (what) => {
      tell(what);
      await setImmediate(); // A Ctrl-C is heard in between.
    },
  );
  return {
    ...{ figures, scenarioHash: identity.scenarioHash, seed: exploration.scenario.seed },
    ...{ design: settings, candidateId: id, estimated: outcome.effort.evaluated.estimate },
  };
}

function writeReport({ out, force }: PaperRequest, report: PaperReport, own: readonly string[]): void {
  const figures = report.cases.map((one) => one.figures);
  const folder = new OutputFolder(out, force, own);
  folder.write("paper.json", [jsonText(paperJsonOf(report))]);
  folder.write("sweep.csv", [sweepCsv(figures)]);
  folder.write("steps.csv", [stepsCsv(figures)]);
  folder.write("ablation.csv", [ablationCsv(figures)]);
  folder.write("measured.csv", [measuredCsv(figures)]);
  folder.write("report.html", [paperPage(report, chartLibrary())]);
  folder.commit();
}

/** What an earlier reproduction may have left in the folder: where it has services, its files, and a folder a case. */
function ownNames(out: string, cases: readonly string[]): string[] {
  if (!existsSync(join(out, SERVICE_FILE))) return [];
  const staging = readdirSync(out).filter((name) => /^\.ador-\d+$/.test(name));
  return [SERVICE_FILE, ...RESULT_FILES, ...cases, ...staging];
}

/** scenarios/paper/8b.yaml is 8b. */
function caseName(path: string): string {
  return path.replace(/^.*[/\\]/, "").replace(/\.ya?ml$/, "");
}
