import { stringify } from "csv-stringify/browser/esm/sync";
import { AREA_PART_NAMES } from "../../search/area-shares.ts";
import { RESULT_NAMES } from "../../search/evaluation/results.ts";
import { axisValue } from "../explore/design-text.ts";
import type { ProportionsReport } from "./proportions-report.ts";

/** `proportions.csv`: a row per study; shares 0..1 of the best design and the range among those about as good. */
export function proportionsCsv({ studies }: ProportionsReport): string {
  const { axes } = studies[0]!.space;
  const head = [
    ...["study", "candidate_id", "designs_as_good"],
    ...["die_mm2", "bytes_per_flop", ...AREA_PART_NAMES].flatMap((name) => [
      name,
      `${name}_low`,
      `${name}_high`,
    ]),
    ...RESULT_NAMES,
    ...axes.map(({ path }) => path),
  ];
  const rows = studies.map(({ study, space, best, results, dieMm2, bytesPerFlop, shares, near }) => [
    ...[study, best.id, near],
    ...[dieMm2, bytesPerFlop, ...AREA_PART_NAMES.map((part) => shares[part])].flatMap((spread) => [
      ...[spread?.best ?? "", spread?.low ?? "", spread?.high ?? ""],
    ]),
    ...RESULT_NAMES.map((name) => results[name] ?? ""),
    ...axes.map((_, i) => String(axisValue(space, best, i) ?? "")),
  ]);
  return stringify([head, ...rows]);
}
