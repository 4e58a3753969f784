import { significanceOf, type ComparedPair } from "../../analysis/comparison/compare.ts";
import type { Difference } from "../../analysis/comparison/differences.ts";
import type { Metric } from "../../analysis/comparison/metrics.ts";
import { isInterval } from "../../analysis/statistics/output-series.ts";
import { formatCount, formatDollars, formatSeconds, formatShare, formatUnit } from "../format.ts";
import { signedShare } from "../validation/validation-screen.ts";

/** A value of a metric, for people. */
export function formatMetric({ unit }: Metric, value: number | null): string {
  switch (unit) {
    case "seconds":
      return formatSeconds(value);
    case "share":
      return formatShare(value);
    case "per second":
      return formatUnit(value, "/s");
    case "joules":
      return formatUnit(value, "J");
    case "dollars":
      return formatDollars(value);
  }
}

/** A difference as a share of the first contender's value; null where that is nothing. */
function relativeTo({ first }: Difference, amount: number): number | null {
  return first === null || first === 0 ? null : amount / first;
}

/** -12.1 % (-15.3 % to -8.9 %); a dash where a value is unknown. */
export function differenceText(difference: Difference): string {
  const { first, second, interval } = difference;
  if (first === null || second === null) return "-";
  const share = relativeTo(difference, second - first);
  if (share === null) return "-";
  if (interval === undefined || !isInterval(interval)) return signedShare(share);
  const [low, high] = [interval.low / first, interval.high / first];
  return `${signedShare(interval.estimate / first)} (${signedShare(low)} to ${signedShare(high)})`;
}

/** What the interval says, in words. */
export function verdictText(difference: Difference): string {
  const { interval, first, second } = difference;
  if (first === null || second === null) return "unknown";
  switch (significanceOf(difference)) {
    case "better":
      return "better, significant";
    case "worse":
      return "worse, significant";
    case "not significant":
      return first === second ? "equal" : "no significant difference";
    case "unknown":
      return interval === undefined || isInterval(interval)
        ? "one run each: no interval"
        : `about ${formatCount(interval.needed)} requests would tell`;
  }
}

/** How the requests of a pair are held against each other. */
export function pairingText({ first, second, pairing, requests }: ComparedPair): string {
  return pairing.kind === "paired"
    ? `${formatCount(requests[0])} requests, each compared with itself`
    : `not paired, as the workloads of ${first} and ${second} differ (${pairing.why}): differences hold between separate samples`;
}

/** One sentence for each pair: in what the second is surely better and surely worse. */
export function pairSentence({ first, second, differences }: ComparedPair): string {
  const labels = (wanted: "better" | "worse") =>
    differences
      .filter((difference) => significanceOf(difference) === wanted)
      .map(({ metric }) => metric.label);
  const [better, worse] = [labels("better"), labels("worse")];
  if (better.length === 0 && worse.length === 0) {
    return `${second} and ${first} are not told apart by any metric with 95 % confidence.`;
  }
  const parts = [
    ...(better.length > 0 ? [`better in ${better.join(", ")}`] : []),
    ...(worse.length > 0 ? [`worse in ${worse.join(", ")}`] : []),
  ];
  return `With 95 % confidence each, ${second} against ${first} is ${parts.join("; ")}.`;
}
