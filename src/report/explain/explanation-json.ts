import { deviceCount } from "../../models/parallelism.ts";
import type { StepExplanation } from "../../perf/step-explanation.ts";
import { inSnakeCase } from "../../scenario/setting-map.ts";
import { totalsOf } from "./totals.ts";
import { verdict } from "./verdict.ts";

/** The explanation as one JSON answer: SI units, shares as fractions, per device but for `joules`. */
export function explanationJsonOf(explanation: StepExplanation): Record<string, unknown> {
  const { request, batch, seconds, rooflineSeconds, operators, roofs } = explanation;
  const { model, device, parallelism, precision } = request;
  const { weights, experts, kv, activations } = precision;
  return {
    model: model.name,
    device: device.name,
    devices: deviceCount(parallelism),
    parallelism: inSnakeCase(parallelism),
    precision: { weights, experts, kv, activations },
    batch: inSnakeCase(batch),
    seconds,
    roofline_seconds: rooflineSeconds,
    verdict: verdict(explanation),
    total: inSnakeCase(totalsOf(explanation)),
    operators: operators.map((row) => ({ ...inSnakeCase(row), share: row.seconds / seconds })),
    roofs: {
      peak_bytes_per_second: roofs.peakBytesPerSecond,
      stream_bytes_per_second: roofs.streamBytesPerSecond,
      compute: roofs.compute.map(inSnakeCase),
    },
  };
}
