import type { StepExplanation } from "../../perf/step-explanation.ts";
import { formatSeconds } from "../format.ts";
import { plainTable } from "../plain-table.ts";
import type { Paint } from "../terminal.ts";
import { timeColumns, workColumns, type OperatorColumn } from "./operator-columns.ts";
import { batchText, systemText } from "./step-text.ts";
import { verdict } from "./verdict.ts";

/** The terminal's answer: what each operator is and moves, what it takes and why, and the verdict. */
export function explanationScreen(explanation: StepExplanation, paint: Paint): string {
  const { rooflineSeconds } = explanation;
  return [
    `${paint.bold(systemText(explanation))}${paint.dim(` - ${batchText(explanation)}; all runs of an operator together, per device, energy of all devices`)}`,
    "",
    tableOf(explanation, workColumns(explanation)),
    "",
    tableOf(explanation, timeColumns(explanation)),
    "",
    paint.bold(verdict(explanation)),
    paint.dim(`No step of this work beats its roofline of ${formatSeconds(rooflineSeconds)}.`),
    "",
  ].join("\n");
}

function tableOf({ operators }: StepExplanation, columns: readonly OperatorColumn[]): string {
  return plainTable(
    columns.map(({ head }) => head),
    [...operators.map((row) => columns.map(({ cell }) => cell(row))), columns.map(({ total }) => total)],
    columns.flatMap(({ isText }, i) => (isText ? [i] : [])),
  );
}
