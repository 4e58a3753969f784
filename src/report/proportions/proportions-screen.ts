import { plainTable, type TextTable } from "../plain-table.ts";
import type { Paint } from "../terminal.ts";
import type { ProportionsReport } from "./proportions-report.ts";
import { designsTable, movementLines, noteLines, sharesTable } from "./proportions-text.ts";

/** The one screen of several searches side by side. */
export function proportionsScreen(report: ProportionsReport, paint: Paint): string {
  const table = ({ head, rows }: TextTable) =>
    plainTable(
      head.map((name) => paint.bold(name)),
      rows,
    );
  const { scenario, description } = report;
  return [
    `${paint.bold(scenario)}${description === "" ? "" : paint.dim(` - ${description}`)}`,
    "",
    table(sharesTable(report)),
    "",
    ...movementLines(report).map((line) => paint.bold(line)),
    "",
    table(designsTable(report)),
    "",
    ...noteLines(report),
    "",
  ].join("\n");
}
