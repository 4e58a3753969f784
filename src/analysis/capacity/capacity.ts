import { InputError } from "../../core/errors.ts";
import { deviceCount } from "../../models/parallelism.ts";
import { idleWatts } from "../../hardware/power.ts";
import type { RequestSupply } from "../../scenario/request-supply.ts";
import type { Scenario, System } from "../../scenario/scenario.ts";
import type { DurationSpec } from "../../workload/clients/durations.ts";
import { meanDurationSeconds } from "../../workload/clients/durations.ts";
import { estimate, type Estimate } from "../estimate/estimate.ts";
import { coversSystem, estimateRequest, trafficOf } from "../estimate/scenario-estimate.ts";
import type { TrafficProfile } from "../estimate/traffic-profile.ts";
import type { Figure } from "../experiment/figures.ts";
import { largestWithin, type Trial } from "../experiment/largest-within.ts";
import {
  measurePoint,
  type MeasuredPoint,
  type ReplayJob,
  type ReplayJobs,
} from "../experiment/measured-point.ts";
import { atRateFactor, withUsers } from "../experiment/supplies.ts";
import { verdictsOn, type SloTarget, type TargetVerdict } from "./slo-target.ts";

/** What is looked for: the most requests a second, the most users at a time, or the fewest replicas for the load there is. */
export type CapacityKind = "rate" | "users" | "replicas";

export interface CapacityQuestion {
  readonly kind: CapacityKind;
  readonly scenario: Scenario;
  readonly system: System;
  readonly supply: RequestSupply;
  readonly targets: readonly SloTarget[];
  /** 0..1 */
  readonly confidence: number;
  /** Share of the answer (0..1) within which it is close enough. */
  readonly tolerance: number;
  readonly replications: number;
  /** Of users, where the workload has none of its own. */
  readonly thinkTime?: DurationSpec | undefined;
}

/** What is told of every trial beside its targets. */
export const TOLD_FIGURES: readonly Figure[] = [
  ...(["request_throughput_rps", "output_throughput_tps", "ttft_mean", "ttft_p50", "ttft_p99"] as const),
  ...(["tbt_mean", "tbt_p50", "tbt_p99", "e2e_mean", "e2e_p50", "e2e_p99"] as const),
  ...(["slo_attainment", "energy_per_token_j"] as const),
];

/** A load or a number of replicas that was simulated. */
export interface CapacityTrial extends Trial {
  readonly verdicts: readonly TargetVerdict[];
  readonly point: MeasuredPoint;
}

export interface CapacityAnswer {
  readonly kind: CapacityKind;
  /** As measured, and with the confidence asked for; undefined where even the least load misses a target. */
  readonly level: number | undefined;
  readonly sureLevel: number | undefined;
  /** By formulas; undefined where they do not cover the system. */
  readonly estimatedLevel: number | undefined;
  /** Requests a second as the workload comes; undefined for users. */
  readonly offeredRate: number | undefined;
  /** Devices of one replica, and replicas as the scenario has them. */
  readonly devicesPerReplica: number;
  readonly replicas: number;
  readonly trials: readonly CapacityTrial[];
}

/**
 * Searches for the load that a system can bear, from the estimate on, by simulation with the same seeds at every load.
 * @throws InputError for a question that the workload or the system does not allow
 */
export async function findCapacity(question: CapacityQuestion, replay: ReplayJobs): Promise<CapacityAnswer> {
  const { kind, system, supply } = question;
  refuseUnanswerable(question);
  const traffic = trafficOf(supply, system);
  const estimated = estimatedLevel(question, traffic);
  const search = {
    start: estimated ?? likelyLevel(question, traffic),
    least: kind === "rate" ? traffic.ratePerSecond / 1000 : 1,
    whole: kind !== "rate",
    tolerance: question.tolerance,
  };
  const tryLevels = (levels: readonly number[]) => measureLevels(question, traffic, levels, replay);
  const answer = {
    ...{ kind, estimatedLevel: estimated },
    offeredRate: kind === "users" ? undefined : traffic.ratePerSecond,
    devicesPerReplica: deviceCount(system.parallelism),
    replicas: system.replicas,
  };
  if (kind !== "replicas") {
    const { largest, surely, trials } = await largestWithin(search, tryLevels);
    return { ...answer, level: largest?.level, sureLevel: surely?.level, trials };
  }
  // The fewest that do is one more than the most that do not.
  const { largest, surely, trials } = await largestWithin(search, async (levels) =>
    (await tryLevels(levels)).map((trial) => ({
      level: trial.level,
      met: !(trial.met && trial.sure === true),
      sure: !trial.met,
      trial,
    })),
  );
  const enough = trials.some(({ trial }) => trial.met);
  return {
    ...answer,
    level: enough ? (surely?.level ?? 0) + 1 : undefined,
    sureLevel: trials.some(({ met }) => !met) ? (largest?.level ?? 0) + 1 : undefined,
    trials: trials.map(({ trial }) => trial),
  };
}

