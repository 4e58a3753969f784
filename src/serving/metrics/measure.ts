import type { Distribution } from "../../core/quantiles.ts";
import { ENERGY_CHARGE, RESOURCES, type Resource } from "../../perf/step-cost.ts";
import type { Cluster } from "../cluster.ts";
import type { RunTarget, SimulationConfig } from "../config.ts";
import { STATUS, type RunCounts, type RunMetrics } from "../result.ts";
import { prefixCacheOf } from "./prefix-cache.ts";
import { audit } from "./audit.ts";
import { latenciesOf } from "./latencies.ts";
import { judgeRequests } from "./slo.ts";
import { speculationOf } from "./speculation.ts";
import { Tally } from "./tally.ts";

/**
 * Turns the records of a finished run into its metrics, by the definitions of vLLM's serving benchmark: TTFT = first
 * token − arrival; TPOT = (E2E − TTFT) / (output tokens − 1), none for single-token outputs; TBT = every gap between
 * consecutive tokens of a request, pooled; rates over the time from the first arrival to the last event, cut to the
 * measurement window.
 */
export function measure(cluster: Cluster, config: SimulationConfig): RunMetrics {
  const { log } = cluster;
  const tally = new Tally(log);
  const end = cluster.nowSeconds;
  const start = log.length === 0 ? end : cluster.firstArrivalSeconds;
  const { fromSeconds, untilSeconds } = config.window;
  const measuredSeconds = Math.max(0, Math.min(end, untilSeconds) - Math.max(start, fromSeconds));
  const perSecond = (amount: number) => (measuredSeconds > 0 ? amount / measuredSeconds : 0);
  const charges = cluster.replicas.map(({ meter }) => meter.charges());
  const distributions = { ...latenciesOf(log, tally.measured), tbt: cluster.gaps.distribution() };
  return {
    counts: countsOf(tally, log.length),
    durationSeconds: end - start,
    requestsPerSecond: perSecond(tally.measured),
    inputTokensPerSecond: perSecond(tally.measuredInputTokens),
    outputTokensPerSecond: perSecond(tally.measuredOutputTokens),
    generatedTokens: cluster.replicas.reduce((sum, { meter }) => sum + meter.generatedTokens, 0),
    ...distributions,
    slo: {
      ...judgeRequests(log, config.slo, perSecond),
      runTargets: config.slo.run.map((target) => judgeRun(target, distributions)),
    },
    ...resourcesOf(cluster, charges, end - start),
    ...prefixCacheOf(cluster),
    ...speculationOf(cluster),
    ...(cluster.availability !== undefined && { availability: cluster.availability }),
    ...(cluster.kvTransfer !== undefined && { kvTransfer: cluster.kvTransfer }),
    audit: audit(cluster, config, tally, charges),
  };
}

function countsOf({ byStatus }: Tally, submitted: number): RunCounts {
  return {
    submitted,
    completed: byStatus[STATUS.completed]!,
    rejected: byStatus[STATUS.rejected]!,
    timedOut: byStatus[STATUS.timedOut]!,
    cancelled: byStatus[STATUS.cancelled]!,
    failed: byStatus[STATUS.failed]!,
    unfinished: byStatus[STATUS.unfinished]!,
    interrupted: byStatus[STATUS.interrupted]!,
  };
}

function judgeRun(target: RunTarget, distributions: Readonly<Record<RunTarget["metric"], Distribution>>) {
  const actualSeconds = distributions[target.metric][target.statistic];
  return { ...target, actualSeconds, met: actualSeconds !== null && actualSeconds <= target.seconds };
}

/** KV use, busy shares and energy over the whole run, whatever the measurement window. */
function resourcesOf(
  { replicas }: Cluster,
  charges: readonly Float64Array[],
  durationSeconds: number,
): Pick<RunMetrics, "kv" | "utilization" | "dynamicJoules"> {
  const share = (amount: number) => (durationSeconds > 0 ? amount / durationSeconds : 0);
  const sum = (amount: (replica: Cluster["replicas"][number]) => number) =>
    replicas.reduce((total, replica) => total + amount(replica), 0);
  const charged = (slot: number) => charges.reduce((total, of) => total + of[slot]!, 0);
  const capacityBlocks = sum(({ pool }) => pool.capacityBlocks);
  return {
    kv: {
      capacityBlocks,
      peakUtilization: Math.max(...replicas.map(({ pool }) => pool.peakBlocks / pool.capacityBlocks)),
      meanUtilization: share(sum(({ meter }) => meter.blockSeconds) / capacityBlocks),
      preemptions: sum(({ meter }) => meter.preemptions),
    },
    utilization: Object.fromEntries(
      RESOURCES.map((resource, i) => [resource, share(charged(i) / replicas.length)]),
    ) as Record<Resource, number>,
    dynamicJoules: charged(ENERGY_CHARGE),
  };
}
