import { meetsGoal, type SummaryRow, type Validation } from "../../analysis/validation/validate.ts";
import { formatCount, formatPlural, formatShare } from "../format.ts";
import { plainTable } from "../plain-table.ts";
import type { Paint } from "../terminal.ts";

const HEAD = ["dataset", "device", "subset", "metric", "n", "median", "p90", "bias", "goal", ""];

/** The terminal's answer: a line per summary row, then what was not scored or not there. */
export function validationScreen(
  { points, summary, unmodelled, absent, notCompared }: Validation,
  paint: Paint,
): string {
  const rows = summary.map((row) => [
    ...[row.dataset, row.device, row.subset, row.metric, formatCount(row.n)],
    ...[formatShare(row.mdape), formatShare(row.p90ape), signedShare(row.bias)],
    ...[goalText(row), verdict(row, paint)],
  ]);
  const judged = summary.filter(({ goal }) => goal !== null);
  const met = judged.filter((row) => meetsGoal(row) === true);
  const left = unmodelled.map(({ dataset, device, model, reason, rows: count }) => [
    ...[dataset, device, model, reason, formatCount(count)],
  ]);
  return [
    paint.bold(
      "Model against measurements: absolute error of the predicted value, and its median with the sign",
    ),
    "",
    plainTable(HEAD, rows, [0, 1, 2, 3, 8, 9]),
    "",
    paint.bold(
      `${formatPlural(points.length, "measurement")}; ${met.length} of ${judged.length} goals met (median and p90).`,
    ),
    ...(left.length === 0
      ? []
      : [
          "",
          "Unmodelled, not scored:",
          plainTable(["dataset", "device", "model", "why", "rows"], left, [0, 1, 2, 3]),
        ]),
    ...(absent.length === 0 ? [] : ["", `Absent, skipped: ${absent.join(", ")}.`]),
    ...(notCompared.length === 0 ? [] : ["", `Of no known kind: ${notCompared.join(", ")}.`]),
    "",
  ].join("\n");
}

/** The accuracy that is promised, e.g. 5 % (15 %); empty where nothing is. */
export function goalText({ goal }: SummaryRow): string {
  return goal === null ? "" : `${Math.round(100 * goal.mdape)} % (${Math.round(100 * goal.p90ape)} %)`;
}

/** +3.1 % or -3.1 %. */
export function signedShare(share: number): string {
  return `${share < 0 ? "-" : "+"}${(100 * Math.abs(share)).toFixed(1)} %`;
}

function verdict(row: SummaryRow, paint: Paint): string {
  const met = meetsGoal(row);
  if (met === null) return "";
  return met ? paint.good("met") : "missed";
}
