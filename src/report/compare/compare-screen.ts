import { significanceOf, type ComparedPair, type Comparison } from "../../analysis/comparison/compare.ts";
import { formatPlural } from "../format.ts";
import { plainTable } from "../plain-table.ts";
import type { Paint } from "../terminal.ts";
import { differenceText, formatMetric, pairingText, pairSentence, verdictText } from "./words.ts";

/** The screen of a comparison: a table for every contender against the first, then who wins what. */
export function compareScreen({ names, pairs, runs, winners }: Comparison, paint: Paint): string {
  return [
    ...pairs.flatMap((pair) => [
      paint.bold(`${pair.second} against ${pair.first}`) +
        paint.dim(
          ` - ${runs > 1 ? `${formatPlural(runs, "run")} with equal seeds; ` : ""}${pairingText(pair)}`,
        ),
      "",
      pairTable(pair, names.length > 2 ? winners : undefined, paint),
      "",
      paint.bold(pairSentence(pair)),
      "",
    ]),
  ].join("\n");
}

/** @param winners where there are more than two to choose from */
function pairTable(
  { first, second, differences }: ComparedPair,
  winners: Comparison["winners"] | undefined,
  paint: Paint,
): string {
  const rows = differences
    .filter((difference) => difference.first !== null || difference.second !== null)
    .map((difference) => {
      const { metric } = difference;
      const text = verdictText(difference);
      return [
        metric.label,
        formatMetric(metric, difference.first),
        formatMetric(metric, difference.second),
        differenceText(difference),
        significanceOf(difference) === "better" ? paint.good(text) : text,
        ...(winners === undefined ? [] : [winners[metric.key] ?? ""]),
      ];
    });
  return plainTable(
    ["", first, second, "difference (95 %)", "", ...(winners === undefined ? [] : ["winner"])],
    rows,
    [0, 4, 5],
  );
}
