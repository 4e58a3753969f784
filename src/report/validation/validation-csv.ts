import { stringify } from "csv-stringify/browser/esm/sync";
import type { Validation } from "../../analysis/validation/validate.ts";

const POINT_COLUMNS = [
  ...["dataset", "device", "preset", "model", "operator", "shape", "subset", "metric", "unit"],
  ...["measured", "predicted", "signed_error", "line"],
];

/** `points.csv`: a row a measurement, in seconds or tokens per second; `line` is where it stands in its file. */
export function pointsCsv({ points }: Validation): string {
  return stringify([
    POINT_COLUMNS,
    ...points.map((point) => [
      ...[point.dataset, point.device, point.preset, point.model, point.operator, point.shape, point.subset],
      ...[point.metric, point.metric === "throughput" ? "tokens/s" : "s"],
      ...[point.measured, point.predicted, point.signedError, point.line],
    ]),
  ]);
}

/** `summary.csv`: errors as fractions, a row per dataset, device, subset and metric. */
export function summaryCsv({ summary }: Validation): string {
  return stringify([
    ["dataset", "device", "subset", "metric", "n", "mdape", "p90ape", "bias"],
    ...summary.map((row) => [
      ...[row.dataset, row.device, row.subset, row.metric, row.n, row.mdape, row.p90ape, row.bias],
    ]),
  ]);
}

/** `unmodelled.csv`: measurements that are not scored, by system, and why. */
export function unmodelledCsv({ unmodelled }: Validation): string {
  return stringify([
    ["dataset", "device", "model", "reason", "rows"],
    ...unmodelled.map(({ dataset, device, model, reason, rows }) => [dataset, device, model, reason, rows]),
  ]);
}
