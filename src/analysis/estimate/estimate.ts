import { ENERGY_CHARGE, RESOURCES, type Resource } from "../../perf/step-cost.ts";
import type { SloConfig } from "../../serving/config.ts";
import { latencyOf, type LatencyEstimate } from "./latency-tails.ts";
import { equilibriumAt, meanOver, type Equilibrium } from "./equilibrium.ts";
import { busiest, chargesAt } from "./resource-use.ts";
import { saturationOf, type LoadLimit } from "./saturation.ts";
import { maxRateWithin } from "./slo-load.ts";
import { attainmentOf, hasTargets, latencyModel, meetsSlo } from "./slo-judgement.ts";
import { modelSystem, type EstimatedSystem } from "./system-model.ts";
import type { TrafficProfile } from "./traffic-profile.ts";
import { rateOfUsers, usersAt, type UserPopulation } from "./user-population.ts";

/** What a system does under a kind of traffic, in closed form. Seconds, joules, requests a second. */
export interface Estimate {
  /** Offered requests a second. */
  readonly ratePerSecond: number;
  /** Offered load over the largest that can be kept up with. */
  readonly load: number;
  /** False where requests come faster than they can be served: latencies and attainment are then null. */
  readonly stable: boolean;
  readonly requestsPerSecond: number;
  readonly outputTokensPerSecond: number;
  readonly phases: PhaseEstimate;
  /** Null for those that have no end, or were not asked for. */
  readonly latencies: Readonly<Record<LatencyMetric, LatencyEstimate | null>>;
  readonly saturation: SaturationEstimate;
  /** Sequences that the KV cache of one replica holds. */
  readonly kvConcurrency: number;
  readonly slo: {
    /** All targets hold; null without targets. */
    readonly met: boolean | null;
    /** Share (0..1) of the requests that meet every target of single requests; null without such targets. */
    readonly attainment: number | null;
    /** The largest rate within the targets; null without targets. */
    readonly maxRequestsPerSecond: number | null;
    /** The most users within the targets; null where nobody waits. */
    readonly maxUsers: number | null;
  };
  /** Busy share of each resource (0..1), and the busiest. */
  readonly utilization: Readonly<Record<Resource, number>>;
  readonly bindingResource: Resource;
  /** Of all devices per output token: what the work adds, and that with idle power. */
  readonly dynamicJoulesPerToken: number;
  readonly joulesPerToken: number;
}

export const LATENCY_METRICS = ["ttft", "tbt", "tpot", "e2e", "queue"] as const;
export type LatencyMetric = (typeof LATENCY_METRICS)[number];

/** Steps of one replica. */
export interface PhaseEstimate {
  /** Mean sequences that decode. */
  readonly batch: number;
  /** A step in which they alone take part. */
  readonly decodeStepSeconds: number;
  /** A step with prompts, its prompt tokens, and the share of the time (0..1) that such steps take. */
  readonly mixedStepSeconds: number;
  readonly mixedStepTokens: number;
  readonly prefillShare: number;
  /** Mean over the prompts of all their own steps. */
  readonly promptSeconds: number;
}

/** The largest load that can be kept up with. */
export interface SaturationEstimate {
  readonly requestsPerSecond: number;
  readonly outputTokensPerSecond: number;
  readonly limit: LoadLimit;
  /** Sequences that decode on one replica there. */
  readonly batch: number;
  /** What is busiest there. */
  readonly resource: Resource;
}

export interface EstimateRequest {
  readonly system: EstimatedSystem;
  readonly traffic: TrafficProfile;
  readonly slo: SloConfig;
  /** Watts of all devices while they do nothing. */
  readonly idleWatts: number;
  /** Latencies that are wanted; all when left out. */
  readonly metrics?: readonly LatencyMetric[];
  /** Whose answers decide when they send again; the rate of the traffic then counts for nothing. */
  readonly users?: UserPopulation;
}

/**
 * What a system does under given traffic, from queueing formulas; nothing is simulated. Pure and deterministic.
 * `QUEUEING_MODELS` says which formula stands for what and how far it holds.
 * @throws InputError when no request of the traffic fits in
 */
export function estimate(request: EstimateRequest): Estimate {
  const { system, traffic, slo, idleWatts, users, metrics = LATENCY_METRICS } = request;
  const model = modelSystem(system, traffic);
  const saturation = saturationOf(model);
  const at = (rate: number): Equilibrium => equilibriumAt(model, saturation.ratePerSecond, rate);
  const responseSeconds = (to: number) => latencyModel(model, at(to)).mean("e2e");
  const rate =
    users === undefined
      ? traffic.ratePerSecond
      : rateOfUsers(users, saturation.ratePerSecond, responseSeconds);
  const stable = rate < saturation.ratePerSecond;
  const points = at(rate);
  const latencies = latencyModel(model, points);
  const meets = (from: Equilibrium) => meetsSlo(slo, model, latencyModel(model, from));
  const maxRate = hasTargets(slo) ? maxRateWithin(saturation.ratePerSecond, (to) => meets(at(to))) : null;
  const served = Math.min(rate, saturation.ratePerSecond);
  const charges = chargesAt(model, points);
  const tokensPerSecond = served * traffic.meanOutputTokens;
  const dynamicWatts = charges[ENERGY_CHARGE]! * model.replicas;
  const perToken = (watts: number) => (tokensPerSecond > 0 ? watts / tokensPerSecond : 0);
  return {
    ratePerSecond: rate,
    load: rate / saturation.ratePerSecond,
    stable,
    requestsPerSecond: served,
    outputTokensPerSecond: tokensPerSecond,
    phases: {
      batch: meanOver(points, ({ batch }) => batch),
      decodeStepSeconds: meanOver(points, ({ batch }) => model.times.decodeSeconds(Math.max(1, batch))),
      mixedStepSeconds: meanOver(points, ({ prefill }) => prefill.stepSeconds),
      mixedStepTokens: meanOver(points, ({ prefill }) => prefill.stepTokens),
      prefillShare: Math.min(
        1,
        meanOver(points, ({ prefill }) => prefill.busy),
      ),
      promptSeconds: meanOver(points, ({ prompts }) => prompts.promptSeconds),
    },
    latencies: Object.fromEntries(
      LATENCY_METRICS.map((metric) => [
        metric,
        stable && metrics.includes(metric)
          ? latencyOf(latencies.mean(metric), latencies.survival(metric))
          : null,
      ]),
    ) as Estimate["latencies"],
    saturation: {
      requestsPerSecond: saturation.ratePerSecond,
      outputTokensPerSecond: saturation.ratePerSecond * traffic.meanOutputTokens,
      limit: saturation.limit,
      batch: saturation.batch,
      resource: busiest(chargesAt(model, at(saturation.ratePerSecond))),
    },
    kvConcurrency: model.kvSequences,
    slo: {
      met: maxRate === null ? null : stable && meetsSlo(slo, model, latencies),
      attainment: stable ? attainmentOf(slo.request, model, latencies) : null,
      maxRequestsPerSecond: maxRate,
      maxUsers:
        users === undefined || maxRate === null
          ? null
          : Math.floor(usersAt(maxRate, users.thinkSeconds, responseSeconds(maxRate))),
    },
    utilization: Object.fromEntries(
      RESOURCES.map((resource, i) => [resource, Math.min(1, charges[i]!)]),
    ) as Record<Resource, number>,
    bindingResource: busiest(charges),
    dynamicJoulesPerToken: perToken(dynamicWatts),
    joulesPerToken: perToken(dynamicWatts + idleWatts),
  };
}
