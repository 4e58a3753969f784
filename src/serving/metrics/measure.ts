import { distributionOf, type Distribution } from "../../core/quantiles.ts";
import { RESOURCES, ENERGY_CHARGE, type Resource } from "../../perf/step-cost.ts";
import type { Cluster } from "../cluster.ts";
import type { RunTarget, SimulationConfig } from "../config.ts";
import type { RequestLog } from "../request-log.ts";
import { STATUS, type RunCounts, type RunMetrics } from "../result.ts";
import { audit } from "./audit.ts";
import { judgeRequests } from "./slo.ts";
import { tpotSeconds } from "./tpot.ts";

/**
 * Turns the records of a finished run into its metrics, by the definitions of vLLM's serving benchmark: TTFT = first
 * token − arrival; TPOT = (E2E − TTFT) / (output tokens − 1), none for single-token outputs; TBT = every gap between
 * consecutive tokens of a request, pooled; rates over the time from the first arrival to the last event, cut to the
 * measurement window.
 */
export function measure(cluster: Cluster, config: SimulationConfig): RunMetrics {
  const { log, replicas } = cluster;
  const counts = countStatuses(log);
  const end = cluster.nowSeconds;
  const start = log.length === 0 ? end : cluster.firstArrivalSeconds;
  const durationSeconds = end - start;
  const measuredSeconds = Math.max(
    0,
    Math.min(end, config.window.untilSeconds) - Math.max(start, config.window.fromSeconds),
  );
  const perSecond = (amount: number) => (measuredSeconds > 0 ? amount / measuredSeconds : 0);

  const rows = measuredCompletions(log);
  let inputTokens = 0;
  let outputTokens = 0;
  for (const row of rows) {
    inputTokens += log.inputTokens[row]!;
    outputTokens += log.outputTokens[row]!;
  }
  const distributions = {
    ttft: distributionOver(rows, (row) => log.firstTokenSeconds[row]! - log.arrivalSeconds[row]!),
    tbt: cluster.gaps.distribution(),
    tpot: distributionOver(
      rows.filter((row) => log.outputTokens[row]! > 1),
      (row) => tpotSeconds(log, row),
    ),
    e2e: distributionOver(rows, (row) => log.finishSeconds[row]! - log.arrivalSeconds[row]!),
    queue: distributionOver(rows, (row) => log.firstScheduledSeconds[row]! - log.arrivalSeconds[row]!),
  };

  let blockSeconds = 0;
  let capacityBlocks = 0;
  let peakUtilization = 0;
  let preemptions = 0;
  let dynamicJoules = 0;
  for (const { pool, meter } of replicas) {
    blockSeconds += meter.blockSeconds;
    capacityBlocks += pool.capacityBlocks;
    peakUtilization = Math.max(peakUtilization, pool.peakBlocks / pool.capacityBlocks);
    preemptions += meter.preemptions;
    dynamicJoules += meter.charges[ENERGY_CHARGE]!;
  }
  const share = (amount: number) => (durationSeconds > 0 ? amount / durationSeconds : 0);

  return {
    counts,
    durationSeconds,
    requestsPerSecond: perSecond(rows.length),
    inputTokensPerSecond: perSecond(inputTokens),
    outputTokensPerSecond: perSecond(outputTokens),
    ...distributions,
    slo: {
      ...judgeRequests(log, config.slo.request, perSecond),
      runTargets: config.slo.run.map((target) => judgeRun(target, distributions)),
    },
    kv: {
      capacityBlocks,
      peakUtilization,
      meanUtilization: share(blockSeconds / capacityBlocks),
      preemptions,
    },
    utilization: Object.fromEntries(
      RESOURCES.map((resource, i) => {
        const busy = replicas.reduce((sum, { meter }) => sum + meter.charges[i]!, 0);
        return [resource, share(busy / replicas.length)];
      }),
    ) as Record<Resource, number>,
    dynamicJoules,
    audit: audit(cluster),
  };
}

function measuredCompletions(log: RequestLog): Int32Array {
  const rows = new Int32Array(log.length);
  let count = 0;
  for (let row = 0; row < log.length; row++) {
    if (log.status[row] === STATUS.completed && log.measured[row] === 1) rows[count++] = row;
  }
  return rows.subarray(0, count);
}

function distributionOver(rows: Int32Array, value: (row: number) => number): Distribution {
  const values = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = value(rows[i]!);
  return distributionOf(values);
}

function countStatuses(log: RequestLog): RunCounts {
  const tally = new Int32Array(Object.keys(STATUS).length);
  for (let row = 0; row < log.length; row++) tally[log.status[row]!]!++;
  return {
    submitted: log.length,
    completed: tally[STATUS.completed]!,
    rejected: tally[STATUS.rejected]!,
    timedOut: tally[STATUS.timedOut]!,
    cancelled: tally[STATUS.cancelled]!,
    failed: tally[STATUS.failed]!,
    unfinished: tally[STATUS.unfinished]!,
  };
}

function judgeRun(target: RunTarget, distributions: Readonly<Record<RunTarget["metric"], Distribution>>) {
  const actualSeconds = distributions[target.metric][target.statistic];
  return { ...target, actualSeconds, met: actualSeconds !== null && actualSeconds <= target.seconds };
}
