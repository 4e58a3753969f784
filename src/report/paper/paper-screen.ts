import type { PaperCase } from "../../search/paper/paper-case.ts";
import { PUBLISHED } from "../../search/paper/published.ts";
import type { TextTable } from "../explore/explore-tables.ts";
import { formatCount } from "../format.ts";
import { plainTable } from "../plain-table.ts";
import type { Paint } from "../terminal.ts";
import type { PaperReport } from "./paper-report.ts";
import { headlineTable, ladderTable, measuredTable, systemsTable } from "./paper-tables.ts";
import { timesText } from "./paper-text.ts";
import { causesOf, verdictOf } from "./paper-verdict.ts";

/** Of measured batches so many are shown: the largest. */
const MOST_MEASURED = 3;

/** The one screen of a reproduction. */
export function paperScreen({ cases, measurements }: PaperReport, paint: Paint): string {
  const figures = cases.map((one) => one.figures);
  const table = ({ head, rows }: TextTable) =>
    plainTable(
      head.map((name) => paint.bold(name)),
      rows,
    );
  return [
    ...figures.map((one) => paint.bold(verdictOf(one))),
    "",
    table(headlineTable(figures)),
    paint.dim(`paper: ${PUBLISHED.source}; today and of 2023: under which engine the A100 serves`),
    "",
    ...figures.flatMap((one) => [table(systemsTable(one)), ""]),
    table(ladderTable(figures)),
    "",
    ...figures.flatMap((one) => [
      `${one.name}: ${rangeText(one)}`,
      ...causesOf(one).map((text) => `  ${text}`),
    ]),
    "",
    ...measuredLines(figures, measurements, table),
    "",
  ].join("\n");
}

/** How far the ratio of TBTs goes over batches and contexts. */
function rangeText({ grid }: PaperCase): string {
  const ratios = grid.flatMap(({ foundSeconds, baselineSeconds }) =>
    foundSeconds === null || baselineSeconds === null ? [] : [baselineSeconds / foundSeconds],
  );
  const batches = grid.map(({ batch }) => batch);
  const contexts = grid.map(({ contextTokens }) => contextTokens);
  return (
    `over batches of ${Math.min(...batches)} to ${Math.max(...batches)} and contexts of ` +
    `${formatCount(Math.min(...contexts))} to ${formatCount(Math.max(...contexts))} tokens a decode step is ` +
    `${timesText(Math.min(...ratios))} to ${timesText(Math.max(...ratios))} as fast as under today's engine.`
  );
}

function measuredLines(
  figures: readonly PaperCase[],
  measurements: string | undefined,
  table: (of: TextTable) => string,
): string[] {
  if (measurements === undefined)
    return ["No measurements at hand: the A100 as measured is left out (--data DIR names their folder)."];
  return figures
    .filter(({ measured }) => measured.length > 0)
    .map((one) => {
      const largest = [...one.measured].sort((a, b) => b.batch - a.batch).slice(0, MOST_MEASURED);
      return table(measuredTable({ ...one, measured: largest }));
    });
}
