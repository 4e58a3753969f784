import type { ServingValidation } from "../../analysis/validation/end-to-end/validate-serving.ts";

/** The comparison as one JSON answer, without the single points; errors are fractions. */
export function servingJsonOf({
  points,
  runs,
  summary,
  unmodelled,
}: ServingValidation): Record<string, unknown> {
  return { runs: runs.map(({ dataset }) => dataset), points: points.length, summary, unmodelled };
}
