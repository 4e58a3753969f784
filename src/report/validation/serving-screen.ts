import type {
  ServingSummaryRow,
  ServingValidation,
} from "../../analysis/validation/end-to-end/validate-serving.ts";
import { formatCount, formatPlural, formatSeconds, formatShare } from "../format.ts";
import { plainTable } from "../plain-table.ts";
import type { Paint } from "../terminal.ts";
import { signedShare } from "./validation-screen.ts";

/** The terminal's answer: each run's distributions beside the measured ones, sweeps by system, then what was not scored. */
export function servingScreen(
  { summary, points, runs, unmodelled }: ServingValidation,
  paint: Paint,
): string {
  const left = unmodelled.map(({ dataset, system, reason, rows }) => [
    ...[dataset, system, reason, formatCount(rows)],
  ]);
  const sweeps = sweepErrors(summary);
  return [
    ...runs.flatMap(({ dataset, system }) => [
      paint.bold(`${dataset}: ${system}`),
      runTable(summary.filter((row) => row.dataset === dataset)),
      "",
    ]),
    ...(points.length === 0
      ? []
      : [
          paint.bold(
            `Closed-loop sweeps, ${formatPlural(points.length, "point")}: absolute error, and its median with the sign`,
          ),
          plainTable(
            ["system", "n", "TTFT median", "p90", "bias", "TPOT median", "p90", "bias"],
            sweeps.map(({ system, n, ttft, tpot }) => [
              system,
              formatCount(n),
              ...errorCells(ttft),
              ...errorCells(tpot),
            ]),
          ),
          "",
        ]),
    ...(left.length === 0
      ? []
      : ["Unmodelled, not scored:", plainTable(["dataset", "system", "why", "rows"], left, [0, 1, 2]), ""]),
  ].join("\n");
}

/** Both errors of each system that was swept, in the order of the measurements. */
export function sweepErrors(summary: readonly ServingSummaryRow[]): readonly {
  readonly system: string;
  readonly n: number;
  readonly ttft: ServingSummaryRow;
  readonly tpot: ServingSummaryRow;
}[] {
  return summary.flatMap((ttft) => {
    if (ttft.metric !== "ttft") return [];
    const tpot = summary.find(
      (row) => row.metric === "tpot" && row.system === ttft.system && row.dataset === ttft.dataset,
    );
    return tpot === undefined ? [] : [{ system: ttft.system, n: ttft.n, ttft, tpot }];
  });
}

/** Median and 90th percentile of the absolute error, and the median with its sign. */
export function errorCells({ mdape, p90ape, error }: ServingSummaryRow): [string, string, string] {
  return [formatShare(mdape), formatShare(p90ape), signedShare(error)];
}

/** `ttft`, `tpot` and `e2e` as rows; measured, predicted and error of each statistic as columns. */
function runTable(rows: readonly ServingSummaryRow[]): string {
  return plainTable(
    ["", "measured", "predicted", "error"],
    rows.map(({ metric, measured, predicted, error }) => [
      metricText(metric),
      ...[formatSeconds(measured), formatSeconds(predicted), signedShare(error)],
    ]),
  );
}

/** `TTFT p90` for `ttft_p90`. */
export function metricText(metric: string): string {
  const [quantity = "", statistic = ""] = metric.split("_");
  return `${quantity.toUpperCase()} ${statistic}`;
}
