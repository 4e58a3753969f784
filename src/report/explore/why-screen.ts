import type { Exploration } from "../../search/load-exploration.ts";
import type { Why } from "../../search/why/why.ts";
import { plainTable, type TextTable } from "../plain-table.ts";
import type { Paint } from "../terminal.ts";
import { growthLine, growthTable } from "./growth-text.ts";
import {
  areaLines,
  differenceTable,
  limitsLine,
  operatorTable,
  resultLine,
  settingsText,
  sloLines,
} from "./why-text.ts";

/** Why a design is as good as it is, for the terminal. */
export function whyScreen({ scenario, space }: Exploration, why: Why, paint: Paint): string {
  const table = ({ head, rows }: TextTable) =>
    plainTable(
      head.map((name) => paint.bold(name)),
      rows,
    );
  const { design, found, against } = why;
  const growth = found?.growth;
  const parts: readonly (readonly string[])[] = [
    [paint.bold(`${scenario.name}: ${design.name}`), paint.dim(settingsText(design, space))],
    [resultLine(why), ...(found === undefined ? [] : [limitsLine(found), ...areaLines(found)])],
    found?.atSlo === undefined ? [] : [...sloLines(found.atSlo), "", table(operatorTable(found.atSlo))],
    against === undefined ? [] : [table(differenceTable(why, against))],
    growth === undefined ? [] : [table(growthTable(growth)), growthLine(growth)],
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n")}\n`;
}
