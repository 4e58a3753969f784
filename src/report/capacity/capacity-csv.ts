import { stringify } from "csv-stringify/browser/esm/sync";
import { TOLD_FIGURES } from "../../analysis/capacity/capacity.ts";
import { trialsOf } from "./capacity-screen.ts";
import type { CapacityReport } from "./capacity-report.ts";

/** `capacity.csv`: a row for every load simulated and every figure, with the interval where there is one. */
export function capacityCsv(report: CapacityReport): string {
  const figures = [...new Set([...TOLD_FIGURES, ...report.targets.map(({ figure }) => figure)])];
  return stringify([
    ["system", "level", "figure", "value", "ci_low", "ci_high", "targets_met", "targets_surely_met"],
    ...report.systems.flatMap((system) =>
      trialsOf(system).flatMap(({ level, point, met, sure }) =>
        figures.map((figure) => {
          const { value, low, high } = point.figure(figure);
          return [system.name, level, figure, value, low, high, met, sure ?? null];
        }),
      ),
    ),
  ]);
}
