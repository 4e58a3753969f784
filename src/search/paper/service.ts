import type { StepCost } from "../../perf/step-cost.ts";
import { simulationConfig } from "../../scenario/replay.ts";
import { openSource } from "../../scenario/request-supply.ts";
import type { System, Traffic } from "../../scenario/scenario.ts";
import type { RunMetrics } from "../../serving/result.ts";
import { simulate } from "../../serving/simulate.ts";
import type { RequestTable } from "../../workload/request.ts";
import { scaleRate } from "../../workload/transforms/rate-scale.ts";
import { capacityNear } from "../evaluation/capacity.ts";
import { joulesPerToken, meetsTargets, mostMisses, rateOf } from "../evaluation/replayed-service.ts";

/** What a system does at the largest rate within its service level; seconds, and null where it bears no rate at all. */
export interface Service {
  readonly requestsPerSecond: number;
  /** People in conversations, who each wait for an answer and then think: rate × (E2E + think time), by Little's law. */
  readonly concurrentUsers: number;
  readonly ttftP99Seconds: number | null;
  readonly tbtMeanSeconds: number | null;
  readonly tbtP99Seconds: number | null;
  readonly tokensPerJoule: number | null;
}

/** From an answer to the next prompt of the same user (assumption: some seconds of reading and typing). */
export const THINK_SECONDS = 10;

const NOTHING: Service = {
  ...{ requestsPerSecond: 0, concurrentUsers: 0, tokensPerJoule: null },
  ...{ ttftP99Seconds: null, tbtMeanSeconds: null, tbtP99Seconds: null },
};

/** A system, and its steps where they are not those of its device's model. */
export interface Contender {
  readonly system: System;
  readonly cost?: StepCost;
}

/**
 * Replays requests faster and slower until the targets just hold, as a full replay of a search does.
 * @param guessPerSecond of the rate, to start from
 */
export function serviceWithin(
  traffic: Traffic,
  contender: Contender,
  table: RequestTable,
  guessPerSecond: number,
): Service {
  const ownRate = rateOf(table);
  const runs = new Map<number, RunMetrics>();
  const run = (rate: number): RunMetrics => {
    const metrics = metricsOf(traffic, contender, scaleRate(table, rate / ownRate), mostMisses(table));
    runs.set(rate, metrics);
    return metrics;
  };
  const guess = guessPerSecond > 0 ? guessPerSecond : ownRate;
  const requestsPerSecond = capacityNear(guess, (rate) => meetsTargets(run(rate)));
  const metrics = runs.get(requestsPerSecond);
  if (metrics === undefined) return NOTHING;
  const joules = joulesPerToken(contender.system, metrics);
  return {
    requestsPerSecond,
    concurrentUsers: requestsPerSecond * ((metrics.e2e.mean ?? 0) + THINK_SECONDS),
    ttftP99Seconds: metrics.ttft.p99,
    tbtMeanSeconds: metrics.tbt.mean,
    tbtP99Seconds: metrics.tbt.p99,
    tokensPerJoule: joules === null ? null : 1 / joules,
  };
}

/**
 * What a replay of these requests comes to.
 * @param mostMisses requests that may miss their targets before it is broken off; any number when left out
 */
export function metricsOf(
  traffic: Traffic,
  { system, cost }: Contender,
  table: RequestTable,
  mostMisses?: number,
): RunMetrics {
  const supply = { kind: "table", table } as const;
  const config = simulationConfig(traffic, system, supply, {
    ...{ mode: "fast-forward", timelineSeconds: 0, mostMisses },
  });
  return simulate(openSource(supply), cost === undefined ? config : { ...config, cost }).metrics;
}
