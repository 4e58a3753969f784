import { GAP_SKETCH_RELATIVE_ERROR } from "../core/gap-sketch.ts";
import { causesAboveSlo } from "../analysis/attribution/by-cause.ts";
import { deviceAreaBand } from "../hardware/area.ts";
import { peakWattsBand } from "../hardware/power.ts";
import { inSnakeCase } from "../scenario/setting-map.ts";
import { describeWorkload } from "../scenario/workload.ts";
import type { RequestTargets } from "../serving/config.ts";
import type { PrefixCacheMetrics, RunMetrics } from "../serving/result.ts";
import { assumptionsOf } from "./assumptions.ts";
import { trustOf } from "./confidence.ts";
import { prefixHitRate } from "./prefix-hit-rate.ts";
import { deviceTotals, type RunReport } from "./run-report.ts";
import { costOf } from "./system-cost.ts";

/** `summary.json` as a plain object: keys in snake_case, SI units, null for what is unknown. */
export function summaryOf(report: RunReport): Record<string, unknown> {
  const { scenario, system, outcome, identity } = report;
  const { metrics } = outcome;
  const { counts } = metrics;
  const devices = deviceTotals(report);
  return {
    scenario: scenario.name,
    system: system.name,
    seed: scenario.seed,
    scenario_hash: identity.scenarioHash,
    version: identity.version,
    interrupted: outcome.interrupted,
    requests: {
      submitted: counts.submitted,
      completed: counts.completed,
      rejected: counts.rejected,
      timed_out: counts.timedOut,
      cancelled: counts.cancelled,
      failed: counts.failed,
      unfinished: counts.unfinished,
      interrupted: counts.interrupted,
    },
    duration_s: metrics.durationSeconds,
    request_throughput_rps: metrics.requestsPerSecond,
    input_throughput_tps: metrics.inputTokensPerSecond,
    output_throughput_tps: metrics.outputTokensPerSecond,
    ttft_s: metrics.ttft,
    tbt_s: { ...metrics.tbt, relative_error: GAP_SKETCH_RELATIVE_ERROR },
    tpot_s: metrics.tpot,
    e2e_s: metrics.e2e,
    queue_s: metrics.queue,
    slo: sloOf(scenario.slo.request, metrics, byCauseOf(report)),
    kv: {
      capacity_blocks: metrics.kv.capacityBlocks,
      peak_utilization: metrics.kv.peakUtilization,
      mean_utilization: metrics.kv.meanUtilization,
      preemptions: metrics.kv.preemptions,
      prefix_hit_rate: prefixHitRate(metrics),
    },
    speculation: metrics.speculation === undefined ? null : inSnakeCase(metrics.speculation),
    prefix_cache: metrics.prefixCache === undefined ? null : prefixCacheOf(metrics.prefixCache),
    devices: {
      count: devices.count,
      area_mm2: devices.areaMm2,
      area_mm2_per_device: deviceAreaBand(system.device),
      power_w: devices.powerWatts,
      peak_power_w_per_device: peakWattsBand(system.device),
      energy_j: devices.energyJoules,
      energy_per_token_j: devices.energyPerTokenJoules ?? 0, // The file contract wants a number.
      utilization: metrics.utilization,
    },
    cost: costOf(report),
    audit: {
      passed: metrics.audit.every((check) => check.passed),
      checks: metrics.audit,
    },
    ...trustOf(report),
    settings: system.settings,
    workload: workloadOf(report),
    clients: scenario.clients === undefined ? null : inSnakeCase(scenario.clients),
    availability: metrics.availability === undefined ? null : inSnakeCase(metrics.availability),
    kv_transfer: metrics.kvTransfer === undefined ? null : kvTransferOf(metrics.kvTransfer),
    measurement: { warmup_s: scenario.margins.warmupSeconds, drain_s: scenario.margins.drainSeconds },
    assumptions: assumptionsOf([report]),
    warnings: identity.warnings,
  };
}

/** Where the requests came from and what was done to them; without paths, which differ from machine to machine. */
function workloadOf({
  scenario: { workload, seed },
  identity: { trace },
}: RunReport): Record<string, unknown> {
  if (workload.kind !== "trace" || trace === undefined) return { ...describeWorkload(workload), seed };
  const { zeroOutput: zero_output, failedRows: failed_rows, arrivals } = workload;
  const transforms = trace.transforms.map(({ transform, requestsBefore, requestsAfter }) => ({
    ...{ transform, seed, requests_before: requestsBefore, requests_after: requestsAfter },
  }));
  return { kind: "trace", ...trace, transforms, zero_output, failed_rows, arrivals: arrivals ?? null };
}

function prefixCacheOf(cache: PrefixCacheMetrics): Record<string, unknown> {
  const { loadSeconds: load_s, tiers, ...counts } = cache;
  return { ...inSnakeCase(counts), load_s, tiers: tiers.map((tier) => inSnakeCase(tier)) };
}

function kvTransferOf(transfer: NonNullable<RunMetrics["kvTransfer"]>): Record<string, unknown> {
  const { transfers, bytes, meanWaitSeconds: mean_wait_s, meanSeconds: mean_s } = transfer;
  return { transfers, bytes, mean_wait_s, mean_s };
}

/** Mean seconds of each cause over what missed its target; null where nobody asked. */
function byCauseOf({ scenario, outcome: { attribution, records } }: RunReport): unknown {
  if (attribution === undefined) return null;
  const { ttft, gap } = causesAboveSlo(attribution, records, scenario.slo);
  return {
    ttft: { above_slo: ttft.count, mean_s: ttft.means },
    gap: { above_slo: gap.count, unlisted: gap.unlisted, mean_s: gap.means },
  };
}

function sloOf(targets: RequestTargets, { slo }: RunMetrics, byCause: unknown): Record<string, unknown> {
  return {
    targets: {
      ...(targets.ttftSeconds !== undefined && { ttft_s: targets.ttftSeconds }),
      ...(targets.tpotSeconds !== undefined && { tpot_s: targets.tpotSeconds }),
      ...(targets.maxTbtSeconds !== undefined && { max_tbt_s: targets.maxTbtSeconds }),
      ...(targets.e2eSeconds !== undefined && { e2e_s: targets.e2eSeconds }),
      ...Object.fromEntries(
        slo.runTargets.map((target) => [`${target.metric}_${target.statistic}_s`, target.seconds]),
      ),
    },
    attainment: slo.attainment,
    goodput_rps: slo.goodputPerSecond,
    by_class: Object.fromEntries(
      Object.entries(slo.byClass).map(([name, { requests, attainment, goodputPerSecond }]) => [
        name,
        { requests, attainment, goodput_rps: goodputPerSecond },
      ]),
    ),
    by_cause: byCause,
    run_targets: slo.runTargets.map((target) => ({
      target: `${target.metric}_${target.statistic}`,
      limit_s: target.seconds,
      actual_s: target.actualSeconds,
      met: target.met,
    })),
  };
}
