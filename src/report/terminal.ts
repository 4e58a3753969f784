import { assumptionsOf } from "./assumptions.ts";
import { trustSentences } from "./confidence.ts";
import { judge } from "./comparison.ts";
import { formatCount, formatNumber, formatShare } from "./format.ts";
import { plainTable } from "./plain-table.ts";
import { bestIndices, KEY_FIGURES } from "./key-figures.ts";
import { prefixHitRate } from "./prefix-hit-rate.ts";
import { deviceTotals, fleetText, type RunReport } from "./run-report.ts";
import { rejectionText, runSentence } from "./run-sentence.ts";

/** How a terminal marks text; the identity where it knows no colours. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
}

/** The one screen of a run: a column per system, then a line that answers who serves the traffic best and why. */
export function terminalScreen(reports: readonly RunReport[], paint: Paint): string {
  const { scenario } = reports[0]!;
  const facts = [
    ["Device", ...reports.map((report) => fleetText(deviceTotals(report)))],
    ["Model", ...reports.map(({ system }) => system.model.name)],
    ["Requests completed", ...reports.map(({ outcome }) => completed(outcome.metrics.counts))],
    ...UNSERVED.flatMap(([label, status]) => {
      const counts = reports.map(({ outcome }) => outcome.metrics.counts[status]);
      return counts.some((count) => count > 0) ? [[label, ...counts.map(formatCount)]] : [];
    }),
    ...replicaRow(reports),
    ...(reports.some(({ outcome }) => outcome.metrics.prefixCache !== undefined)
      ? [["Prompt tokens from cache", ...reports.map(hitRate)]]
      : []),
  ];
  const figures = KEY_FIGURES.map((figure) => {
    const best = bestIndices(figure, reports);
    const cells = reports.map((report, i) => {
      const text = figure.format(figure.value(report));
      return best.includes(i) ? paint.good(text) : text;
    });
    return [figure.label, ...cells];
  });
  figures.push(...classRows(reports));
  const head = ["", ...reports.map(({ system }) => paint.bold(system.name))];
  const sentence = reports.length > 1 ? judge(reports).sentence : runSentence(reports[0]!);
  const assumptions = assumptionsOf(reports);
  return [
    `${paint.bold(scenario.name)}${scenario.description === "" ? "" : paint.dim(` - ${firstSentence(scenario.description)}`)}`,
    "",
    plainTable(head, [...facts, ...figures]),
    "",
    paint.bold(sentence),
    ...rejectionLines(reports),
    ...trustSentences(reports),
    ...(assumptions.length === 0 ? [] : [paint.dim(assumptions.join(" "))]),
    "",
  ].join("\n");
}

/** What became of requests that were not completed, where any was not. */
const UNSERVED = [
  ["Requests rejected", "rejected"],
  ["Requests timed out", "timedOut"],
  ["Requests cancelled", "cancelled"],
  ["Requests failed", "failed"],
] as const;

/** Replicas that were there on average, where they come and go. */
function replicaRow(reports: readonly RunReport[]): string[][] {
  if (reports.every(({ outcome }) => outcome.metrics.availability === undefined)) return [];
  const cells = reports.map(({ outcome: { metrics } }) => {
    const { availability, durationSeconds } = metrics;
    if (availability === undefined || durationSeconds === 0) return "-";
    return formatNumber(availability.replicaSeconds / durationSeconds);
  });
  return [["Replicas, mean", ...cells]];
}

/** Share within SLO by class, where requests are of several. */
function classRows(reports: readonly RunReport[]): string[][] {
  const { byClass } = reports[0]!.outcome.metrics.slo;
  const names = Object.keys(byClass);
  if (names.length < 2 || Object.values(byClass).every(({ attainment }) => attainment === null)) return [];
  return names.map((name) => [
    `SLO attainment, ${name}`,
    ...reports.map(({ outcome }) => formatShare(outcome.metrics.slo.byClass[name]?.attainment ?? null)),
  ]);
}

function hitRate({ outcome }: RunReport): string {
  return formatShare(prefixHitRate(outcome.metrics));
}

function completed(counts: { readonly completed: number; readonly submitted: number }): string {
  return counts.completed === counts.submitted
    ? formatCount(counts.completed)
    : `${formatCount(counts.completed)} of ${formatCount(counts.submitted)}`;
}

/** A line for each system that refused requests. */
function rejectionLines(reports: readonly RunReport[]): string[] {
  return reports.flatMap((report) => {
    const text = rejectionText(report);
    if (text === undefined) return [];
    return [reports.length > 1 ? `${report.system.name}: ${text}.` : `${text}.`];
  });
}

function firstSentence(text: string): string {
  return text.split(/(?<=\.)\s/, 1)[0]!.trim();
}
