import { AREA_PART_NAMES } from "../../search/area-shares.ts";
import { movementsOf } from "../../search/proportions.ts";
import { inSnakeCase } from "../../scenario/setting-map.ts";
import type { ProportionsReport } from "./proportions-report.ts";

/** `proportions.json` as a plain object; shares are 0..1, results in SI base units. */
export function proportionsJsonOf(report: ProportionsReport): Record<string, unknown> {
  const { scenario, seed, version, objective, studies } = report;
  return {
    ...{ scenario, seed, version, objective },
    studies: studies.map(({ study, best, results, dieMm2, shares, near, effort }) => ({
      study,
      candidate_id: best.id,
      settings: Object.fromEntries(best.settings),
      results,
      die_mm2: dieMm2,
      shares,
      designs_as_good: near,
      effort: inSnakeCase(effort),
    })),
    movements: movementsOf(studies).map(({ part, least, most }) => ({
      ...{ part, least_at: least.study, least: least.shares[part] },
      ...{ most_at: most.study, most: most.shares[part] },
    })),
    parts: AREA_PART_NAMES,
  };
}
