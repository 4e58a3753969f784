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

/** Silicon and energy of all devices of a system over a run. */
export interface DeviceTotals {
  readonly count: number;
  readonly areaMm2: number;
  /** Mean over the run. */
  readonly powerWatts: number;
  readonly energyJoules: number;
  /** Energy over the tokens generated in the whole run; null when there were none. */
  readonly energyPerTokenJoules: number | null;
}

/** Energy is the devices' idle power over the whole run plus what the work added. */
export function deviceTotals({ system, outcome }: Pick<RunReport, "system" | "outcome">): DeviceTotals {
  const { durationSeconds, dynamicJoules, generatedTokens } = outcome.metrics;
  const pools = (system.pools ?? [system]).map(({ device, replicas, parallelism }) => ({
    device,
    count: replicas * deviceCount(parallelism),
  }));
  const sum = (amount: (device: Device) => number) =>
    pools.reduce((total, pool) => total + amount(pool.device) * pool.count, 0);
  const energyJoules = sum(idleWatts) * durationSeconds + dynamicJoules;
  return {
    count: sum(() => 1),
    areaMm2: sum((device) => deviceAreaMm2(device).totalMm2),
    powerWatts: durationSeconds > 0 ? energyJoules / durationSeconds : sum(idleWatts),
    energyJoules,
    energyPerTokenJoules: generatedTokens > 0 ? energyJoules / generatedTokens : null,
  };
}
