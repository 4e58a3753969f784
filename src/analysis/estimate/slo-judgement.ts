import type { RequestTargets, RunTarget, SloConfig } from "../../serving/config.ts";
import {
  endToEndAtoms,
  gapAtoms,
  queueSurvival,
  survivalOf,
  tpotSurvival,
  ttftSurvival,
  type Survival,
  type WeightedPoint,
} from "./latency-tails.ts";
import type { SystemModel } from "./system-model.ts";

/** Latencies of a system at one rate, each worked out when it is asked for. */
export interface LatencyModel {
  mean(metric: RunTarget["metric"]): number;
  /** P(metric > seconds). */
  survival(metric: RunTarget["metric"]): Survival;
}

/** Share of the requests that has to meet the targets of single requests. */
export const REQUEST_SHARE = 0.99;

/** What may lie beyond a target on a statistic; of the maximum as little as a long run shows. */
const TAILS: Readonly<Record<Exclude<RunTarget["statistic"], "mean">, number>> = {
  ...{ p50: 0.5, p90: 0.1, p95: 0.05, p99: 0.01, p999: 0.001, max: 1e-5 },
};

export function latencyModel(model: SystemModel, points: readonly WeightedPoint[]): LatencyModel {
  const mean = (of: (point: WeightedPoint["point"]) => number) =>
    points.reduce((sum, { point, share }) => sum + share * of(point), 0);
  const means: Readonly<Record<RunTarget["metric"], () => number>> = {
    ttft: () => mean(({ ttftSeconds }) => ttftSeconds),
    tbt: () => mean(({ tbtSeconds }) => tbtSeconds),
    tpot: () => mean(({ tbtSeconds }) => tbtSeconds),
    e2e: () => mean(({ ttftSeconds, tbtSeconds }) => ttftSeconds + model.decodeTokens * tbtSeconds),
    queue: () => mean((point) => point.queueSeconds + point.vacationSeconds + point.seatSeconds),
  };
  const survivals: Readonly<Record<RunTarget["metric"], () => Survival>> = {
    ttft: () => ttftSurvival(model, points),
    tbt: () => survivalOf(gapAtoms(model, points)),
    tpot: () => tpotSurvival(model, points),
    e2e: () => survivalOf(endToEndAtoms(model, points)),
    queue: () => queueSurvival(points),
  };
  const made = new Map<RunTarget["metric"], Survival>();
  return {
    mean: (metric) => means[metric](),
    survival(metric) {
      const known = made.get(metric) ?? survivals[metric]();
      made.set(metric, known);
      return known;
    },
  };
}

/** Whether anything is asked for. Targets of single classes are not told apart. */
export function hasTargets({ request, run }: SloConfig): boolean {
  return run.length > 0 || Object.values(request).some((target) => target !== undefined);
}

/** Every target on the run holds, and the targets of single requests for 99 of 100. */
export function meetsSlo(slo: SloConfig, model: SystemModel, latencies: LatencyModel): boolean {
  return (
    slo.run.every((target) => meetsTarget(target, latencies)) &&
    (attainmentOf(slo.request, model, latencies) ?? 1) >= REQUEST_SHARE
  );
}

function meetsTarget({ metric, statistic, seconds }: RunTarget, latencies: LatencyModel): boolean {
  return statistic === "mean"
    ? latencies.mean(metric) <= seconds
    : latencies.survival(metric)(seconds) <= TAILS[statistic];
}

/**
 * Share (0..1) of the requests that meet every target of single requests, taken as independent; null without such
 * targets.
 */
export function attainmentOf(
  { ttftSeconds, tpotSeconds, maxTbtSeconds, e2eSeconds }: RequestTargets,
  model: SystemModel,
  latencies: LatencyModel,
): number | null {
  const shares: number[] = [];
  if (ttftSeconds !== undefined) shares.push(1 - latencies.survival("ttft")(ttftSeconds));
  if (tpotSeconds !== undefined) shares.push(1 - latencies.survival("tpot")(tpotSeconds));
  if (e2eSeconds !== undefined) shares.push(1 - latencies.survival("e2e")(e2eSeconds));
  if (maxTbtSeconds !== undefined) {
    shares.push(allGapsWithin(1 - latencies.survival("tbt")(maxTbtSeconds), model));
  }
  return shares.length === 0 ? null : shares.reduce((product, share) => product * share, 1);
}

/** Share of the requests none of whose gaps is too long, each gap being short enough with the same probability. */
function allGapsWithin(share: number, { traffic }: SystemModel): number {
  const { values, weights } = traffic.outputs;
  let all = 0;
  for (let i = 0; i < values.length; i++) all += weights[i]! * share ** (values[i]! - 1);
  return all;
}
