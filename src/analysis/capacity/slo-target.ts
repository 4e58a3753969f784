import { InputError } from "../../core/errors.ts";
import type { SloConfig } from "../../serving/config.ts";
import { hasTargets } from "../estimate/slo-judgement.ts";
import type { Figure, LatencyFigure } from "../experiment/figures.ts";
import type { MeasuredPoint } from "../experiment/measured-point.ts";

/** What a figure of a run has to keep to. */
export interface SloTarget {
  readonly figure: Figure;
  readonly limit: number;
  /** The figure must not fall below the limit; else it must not rise above it. */
  readonly atLeast: boolean;
}

/** How a run stands to a target. */
export interface TargetVerdict {
  readonly target: SloTarget;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** As measured, then at the unfavourable end of the interval. */
  readonly met: boolean;
  /** Undefined without an interval. */
  readonly sure: boolean | undefined;
  /** Requests that an interval would take, where they are too few. */
  readonly needed?: number;
}

/**
 * The targets of a service level on whole runs: those on percentiles, and the share of the requests that meets those on
 * single requests.
 * @throws InputError where there are none
 */
export function targetsOf(slo: SloConfig, requestShare: number): SloTarget[] {
  if (!hasTargets(slo)) {
    throw new InputError({
      key: "slo",
      message: "there are no targets to keep to",
      expected: "--slo ttft_p99=1s,tbt_p99=50ms, or slo in the scenario",
    });
  }
  const onRequests = Object.values(slo.request).some((target) => target !== undefined);
  return [
    ...slo.run.map(({ metric, statistic, seconds }) => ({
      figure: `${metric}_${statistic}` satisfies LatencyFigure,
      limit: seconds,
      atLeast: false,
    })),
    ...(onRequests ? [{ figure: "slo_attainment" as const, limit: requestShare, atLeast: true }] : []),
  ];
}

/** Holds a measured point to the targets. */
export function verdictsOn(point: MeasuredPoint, targets: readonly SloTarget[]): TargetVerdict[] {
  return targets.map((target) => {
    const { figure, limit, atLeast } = target;
    const { value, low, high, needed } = point.figure(figure);
    const holds = (found: number | null) => found !== null && (atLeast ? found >= limit : found <= limit);
    const worst = atLeast ? low : high;
    return {
      ...{ target, value, low, high, met: holds(value), sure: worst === null ? undefined : holds(worst) },
      ...(needed !== undefined && { needed }),
    };
  });
}