/** Simulates a system at the given loads, in requests a second or whatever is asked for. */
export async function measureLevels(
  question: CapacityQuestion,
  traffic: TrafficProfile,
  levels: readonly number[],
  replay: ReplayJobs,
): Promise<CapacityTrial[]> {
  const { targets, confidence, replications, system } = question;
  const jobs = levels.map((level) => jobAt(question, traffic, level));
  const devices = system.replicas * deviceCount(system.parallelism);
  const figures = [...new Set([...TOLD_FIGURES, ...targets.map(({ figure }) => figure)])];
  const options = { replications, confidence, figures, idleWatts: devices * idleWatts(system.device) };
  const points = await Promise.all(jobs.map((job) => measurePoint(job, options, replay)));
  return points.map((point, i): CapacityTrial => {
    const verdicts = verdictsOn(point, targets);
    return {
      ...{ level: levels[i]!, point, verdicts },
      // Gaps between tokens keep their limits in any overload, behind a queue that only grows.
      met: point.keepsUp && verdicts.every(({ met }) => met),
      sure: point.keepsUp ? allSure(verdicts) : false,
    };
  });
}

/** One miss is enough to be sure of one; else one that cannot be told leaves all untold. */
function allSure(verdicts: readonly TargetVerdict[]): boolean | undefined {
  if (verdicts.some(({ sure }) => sure === false)) return false;
  return verdicts.some(({ sure }) => sure === undefined) ? undefined : true;
}

/** Requests that each user sends at least: enough for the start not to count for much. */
const REQUESTS_PER_USER = 10;

function jobAt(
  { kind, scenario, system, supply, thinkTime }: CapacityQuestion,
  traffic: TrafficProfile,
  level: number,
): ReplayJob {
  switch (kind) {
    case "rate": {
      const factor = level / traffic.ratePerSecond;
      const { warmupSeconds, drainSeconds } = scenario.margins;
      const margins = { warmupSeconds: warmupSeconds / factor, drainSeconds: drainSeconds / factor };
      return { traffic: { ...scenario, margins }, system, supply: atRateFactor(supply, factor) };
    }
    case "users": {
      const users = withUsers(supply, level, thinkTime);
      if (users.kind !== "conversations") return { traffic: scenario, system, supply: users };
      const { spec } = users;
      // Users begin one by one within a think time, and are measured from then on.
      const rampUpSeconds = meanDurationSeconds(spec.thinkTime);
      const warmupSeconds = Math.max(scenario.margins.warmupSeconds, rampUpSeconds);
      const requests =
        spec.requests === undefined ? undefined : Math.max(spec.requests, REQUESTS_PER_USER * level);
      return {
        traffic: { ...scenario, margins: { ...scenario.margins, warmupSeconds } },
        system,
        supply: {
          ...users,
          spec: { ...spec, requests, population: { kind: "closed", users: level, rampUpSeconds } },
        },
      };
    }
    case "replicas":
      return { traffic: scenario, system: { ...system, replicas: level }, supply };
  }
}

function estimatedLevel(question: CapacityQuestion, traffic: TrafficProfile): number | undefined {
  const { kind, scenario, system, supply, thinkTime } = question;
  if (!coversSystem(system)) return undefined;
  const at = (
    of: System,
    profile: TrafficProfile,
    users?: { users: number; thinkSeconds: number },
  ): Estimate =>
    estimate({ ...estimateRequest(scenario, of, supply, profile), ...(users !== undefined && { users }) });
  switch (kind) {
    case "rate":
      return positive(at(system, traffic).slo.maxRequestsPerSecond);
    case "users": {
      const spec = withUsers(supply, 1, thinkTime);
      if (spec.kind !== "conversations") return undefined;
      const thinkSeconds = meanDurationSeconds(spec.spec.thinkTime);
      return positive(at(system, trafficOf(spec, system), { users: 1, thinkSeconds }).slo.maxUsers);
    }
    case "replicas":
      return fewestReplicas(
        (replicas) => at({ ...system, replicas }, traffic).slo.maxRequestsPerSecond ?? 0,
        traffic,
      );
  }
}

const MOST_REPLICAS = 4096;

/** Replicas that bear the traffic as estimated; undefined where no number of them does. */
function fewestReplicas(
  maxRate: (replicas: number) => number,
  { ratePerSecond }: TrafficProfile,
): number | undefined {
  let enough = 1;
  while (maxRate(enough) < ratePerSecond) {
    enough *= 2;
    if (enough > MOST_REPLICAS) return undefined;
  }
  let few = Math.floor(enough / 2);
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (maxRate(middle) < ratePerSecond) few = middle;
    else enough = middle;
  }
  return enough;
}

/** Where to begin without an estimate: at what the scenario has. */
function likelyLevel({ kind, system, supply }: CapacityQuestion, traffic: TrafficProfile): number {
  if (kind === "replicas") return system.replicas;
  if (kind === "rate") return traffic.ratePerSecond;
  const population = supply.kind === "conversations" ? supply.spec.population : undefined;
  return population?.kind === "closed" ? population.users : 10;
}

function refuseUnanswerable({ kind, system, supply }: CapacityQuestion): void {
  const closed = supply.kind === "conversations" && supply.spec.population.kind === "closed";
  if (kind === "rate" && closed) atRateFactor(supply, 1);
  if (kind === "replicas" && system.pools !== undefined) {
    throw new InputError({
      file: "--replicas",
      message: "the system has pools of their own numbers of replicas",
      expected: "one kind of replicas, or a search for the rate",
    });
  }
  if (kind === "replicas" && system.autoscaling !== undefined) {
    throw new InputError({
      file: "--replicas",
      message: "the system chooses its number of replicas itself (cluster.autoscaling)",
      expected: "a fixed number of replicas, or a search for the rate",
    });
  }
}

function positive(value: number | null): number | undefined {
  return value === null || value === 0 ? undefined : value;
}
