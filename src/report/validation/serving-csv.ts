import { stringify } from "csv-stringify/browser/esm/sync";
import type { ServingValidation } from "../../analysis/validation/end-to-end/validate-serving.ts";

/** `summary.csv`: a row per system and metric, times in seconds, errors as fractions, unknown cells empty. */
export function servingSummaryCsv({ summary }: ServingValidation): string {
  return stringify([
    ["dataset", "system", "metric", "n", "measured", "predicted", "error", "mdape", "p90ape"],
    ...summary.map(({ dataset, system, metric, n, measured, predicted, error, mdape, p90ape }) => [
      ...[dataset, system, metric, n, measured, predicted, error, mdape, p90ape],
    ]),
  ]);
}

/** `predictions.csv`: a row per point of a sweep and metric, in seconds; `line` is where it stands in its file. */
export function sweepPredictionsCsv({ points }: ServingValidation): string {
  return stringify([
    [
      ...["system", "tp", "pp", "attention_dp", "moe_ep", "isl", "osl", "concurrency"],
      ...["metric", "measured", "predicted", "error", "line"],
    ],
    ...points.flatMap(({ system, deployment: { parallelism }, loop, measured, predicted, line }) =>
      (["ttft", "tpot"] as const).map((metric) => {
        const [is, said] = [measured[`${metric}Seconds`], predicted[`${metric}Seconds`]];
        return [
          ...[system, parallelism.tensorParallel, parallelism.pipelineParallel],
          ...[parallelism.dataParallelAttention, parallelism.expertParallel],
          ...[loop.inputTokens, loop.outputTokens, loop.concurrency],
          ...[metric, is, said, said / is - 1, line],
        ];
      }),
    ),
  ]);
}

/** `unmodelled.csv`: systems that are not scored, and why. */
export function unservedCsv({ unmodelled }: ServingValidation): string {
  return stringify([
    ["dataset", "system", "reason", "rows"],
    ...unmodelled.map(({ dataset, system, reason, rows }) => [dataset, system, reason, rows]),
  ]);
}

/** `timeseries.csv`: requests in the engine over each run, as sampled there and as simulated. */
export function runSamplesCsv({ runs }: ServingValidation): string {
  return stringify([
    ["run", "source", "t_s", "running", "waiting"],
    ...runs.flatMap(({ dataset, run: { samples }, timeline }) => [
      ...samples.map(({ seconds, running, waiting }) => [dataset, "measured", seconds, running, waiting]),
      ...timeline.seconds.map((seconds, i) => [
        ...[dataset, "simulated", seconds, timeline.running[i], timeline.waiting[i]],
      ]),
    ]),
  ]);
}
