import { relativeHalfWidth } from "../analysis/statistics/confidence-interval.ts";
import { isInterval, type Estimate } from "../analysis/statistics/output-series.ts";
import {
  QUANTILES,
  REQUEST_QUANTITIES,
  type QuantileName,
  type RunIntervals,
} from "../analysis/statistics/run-statistics.ts";
import { CONFIDENCE } from "../analysis/statistics/student-t.ts";
import { replicationsFor } from "../analysis/replications/precision.ts";
import { estimateOf } from "../analysis/replications/replication-estimates.ts";
import { formatCount, formatPlural, formatSeconds } from "./format.ts";
import type { ReplicatedRun, RunReport } from "./run-report.ts";

/** An interval as it stands in result files; where there is none, how many values would give one. */
export function intervalJson(estimate: Estimate | undefined): Record<string, number> | null {
  if (estimate === undefined) return null;
  if (!isInterval(estimate)) return { values: estimate.values, needed: estimate.needed };
  return { estimate: estimate.estimate, low: estimate.low, high: estimate.high };
}

/** The parts of `summary.json` that say how far its figures can be trusted. */
export function trustOf({ statistics, replicated }: RunReport): Record<string, unknown> {
  const { verdict, reason, settledFromSeconds } = statistics.steadiness;
  return {
    steadiness: { verdict, reason, settled_from_s: settledFromSeconds },
    confidence: {
      level: CONFIDENCE,
      ...(replicated === undefined
        ? { method: "batch means", ...(statistics.intervals && intervalsJson(statistics.intervals, {})) }
        : {
            method: "replications",
            ...intervalsJson(replicated.estimates.intervals, replicated.estimates.tbt),
            ...mapValues(replicated.estimates.rates, intervalJson),
          }),
    },
    replications: replicated === undefined ? null : replicationsJson(replicated),
  };
}

function intervalsJson(
  { requests, quantities, tbtMean }: RunIntervals,
  tbt: Readonly<Partial<Record<QuantileName, Estimate | undefined>>>,
): Record<string, unknown> {
  const ofRequests = REQUEST_QUANTITIES.map((name) => {
    const intervals = quantities[name];
    return [`${name}_s`, intervals === undefined ? null : mapValues(intervals, intervalJson)] as const;
  });
  const ofGaps = Object.keys(QUANTILES).map(
    (name) => [name, intervalJson(tbt[name as QuantileName])] as const,
  );
  return {
    requests,
    ...Object.fromEntries(ofRequests),
    tbt_s: { mean: intervalJson(tbtMean), ...Object.fromEntries(ofGaps) },
  };
}

function replicationsJson({ replications, estimates, targets }: ReplicatedRun): Record<string, unknown> {
  return {
    count: replications.length,
    verdicts: replications.map(({ verdict }) => verdict),
    precision: targets.map((target) => {
      const estimate = estimateOf(estimates, target);
      const achieved = estimate !== undefined && isInterval(estimate) ? relativeHalfWidth(estimate) : null;
      return {
        target: target.name,
        asked: target.share,
        achieved: achieved === null || !Number.isFinite(achieved) ? null : achieved,
        reached: achieved !== null && achieved <= target.share,
      };
    }),
  };
}

function mapValues<K extends string, V, W>(
  values: Readonly<Record<K, V>>,
  of: (value: V) => W,
): Record<K, W> {
  return Object.fromEntries(Object.entries<V>(values).map(([name, value]) => [name, of(value)])) as Record<
    K,
    W
  >;
}

/** What a screen or a page says of each run: whether it has settled, and how sure its tails are. */
export function trustSentences(reports: readonly RunReport[]): string[] {
  return reports.map((report) =>
    reports.length > 1 ? `${report.system.name}: ${trustSentence(report)}` : trustSentence(report),
  );
}

function trustSentence({ statistics, replicated, outcome }: RunReport): string {
  const { verdict, reason } = statistics.steadiness;
  const judged = `Run ${verdict}: ${reason}.`;
  const intervals = replicated?.estimates.intervals ?? statistics.intervals;
  if (intervals === undefined || outcome.metrics.counts.completed === 0) return judged;
  const { quantities } = intervals;
  const tbt = replicated === undefined ? [] : [["TBT p99", replicated.estimates.tbt.p99] as const];
  const parts = [
    ["TTFT p99", quantities.ttft?.p99] as const,
    ["TPOT p99", quantities.tpot?.p99] as const,
    ...tbt,
  ];
  const over =
    replicated === undefined ? "" : ` over ${formatPlural(replicated.replications.length, "replication")}`;
  const known = parts.flatMap(([label, estimate]) =>
    estimate === undefined ? [] : [`${label} ${intervalText(estimate)}`],
  );
  return `${judged} 95 % intervals${over}: ${known.join(", ")}.`;
}

/** 217 ms to 255 ms, or how many requests would tell. */
function intervalText(estimate: Estimate): string {
  return isInterval(estimate)
    ? `${formatSeconds(estimate.low)} to ${formatSeconds(estimate.high)}`
    : `takes about ${formatCount(estimate.needed)} requests (${formatCount(estimate.values)} here)`;
}

/** For every precision that was asked for and not reached, what was and what it would take; empty when all were. */
export function precisionMisses({ replications, estimates, targets }: ReplicatedRun): string[] {
  return targets.flatMap((target) => {
    const estimate = estimateOf(estimates, target);
    if (estimate === undefined || !isInterval(estimate)) return [];
    const width = relativeHalfWidth(estimate);
    if (width <= target.share) return [];
    const percent = (share: number) => `±${Number((100 * share).toPrecision(2))} %`;
    const runs = formatPlural(replications.length, "replication");
    const needed = formatCount(replicationsFor(replications.length, target, estimate));
    return [
      `${target.name} is known to ${percent(width)} after ${runs}, not ${percent(target.share)}; about ${needed} would do`,
    ];
  });
}
