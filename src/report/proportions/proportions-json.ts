import { movementsOf } from "../../search/proportions.ts";
import { inSnakeCase } from "../../scenario/setting-map.ts";
import type { ProportionsReport } from "./proportions-report.ts";

/** `proportions.json` as a plain object; shares are 0..1, results in SI base units. */
export function proportionsJsonOf(report: ProportionsReport): Record<string, unknown> {
  const { scenario, seed, version, objective, studies } = report;
  return {
    ...{ scenario, seed, version, objective },
    studies: studies.map(({ study, best, results, dieMm2, bytesPerFlop, shares, near, effort }) => ({
      study,
      candidate_id: best.id,
      settings: Object.fromEntries(best.settings),
      results,
      die_mm2: dieMm2,
      bytes_per_flop: bytesPerFlop ?? null,
      shares,
      designs_as_good: near,
      effort: inSnakeCase(effort),
    })),
    movements: movementsOf(studies).map(({ what, least, most, from, to }) => ({
      ...{ what, least_at: least.study, least: from, most_at: most.study, most: to },
    })),
  };
}
