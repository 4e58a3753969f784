import { isInterval } from "../statistics/output-series.ts";
import type { ComparedRequests } from "./compared-requests.ts";
import type { Contender } from "./contender.ts";
import { differenceOf, type ComparedRows, type Difference } from "./differences.ts";
import { METRICS } from "./metrics.ts";
import { pairingOf, type Pairing } from "./pairing.ts";

/** Two contenders, the second against the first. */
export interface ComparedPair {
  readonly first: string;
  readonly second: string;
  readonly pairing: Pairing;
  /** Requests that both completed when they are paired, else that the first and the second completed. */
  readonly requests: readonly [first: number, second: number];
  readonly differences: readonly Difference[];
}

export interface Comparison {
  readonly names: readonly string[];
  /** Runs of each contender. */
  readonly runs: number;
  /** Every other contender against the first one. */
  readonly pairs: readonly ComparedPair[];
  /** By metric key the contender that is surely better than each other one; null for none. */
  readonly winners: Readonly<Record<string, string | null>>;
}

/** @param contenders at least two */
export function compare(contenders: readonly Contender[]): Comparison {
  const [baseline, ...others] = contenders as [Contender, ...Contender[]];
  const pairs = others.map((other) => comparePair(baseline, other));
  // Whoever is best must also beat those who were not first.
  const further = others.flatMap((first, i) =>
    others.slice(i + 1).map((second) => comparePair(first, second)),
  );
  const all = [...pairs, ...further];
  return {
    names: contenders.map(({ name }) => name),
    runs: baseline.replications?.length ?? 1,
    pairs,
    winners: Object.fromEntries(
      METRICS.map(({ key }) => [
        key,
        contenders.map(({ name }) => name).find((name) => winsAll(name, key, all)) ?? null,
      ]),
    ),
  };
}

function comparePair(first: Contender, second: Contender): ComparedPair {
  const pairing = pairingOf(first.requests, second.requests, first.interrupted || second.interrupted);
  const rows = rowsOf(first.requests, second.requests, pairing);
  return {
    first: first.name,
    second: second.name,
    pairing,
    requests: [rows.served[0].length, rows.served[1].length],
    differences: METRICS.map((metric) => differenceOf(metric, first, second, rows)),
  };
}

function rowsOf(first: ComparedRequests, second: ComparedRequests, pairing: Pairing): ComparedRows {
  if (pairing.kind === "unpaired") {
    return {
      paired: false,
      served: [
        rowsWhere(first.length, (row) => first.served[row] === 1),
        rowsWhere(second.length, (row) => second.served[row] === 1),
      ],
      judged: [
        rowsWhere(first.length, (row) => first.judged[row] === 1),
        rowsWhere(second.length, (row) => second.judged[row] === 1),
      ],
    };
  }
  const both = (flag: "served" | "judged") =>
    rowsWhere(pairing.rows, (row) => first[flag][row] === 1 && second[flag][row] === 1);
  const [served, judged] = [both("served"), both("judged")];
  return { paired: true, served: [served, served], judged: [judged, judged] };
}

function rowsWhere(length: number, holds: (row: number) => boolean): Int32Array {
  return Int32Array.from({ length }, (_, row) => row).filter(holds);
}

/** What is said of a difference: whether the second is better, worse, or neither can be told apart from chance. */
export type Significance = "better" | "worse" | "not significant" | "unknown";

export function significanceOf({ metric, interval }: Difference): Significance {
  if (interval === undefined || !isInterval(interval)) return "unknown";
  if (interval.low <= 0 && interval.high >= 0) return "not significant";
  return interval.low > 0 === (metric.better === "higher") ? "better" : "worse";
}

function winsAll(name: string, key: string, pairs: readonly ComparedPair[]): boolean {
  return pairs
    .filter(({ first, second }) => first === name || second === name)
    .every(({ first, differences }) => {
      const difference = differences.find(({ metric }) => metric.key === key)!;
      return significanceOf(difference) === (first === name ? "worse" : "better");
    });
}
