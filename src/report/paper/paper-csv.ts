import { stringify } from "csv-stringify/browser/esm/sync";
import { areaOf } from "../../search/paper/gains.ts";
import type { PaperCase } from "../../search/paper/paper-case.ts";
import { systemsOf } from "./paper-tables.ts";

/** `sweep.csv`: a row a case, system and service level; an empty cell where a system bears no load at all. */
export function sweepCsv(cases: readonly PaperCase[]): string {
  const rows = cases.flatMap((figures) =>
    systemsOf(figures).flatMap((system) =>
      system.services.map((service, i) => {
        const { factor, slo } = figures.levels[i]!;
        const { ttftSeconds, tpotSeconds } = slo.request;
        return [
          ...[figures.name, system.name, areaOf(system), figures.devices, factor, ttftSeconds, tpotSeconds],
          ...[service.requestsPerSecond, service.concurrentUsers, service.ttftP99Seconds],
          ...[service.tbtMeanSeconds, service.tbtP99Seconds, service.tokensPerJoule],
        ];
      }),
    ),
  );
  return stringify([
    [
      ...["case", "system", "area_mm2", "devices", "slo_factor", "slo_ttft_s", "slo_tpot_s"],
      ...["requests_rps", "concurrent_users", "ttft_p99_s", "tbt_mean_s", "tbt_p99_s", "tokens_per_j"],
    ],
    ...rows,
  ]);
}

/** `steps.csv`: TBT in decode steps by batch and context. */
export function stepsCsv(cases: readonly PaperCase[]): string {
  const rows = cases.flatMap(({ name, grid }) =>
    grid.map(({ batch, contextTokens, foundSeconds, baselineSeconds }) => {
      return [name, batch, contextTokens, foundSeconds, baselineSeconds];
    }),
  );
  return stringify([["case", "batch", "context_tokens", "found_s", "baseline_s"], ...rows]);
}

/** `ablation.csv`: every system between the baseline and the found designs, and those with one thing off. */
export function ablationCsv(cases: readonly PaperCase[]): string {
  const rows = cases.flatMap(({ name, ablation }) =>
    (["ladder", "alone"] as const).flatMap((list) =>
      ablation[list].map(({ key, label, tbtSeconds, requestsPerSecond, areaMm2 }) => {
        return [
          name,
          list === "ladder" ? list : "one_off",
          key,
          label,
          tbtSeconds,
          requestsPerSecond,
          areaMm2,
        ];
      }),
    ),
  );
  return stringify([["case", "list", "key", "label", "tbt_s", "requests_rps", "area_mm2"], ...rows]);
}

/** `measured.csv`: batches that were measured on A100s. */
export function measuredCsv(cases: readonly PaperCase[]): string {
  const rows = cases.flatMap(({ name, measured }) =>
    measured.map((of) => [
      ...[name, of.source, of.software, of.batch, of.inputTokens, of.outputTokens],
      ...[of.measuredSeconds, of.modelSeconds, of.foundSeconds],
    ]),
  );
  return stringify([
    [
      ...["case", "source", "software", "batch", "input_tokens", "output_tokens"],
      ...["measured_s", "model_s", "found_s"],
    ],
    ...rows,
  ]);
}
