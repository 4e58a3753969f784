import type { Findings } from "../../search/findings.ts";
import { plainTable, type TextTable } from "../plain-table.ts";
import type { Paint } from "../terminal.ts";
import {
  comparisonTable,
  confirmationTable,
  effortLines,
  frontTable,
  recommendedText,
  sensitivityTable,
  tradeLines,
} from "./explore-tables.ts";
import { worthLines } from "./worth-text.ts";

/** The one screen of a search. */
export function exploreScreen(findings: Findings, paint: Paint): string {
  const { scenario } = findings.exploration;
  const table = ({ head, rows }: TextTable) =>
    plainTable(
      head.map((name) => paint.bold(name)),
      rows,
    );
  return [
    `${paint.bold(scenario.name)}${scenario.description === "" ? "" : paint.dim(` - ${scenario.description}`)}`,
    "",
    ...wrapped(`Recommended: ${recommendedText(findings)}`).map((line) => paint.bold(line)),
    "",
    table(comparisonTable(findings)),
    "",
    ...(findings.confirmations.length === 0 ? [] : [table(confirmationTable(findings)), ""]),
    paint.bold(`Pareto front (* recommended)`),
    table(frontTable(findings)),
    "",
    ...tradeLines(findings),
    "",
    ...(findings.sensitivities.length === 0 ? [] : [table(sensitivityTable(findings)), ""]),
    ...worthLines(findings.worth),
    "",
    ...effortLines(findings),
    "",
  ].join("\n");
}

const WIDTH = 110;

/** Lines of at most so many characters, broken after commas or where told. */
export function wrapped(text: string, breaks = /(?<=,) /): string[] {
  return text.split(breaks).reduce<string[]>((lines, part) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + part.length > WIDTH) return [...lines, part];
    return [...lines.slice(0, -1), `${last} ${part}`];
  }, []);
}
