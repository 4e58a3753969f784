import { InputError } from "../../core/errors.ts";
import { idleWatts } from "../../hardware/power.ts";
import { deviceCount } from "../../models/parallelism.ts";
import { stepCostOf } from "../../perf/compile.ts";
import type { StepCost } from "../../perf/step-cost.ts";
import { meanRatePerSecond, openSource, type RequestSupply } from "../../scenario/request-supply.ts";
import type { Scenario, System } from "../../scenario/scenario.ts";
import type { SchedulerName } from "../../serving/scheduler-config.ts";
import { meanDurationSeconds } from "../../workload/clients/durations.ts";
import type { EstimateRequest } from "./estimate.ts";
import { arrivingAtRandom, atRate, profileTraffic, type TrafficProfile } from "./traffic-profile.ts";
import type { UserPopulation } from "./user-population.ts";

/** What is estimated of one system of a scenario, and what the formulas leave out of it. */
export interface ScenarioEstimateRequest extends EstimateRequest {
  /** Sentences without a full stop. */
  readonly leftOut: readonly string[];
}

/** Schedulers that admit in turn within a token budget, as the formulas assume. */
const ASSUMED_SCHEDULERS: ReadonlySet<SchedulerName> = new Set(["vllm-v1", "sarathi"]);

/**
 * @param traffic of the supply as `trafficOf` tells it, where it is known already
 * @param cost of the system's steps, where it shall not be kept for as long as the system
 * @throws InputError for a cluster that the formulas do not cover
 */
export function estimateRequest(
  scenario: Pick<Scenario, "slo" | "clients">,
  system: System,
  supply: RequestSupply,
  traffic: TrafficProfile = trafficOf(supply, system),
  cost?: StepCost,
): ScenarioEstimateRequest {
  refuseUncovered(system);
  const { engine, scheduler, replicas, router, device, parallelism } = system;
  const users = usersOf(supply);
  return {
    system: { cost: cost ?? stepCostOf(system), engine, scheduler, replicas, router },
    traffic,
    slo: scenario.slo,
    idleWatts: idleWatts(device) * replicas * deviceCount(parallelism),
    ...(users !== undefined && { users }),
    leftOut: leftOut(scenario, system, supply),
  };
}

/** What a supply sends that the system serves: a drawn one at the rate of its process, whatever a draw comes to. */
export function trafficOf(supply: RequestSupply, { engine }: Pick<System, "engine">): TrafficProfile {
  const profile = profileTraffic(openSource(supply), engine.maxModelLen);
  if (supply.kind === "synthetic") return atRate(profile, meanRatePerSecond(supply.spec.arrivals));
  // When users send who wait for answers is for the system to tell.
  return usersOf(supply) === undefined ? profile : arrivingAtRandom(profile);
}

/** The users of a closed loop; undefined for requests that come whatever happens to others. */
export function usersOf(supply: RequestSupply): UserPopulation | undefined {
  if (supply.kind !== "conversations" || supply.spec.population.kind !== "closed") return undefined;
  const { population, thinkTime } = supply.spec;
  return { users: population.users, thinkSeconds: meanDurationSeconds(thinkTime) };
}

/** Whether `estimateRequest` has formulas for a cluster. */
export function coversSystem({ pools }: System): boolean {
  return pools === undefined;
}

function refuseUncovered(system: System): void {
  if (coversSystem(system)) return;
  throw new InputError({
    key: "cluster.pools",
    message: `no formula covers pools of unlike replicas (${system.name})`,
    expected: "equal replicas that serve whole requests; ador run simulates pools",
  });
}

function leftOut(
  { slo, clients }: Pick<Scenario, "slo" | "clients">,
  { scheduler, engine, failures, autoscaling, admission, replicas }: System,
  supply: RequestSupply,
): string[] {
  const { policy } = scheduler;
  return [
    ...(ASSUMED_SCHEDULERS.has(policy) ? [] : [`the order and the steps of ${policy}: taken as vllm-v1`]),
    ...(engine.enableChunkedPrefill ? [] : ["prompts that are not chunked: taken as if they were"]),
    ...(engine.hostSwap === undefined ? [] : ["swapping to the host"]),
    ...(engine.prefixCaching === undefined ? [] : ["prefix caching: every prompt is computed"]),
    ...(engine.speculation === undefined ? [] : ["speculative decoding: one token a step"]),
    ...(failures === undefined ? [] : ["failures: all replicas are taken as up"]),
    ...(autoscaling === undefined ? [] : [`autoscaling: taken as ${replicas} replicas`]),
    ...(admission === undefined ? [] : ["admission limits"]),
    ...(clients === undefined ? [] : ["timeouts, cancellation and retries of clients"]),
    ...(slo.byClass === undefined ? [] : ["targets of single classes"]),
    ...(supply.kind === "sessions" ? ["turns that wait for the one before: taken as sent by the trace"] : []),
  ];
}
