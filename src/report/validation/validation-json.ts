import { meetsGoal, type Validation } from "../../analysis/validation/validate.ts";

/** The errors as one JSON answer, without the single points; errors are fractions. */
export function validationJsonOf({
  points,
  summary,
  unmodelled,
  absent,
  notCompared,
}: Validation): Record<string, unknown> {
  return {
    measurements: points.length,
    summary: summary.map((row) => ({ ...row, met: meetsGoal(row) })),
    unmodelled,
    absent,
    not_compared: notCompared,
  };
}
