import { stringify } from "csv-stringify/browser/esm/sync";
import { isEffect } from "../../analysis/sensitivity/effects.ts";
import type { SensitivityReport } from "./sensitivity-report.ts";

/** `sensitivity.csv`: a row a knob and direction, the strongest knob first; changes as fractions. */
export function sensitivityCsv({ figure, sensitivities }: SensitivityReport): string {
  return stringify([
    [
      "knob",
      "value",
      "turned_to",
      "metric",
      "result",
      "change",
      "ci_low",
      "ci_high",
      "estimated_change",
      "refused",
    ],
    ...sensitivities.flatMap(({ knob, down, up }) =>
      [down, up].map((side) =>
        isEffect(side)
          ? [
              knob.path,
              knob.value,
              side.value,
              figure,
              side.figure,
              side.change,
              side.low,
              side.high,
              side.estimated,
              null,
            ]
          : [knob.path, knob.value, side.value, figure, null, null, null, null, null, side.refused],
      ),
    ),
  ]);
}
