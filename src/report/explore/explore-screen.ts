import type { Findings } from "../../search/findings.ts";
import { plainTable } from "../plain-table.ts";
import type { Paint } from "../terminal.ts";
import {
  comparisonTable,
  effortLines,
  frontTable,
  recommendedText,
  sensitivityTable,
  tradeLines,
  type TextTable,
} from "./explore-tables.ts";

/** The one screen of a search. */
export function exploreScreen(findings: Findings, paint: Paint): string {
  const { scenario } = findings.exploration;
  const table = ({ head, rows }: TextTable) =>
    plainTable(
      head.map((name) => paint.bold(name)),
      rows,
    );
  return [
    `${paint.bold(scenario.name)}${paint.dim(` - ${scenario.description}`)}`,
    "",
    paint.bold(`Recommended: ${recommendedText(findings)}`),
    "",
    table(comparisonTable(findings)),
    "",
    paint.bold(`Pareto front (* recommended)`),
    table(frontTable(findings)),
    "",
    ...tradeLines(findings),
    "",
    ...(findings.sensitivities.length === 0 ? [] : [table(sensitivityTable(findings)), ""]),
    ...effortLines(findings),
    "",
  ].join("\n");
}
