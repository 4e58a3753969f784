import { ENGINE_OF_2023_FITTED } from "../../search/paper/contenders.ts";
import type { MeasuredBatch } from "../../search/paper/measured.ts";
import type { PaperCase } from "../../search/paper/paper-case.ts";
import { THINK_SECONDS } from "../../search/paper/service.ts";
import { PUBLISHED } from "../../search/paper/published.ts";
import { wrapped } from "../explore/explore-screen.ts";
import { formatCount } from "../format.ts";
import { plainTable, type TextTable } from "../plain-table.ts";
import type { Paint } from "../terminal.ts";
import type { PaperReport } from "./paper-report.ts";
import { headlineTable, ladderTable, measuredTable, sweepTable, systemsTable } from "./paper-tables.ts";
import { timesText } from "./paper-text.ts";
import { areaText, verdictOf } from "./paper-verdict.ts";

const USUAL_INPUT_TOKENS = 512;

/** The one screen of a reproduction. */
export function paperScreen({ cases, measurements }: PaperReport, paint: Paint): string {
  const figures = cases.map((one) => one.figures);
  const table = ({ head, rows }: TextTable) =>
    plainTable(
      head.map((name) => paint.bold(name)),
      rows,
    );
  return [
    ...figures.flatMap((one) => [...wrapped(verdictOf(one), / /).map((line) => paint.bold(line)), ""]),
    table(headlineTable(figures)),
    paint.dim(`paper: ${PUBLISHED.source}; today and of 2023: under which engine the A100 serves`),
    paint.dim(`engine of 2023: ${ENGINE_OF_2023_FITTED}`),
    "",
    table(systemsTable(figures)),
    ...(figures.some(hasChanged) ? [paint.dim("* as its scenario changes it")] : []),
    "",
    ...figures.flatMap((one) => [table(sweepTable(one, [one.found, one.baseline])), ""]),
    paint.dim(
      `within TTFT and TPOT of 99 of 100 requests; in brackets users who think for ${THINK_SECONDS} s`,
    ),
    "",
    table(ladderTable(figures)),
    "",
    ...figures.flatMap((one) => wrapped(`${one.name}: ${rangeText(one)} ${areaText(one)}`, / /)),
    "",
    ...measuredLines(figures, measurements, table),
    "",
  ].join("\n");
}

function hasChanged({ known }: PaperCase): boolean {
  return known.some(({ name }) => name.endsWith("*"));
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
  const told = figures.map((one) => ({ ...one, measured: mostTelling(one.measured) }));
  return [table(measuredTable(told))];
}

/** Of each software the largest batch, with prompts of a usual length. */
function mostTelling(measured: readonly MeasuredBatch[]): MeasuredBatch[] {
  const largest = Math.max(...measured.map(({ batch }) => batch));
  const distance = ({ inputTokens }: MeasuredBatch) => Math.abs(Math.log(inputTokens / USUAL_INPUT_TOKENS));
  const best = measured.filter(({ batch }) => batch === largest).sort((a, b) => distance(a) - distance(b));
  return best.filter(({ software }, i) => best.findIndex((other) => other.software === software) === i);
}
