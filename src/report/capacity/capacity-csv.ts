import { stringify } from "csv-stringify/browser/esm/sync";
import type { Figure } from "../../analysis/experiment/figures.ts";
import { trialsOf } from "./capacity-screen.ts";
import type { CapacityReport } from "./capacity-report.ts";

const FIGURES: readonly Figure[] = [
  ...([
    "request_throughput_rps",
    "output_throughput_tps",
    "ttft_p50",
    "ttft_p99",
    "tbt_p50",
    "tbt_p99",
  ] as const),
  ...(["e2e_p50", "e2e_p99", "slo_attainment", "energy_per_token_j"] as const),
];

/** `capacity.csv`: a row for every load simulated and every figure, with the interval where there is one. */
export function capacityCsv(report: CapacityReport): string {
  const figures = [...new Set([...FIGURES, ...report.targets.map(({ figure }) => figure)])];
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
