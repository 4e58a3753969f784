import type { CheapService, Growth, GrowthReport } from "../../search/why/growth-worth.ts";
import type { Fidelity } from "../../search/evaluation/evaluator.ts";
import { formatNumber, formatUnit } from "../format.ts";
import type { TextTable } from "../plain-table.ts";
import { signedPercent } from "./result-text.ts";

const LOOKED: Readonly<Record<Fidelity, string>> = {
  estimate: "by estimate",
  slice: "by replays of the first requests",
  full: "by full replay",
};

/** What more of each resource would buy, the most goodput per mm² first. */
export function growthTable({ before, growth, looked }: GrowthReport): TextTable {
  return {
    head: [
      ...[
        `one resource more, ${LOOKED[looked]}`,
        "change",
        "mm²",
        "goodput",
        "per 1,000 mm²",
        "TTFT p99",
        "TBT p99",
      ],
      "beyond",
    ],
    rows: growth.map(({ resource, change, mm2, after, goodputPerMm2, refused, beyond }) => {
      const start = [resource, signedPercent(change)];
      if (after === undefined) return [...start, "-", "-", "-", "-", "-", `cannot be: ${refused}`];
      const changed = (of: (service: CheapService) => number | null) => changeText(of(before), of(after));
      return [
        ...[...start, formatNumber(mm2)],
        changed(({ goodputPerSecond }) => goodputPerSecond),
        goodputPerMm2 === null ? "-" : signedRate(1000 * goodputPerMm2),
        changed(({ ttftP99Seconds }) => ttftP99Seconds),
        changed(({ tbtP99Seconds }) => tbtP99Seconds),
        beyond.join(", "),
      ];
    }),
  };
}

/** Where one more mm² is best spent. */
export function growthLine({ before, growth, areaMm2, looked }: GrowthReport): string {
  const worth = growth.filter(({ goodputPerMm2 }) => (goodputPerMm2 ?? 0) > 0);
  const [best] = worth;
  if (best === undefined) {
    const none = before.goodputPerSecond > 0 ? "" : ` (${LOOKED[looked]} the design has none)`;
    return `No resource alone buys more goodput with more area${none}.`;
  }
  const average = `a mm² of the design as it stands serves ${perMm2Text(before.goodputPerSecond / areaMm2)} (${LOOKED[looked]})`;
  return `One more mm² is best spent on ${best.resource}: ${perMm2Text(best.goodputPerMm2!)}${limitsText(best, worth)}; ${average}.`;
}

function limitsText(best: Growth, worth: readonly Growth[]): string {
  if (best.beyond.length === 0) return "";
  const allowed = worth.find(({ beyond }) => beyond.length === 0);
  const within =
    allowed === undefined
      ? "no growth that helps is within the limits"
      : `within the limits on ${allowed.resource}: ${perMm2Text(allowed.goodputPerMm2!)}`;
  return `, which is beyond ${best.beyond.join(", ")}; ${within}`;
}

function perMm2Text(goodputPerMm2: number): string {
  return formatUnit(goodputPerMm2, "requests/s");
}

function changeText(was: number | null, is: number | null): string {
  return was === null || is === null || was === 0 ? "-" : signedPercent(is / was - 1);
}

function signedRate(value: number): string {
  return `${value > 0 ? "+" : ""}${formatUnit(value, "/s")}`;
}
