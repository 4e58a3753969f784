import { stringify } from "csv-stringify/browser/esm/sync";
import { AREA_PART_NAMES } from "../../search/area-shares.ts";
import { RESULT_NAMES } from "../../search/evaluation/results.ts";
import { axisValue } from "../explore/design-text.ts";
import type { ProportionsReport } from "./proportions-report.ts";

/** `proportions.csv`: a row per study; shares 0..1 of the best design and the range among those about as good. */
export function proportionsCsv({ studies }: ProportionsReport): string {
  const { axes } = studies[0]!.space;
  const head = [
    ...["study", "candidate_id", "die_mm2", "designs_as_good"],
    ...AREA_PART_NAMES.flatMap((part) => [part, `${part}_low`, `${part}_high`]),
    ...RESULT_NAMES,
    ...axes.map(({ path }) => path),
  ];
  const rows = studies.map(({ study, space, best, results, dieMm2, shares, near }) => [
    ...[study, best.id, dieMm2, near],
    ...AREA_PART_NAMES.flatMap((part) => [shares[part].best, shares[part].low, shares[part].high]),
    ...RESULT_NAMES.map((name) => results[name] ?? ""),
    ...axes.map((_, i) => String(axisValue(space, best, i) ?? "")),
  ]);
  return stringify([head, ...rows]);
}
