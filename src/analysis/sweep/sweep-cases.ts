import { InputError } from "../../core/errors.ts";
import type { RequestSupply } from "../../scenario/request-supply.ts";
import type { Scenario, System } from "../../scenario/scenario.ts";
import type { RequestTargets, SloConfig } from "../../serving/config.ts";
import { estimate } from "../estimate/estimate.ts";
import {
  estimateRequest,
  trafficOf,
  usersOf,
  type ScenarioEstimateRequest,
} from "../estimate/scenario-estimate.ts";
import { atRate } from "../estimate/traffic-profile.ts";
import type { ReplayJob } from "../experiment/measured-point.ts";
import { atRateFactor, withPromptFactor } from "../experiment/supplies.ts";
import type { NamedAxis } from "./axis.ts";
import type { MeasuredRun } from "./measured-runs.ts";

/** One system at one value, to be estimated and simulated. */
export interface SweepCase {
  readonly system: string;
  readonly value: number;
  readonly job: ReplayJob;
  readonly request: ScenarioEstimateRequest;
  readonly measured?: MeasuredRun | undefined;
}

/** The requests of a scenario and what serves them. */
export interface SweptExperiment {
  readonly scenario: Scenario;
  readonly supply: RequestSupply;
}

/**
 * A system at values of an axis that is no setting, and at the rates at which a real one was measured.
 * @throws InputError for users who choose their rate themselves, and for measurements that lie nowhere near the sweep
 */
export function namedCases(
  { scenario, supply }: SweptExperiment,
  system: System,
  axis: NamedAxis,
  values: readonly number[],
  measured: readonly MeasuredRun[] = [],
): SweepCase[] {
  switch (axis) {
    case "load":
    case "rate":
      return rateCases({ scenario, supply }, system, axis, values, measured);
    case "context":
      return values.map((value) =>
        caseOf({ scenario, supply: withPromptFactor(supply, value) }, system, value),
      );
    case "slo":
      return values.map((value) =>
        caseOf({ scenario: { ...scenario, slo: scaledSlo(scenario.slo, value) }, supply }, system, value),
      );
  }
}

/** A system as its scenario has it, at a value of some setting. */
export function caseOf({ scenario, supply }: SweptExperiment, system: System, value: number): SweepCase {
  return {
    ...{ system: system.name, value },
    job: { traffic: scenario, system, supply },
    request: estimateRequest(scenario, system, supply),
  };
}

/** A measured rate this close to the ends of a sweep is still compared. */
const OVERLAP_MARGIN = 0.02;

function rateCases(
  { scenario, supply }: SweptExperiment,
  system: System,
  axis: "load" | "rate",
  values: readonly number[],
  measured: readonly MeasuredRun[],
): SweepCase[] {
  if (usersOf(supply) !== undefined) {
    throw new InputError({
      ...{ file: "--sweep", key: axis, message: "the rate of a fixed number of users is theirs to choose" },
      expected: "workload.closed_loop.users=10..200, or another setting",
    });
  }
  const traffic = trafficOf(supply, system);
  const base = estimateRequest(scenario, system, supply, traffic);
  const saturation = estimate(base).saturation.requestsPerSecond;
  const unit = axis === "load" ? saturation : 1;
  const at = (rate: number, run?: MeasuredRun): SweepCase => {
    const factor = rate / traffic.ratePerSecond;
    const margins = {
      warmupSeconds: scenario.margins.warmupSeconds / factor,
      drainSeconds: scenario.margins.drainSeconds / factor,
    };
    return {
      ...{ system: system.name, value: rate / unit, measured: run },
      job: { traffic: { ...scenario, margins }, system, supply: atRateFactor(supply, factor) },
      request: { ...base, traffic: atRate(traffic, rate) },
    };
  };
  const low = Math.min(...values) * unit * (1 - OVERLAP_MARGIN);
  const high = Math.max(...values) * unit * (1 + OVERLAP_MARGIN);
  const inside = measured.filter(({ ratePerSecond }) => ratePerSecond >= low && ratePerSecond <= high);
  if (measured.length > 0 && inside.length === 0) throw noOverlap(system, measured, low, high);
  const swept = values.map((value) => value * unit);
  const alone = swept.filter((rate) => inside.every((run) => Math.abs(run.ratePerSecond / rate - 1) > 1e-9));
  return [...alone.map((rate) => at(rate)), ...inside.map((run) => at(run.ratePerSecond, run))].sort(
    (a, b) => a.value - b.value,
  );
}

function noOverlap(system: System, measured: readonly MeasuredRun[], low: number, high: number): InputError {
  const rates = measured.map(({ ratePerSecond }) => ratePerSecond);
  const text = (rate: number) => rate.toPrecision(3);
  return new InputError({
    file: "--measured",
    message: `nothing to compare: measured at ${text(Math.min(...rates))} to ${text(Math.max(...rates))} requests/s, simulated at ${text(low)} to ${text(high)} (${system.name})`,
    expected: "a sweep that covers the measured rates, such as --sweep rate=1..20",
  });
}

function scaledSlo({ request, byClass, run }: SloConfig, factor: number): SloConfig {
  return {
    request: scaledTargets(request, factor),
    ...(byClass !== undefined && {
      byClass: Object.fromEntries(
        Object.entries(byClass).map(([name, targets]) => [name, scaledTargets(targets, factor)]),
      ),
    }),
    run: run.map((target) => ({ ...target, seconds: target.seconds * factor })),
  };
}

function scaledTargets(targets: RequestTargets, factor: number): RequestTargets {
  return Object.fromEntries(
    Object.entries(targets as Readonly<Record<string, number | undefined>>).map(([name, seconds]) => [
      name,
      seconds === undefined ? undefined : seconds * factor,
    ]),
  );
}
