import type { PrecisionTarget } from "../analysis/replications/precision.ts";
import type { ReplicationEstimates } from "../analysis/replications/replication-estimates.ts";
import type { Replication } from "../analysis/replications/replication.ts";
import type { RunStatistics } from "../analysis/statistics/run-statistics.ts";
import { deviceCount } from "../models/parallelism.ts";
import { deviceAreaMm2 } from "../hardware/area.ts";
import type { Device } from "../hardware/device.ts";
import { idleWatts } from "../hardware/power.ts";
import type { ReplayOutcome } from "../scenario/replay.ts";
import type { TransformRecord } from "../workload/transforms.ts";
import type { Scenario, System } from "../scenario/scenario.ts";

/** One system's replay with all that tells it from another: what files, pages and tables are made from. */
export interface RunReport {
  readonly scenario: Scenario;
  readonly system: System;
  readonly outcome: ReplayOutcome;
  readonly statistics: RunStatistics;
  /** The same with other seeds; undefined for a single run. */
  readonly replicated?: ReplicatedRun | undefined;
  readonly identity: RunIdentity;
}

/** Several runs with different seeds, the report's own first. */
export interface ReplicatedRun {
  readonly replications: readonly Replication[];
  readonly estimates: ReplicationEstimates;
  /** What was to be reached. */
  readonly targets: readonly PrecisionTarget[];
}

/** What a result says of its own making; nothing in it depends on the machine or the moment. */
export interface RunIdentity {
  /** SHA-256 of the scenario as resolved, the trace by its content. */
  readonly scenarioHash: string;
  /** Version of the program. */
  readonly version: string;
  /** The trace as read; undefined for a synthetic workload. */
  readonly trace: TraceFacts | undefined;
  readonly warnings: readonly string[];
}

export interface TraceFacts {
  /** File name without its folder. */
  readonly name: string;
  /** SHA-256 of the file's bytes. */
  readonly sha256: string;
  readonly format: string;
  /** Requests read, before any transform. */
  readonly requests: number;
  /** What was done to them, in order. */
  readonly transforms: readonly TransformRecord[];
}

/** Equal devices of a system. */
export interface DeviceGroup {
  readonly device: Device;
  /** Devices that are needed: where their number follows the load, the most at any time. */
  readonly count: number;
  /** Mean over the run of those that are powered. */
  readonly meanCount: number;
}

/** Silicon and energy of all devices of a system over a run. */
export interface DeviceTotals {
  readonly groups: readonly DeviceGroup[];
  /** As of `DeviceGroup`, of all groups. */
  readonly count: number;
  readonly areaMm2: number;
  /** Mean over the run. */
  readonly powerWatts: number;
  /** Part of it that work adds to idle power. */
  readonly dynamicWatts: number;
  readonly energyJoules: number;
  /** Energy over the tokens generated in the whole run; null when there were none. */
  readonly energyPerTokenJoules: number | null;
}

type ReplayedSystem = Pick<RunReport, "system" | "outcome">;

/** Energy is the powered devices' idle power over the whole run plus what the work added. */
export function deviceTotals(run: ReplayedSystem): DeviceTotals {
  const { durationSeconds, dynamicJoules, generatedTokens } = run.outcome.metrics;
  const groups = deviceGroups(run);
  const idle = groups.reduce((watts, { device, meanCount }) => watts + idleWatts(device) * meanCount, 0);
  const dynamicWatts = durationSeconds > 0 ? dynamicJoules / durationSeconds : 0;
  const energyJoules = idle * durationSeconds + dynamicJoules;
  return {
    groups,
    count: groups.reduce((sum, { count }) => sum + count, 0),
    areaMm2: groups.reduce((sum, { device, count }) => sum + deviceAreaMm2(device).totalMm2 * count, 0),
    powerWatts: idle + dynamicWatts,
    dynamicWatts,
    energyJoules,
    energyPerTokenJoules: generatedTokens > 0 ? energyJoules / generatedTokens : null,
  };
}

function deviceGroups({ system, outcome }: ReplayedSystem): DeviceGroup[] {
  const { availability, durationSeconds } = outcome.metrics;
  if (system.autoscaling !== undefined && availability !== undefined && durationSeconds > 0) {
    const perReplica = deviceCount(system.parallelism);
    const meanReplicas = availability.replicaSeconds / durationSeconds;
    return [
      {
        device: system.device,
        count: availability.mostReplicas * perReplica,
        meanCount: meanReplicas * perReplica,
      },
    ];
  }
  return (system.pools ?? [system]).map(({ device, replicas, parallelism }) => {
    const count = replicas * deviceCount(parallelism);
    return { device, count, meanCount: count };
  });
}

/** Such as `2 x a100-80gb`, or `1 x ador-recalled + 2 x a100-80gb`. */
export function fleetText({ groups }: DeviceTotals): string {
  const counts = new Map<string, number>();
  for (const { device, count } of groups) counts.set(device.name, (counts.get(device.name) ?? 0) + count);
  return [...counts].map(([name, count]) => `${count} x ${name}`).join(" + ");
}
