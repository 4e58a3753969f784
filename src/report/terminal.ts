import { assumptionsOf } from "./assumptions.ts";
import { judge } from "./comparison.ts";
import { formatCount, formatShare } from "./format.ts";
import { plainTable } from "./plain-table.ts";
import { bestIndices, KEY_FIGURES } from "./key-figures.ts";
import { prefixHitRate } from "./prefix-hit-rate.ts";
import { deviceTotals, type RunReport } from "./run-report.ts";
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
    ["Device", ...reports.map((report) => `${deviceTotals(report).count} x ${report.system.device.name}`)],
    ["Model", ...reports.map(({ system }) => system.model.name)],
    ["Requests completed", ...reports.map(({ outcome }) => completed(outcome.metrics.counts))],
    ...(reports.some(({ outcome }) => outcome.metrics.counts.rejected > 0)
      ? [["Requests rejected", ...reports.map(({ outcome }) => formatCount(outcome.metrics.counts.rejected))]]
      : []),
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
    ...(assumptions.length === 0 ? [] : [paint.dim(assumptions.join(" "))]),
    "",
  ].join("\n");
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
