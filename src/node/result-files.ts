import { attributionCsv } from "../report/attribution-csv.ts";
import { compareJsonOf } from "../report/comparison.ts";
import { renderReport } from "../report/html/render-report.ts";
import { replicationsCsv } from "../report/replications-csv.ts";
import { requestsCsv } from "../report/requests-csv.ts";
import type { RunReport } from "../report/run-report.ts";
import { simulatorJsonOf } from "../report/simulator-json.ts";
import { summaryOf } from "../report/summary.ts";
import { timelineCsv } from "../report/timeline-csv.ts";
import { chartLibrary } from "./chart-library.ts";
import type { OutputFolder } from "./output-folder.ts";

export interface FinishedRun {
  readonly report: RunReport;
  readonly wallSeconds: number;
}

/** Writes the result of every system, and the comparison when there are several, into the folder and commits it. */
export function writeResults(
  folder: OutputFolder,
  runs: readonly FinishedRun[],
  withTimeline: boolean,
): void {
  const library = chartLibrary();
  const reports = runs.map(({ report }) => report);
  for (const run of runs) {
    const prefix = run.report.scenario.comparesSystems ? `${run.report.system.name}/` : "";
    writeSystem(folder, prefix, run, library, withTimeline);
  }
  if (reports.length > 1) {
    folder.write("compare.json", [jsonText(compareJsonOf(reports))]);
    folder.write("report.html", [renderReport(reports, library)]);
  }
  folder.commit();
}

/** Writes the files of one system below `prefix`, which is empty or ends in `/`. */
export function writeSystem(
  folder: OutputFolder,
  prefix: string,
  { report, wallSeconds }: FinishedRun,
  library = chartLibrary(),
  withTimeline = false,
): void {
  const { outcome } = report;
  folder.write(`${prefix}summary.json`, [jsonText(summaryOf(report))]);
  folder.write(`${prefix}requests.csv`, requestsCsv(outcome.records));
  if (outcome.attribution !== undefined) {
    folder.write(`${prefix}attribution.csv`, attributionCsv(outcome.attribution, outcome.records));
  }
  if (report.replicated !== undefined) {
    folder.write(`${prefix}replications.csv`, [replicationsCsv(report.replicated.replications)]);
  }
  folder.write(`${prefix}report.html`, [renderReport([report], library)]);
  if (withTimeline && outcome.timeline !== undefined) {
    folder.write(`${prefix}timeline.csv`, [timelineCsv(outcome.timeline)]);
  }
  const wall = {
    wallSeconds,
    wallTotalSeconds: performance.now() / 1e3,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    nodeVersion: process.version,
  };
  folder.write(`${prefix}simulator.json`, [
    jsonText(simulatorJsonOf(outcome.effort, outcome.metrics.counts.completed, wall)),
  ]);
}

/** JSON as people read it, ending in a line break. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
