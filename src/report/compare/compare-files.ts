import { stringify } from "csv-stringify/browser/esm/sync";
import { significanceOf, type Comparison } from "../../analysis/comparison/compare.ts";
import { isInterval } from "../../analysis/statistics/output-series.ts";
import { CONFIDENCE } from "../../analysis/statistics/student-t.ts";
import { intervalJson } from "../confidence.ts";
import { pairSentence } from "./words.ts";

/** `compare.json` of a comparison as a plain object: differences are second minus first, in the unit of the key. */
export function comparisonJson(
  { names, runs, pairs, winners }: Comparison,
  version: string,
  warnings: readonly string[],
): Record<string, unknown> {
  return {
    version,
    level: CONFIDENCE,
    systems: Object.fromEntries(
      names.map((name) => [name, { wins: Object.keys(winners).filter((key) => winners[key] === name) }]),
    ),
    runs,
    pairs: pairs.map((pair) => ({
      first: pair.first,
      second: pair.second,
      paired: pair.pairing.kind === "paired",
      why_unpaired: pair.pairing.kind === "paired" ? null : pair.pairing.why,
      requests: pair.requests,
      metrics: Object.fromEntries(
        pair.differences.map((difference) => [
          difference.metric.key,
          {
            first: difference.first,
            second: difference.second,
            difference: intervalJson(difference.interval),
            significance: significanceOf(difference),
            winner: winners[difference.metric.key] ?? null,
          },
        ]),
      ),
      sentence: pairSentence(pair),
    })),
    warnings,
  };
}

/** `compare.csv`: a row for each pair and metric, differences second minus first. */
export function comparisonCsv({ pairs, winners }: Comparison): string {
  const rows = pairs.flatMap(({ first, second, pairing, differences }) =>
    differences.map((difference) => {
      const { metric, interval } = difference;
      const known = interval !== undefined && isInterval(interval) ? interval : undefined;
      return [
        ...[first, second, metric.key, difference.first, difference.second],
        ...[known?.estimate, known?.low, known?.high],
        ...[significanceOf(difference), winners[metric.key], pairing.kind === "paired"],
      ];
    }),
  );
  return stringify(
    [
      [
        ...["first", "second", "metric", "first_value", "second_value"],
        ...["difference", "ci_low", "ci_high", "significance", "winner", "paired"],
      ],
      ...rows,
    ],
    { cast: { boolean: String } },
  );
}
