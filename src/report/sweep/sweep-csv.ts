import { stringify } from "csv-stringify/browser/esm/sync";
import type { SweepReport } from "./sweep-report.ts";

/** `validation.csv`: a row a figure at every value, SI units; errors are estimated over simulated, less 1. */
export function sweepCsv({ axis, compared }: SweepReport): string {
  return stringify([
    [
      ...["load", "metric", "estimated", "simulated", "ci_low", "ci_high", "error", "regime"],
      ...["measured", "system", "varied", "value"],
    ],
    ...compared.map((row) => [
      ...[row.load, row.figure, row.estimated, row.simulated, row.low, row.high, row.error, row.regime],
      ...[row.measured, row.system, axis, row.value],
    ]),
  ]);
}
