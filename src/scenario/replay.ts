import { stepCostOf } from "../perf/compile.ts";
import type { MeasurementWindow, PoolConfig, SimulationConfig } from "../serving/config.ts";
import type { RequestRecords, SimulationResult } from "../serving/result.ts";
import { simulate, type SimulationObserver } from "../serving/simulate.ts";
import { measurementWindow, openSource, timelineSpacing, type RequestSupply } from "./request-supply.ts";
import type { System, Traffic } from "./scenario.ts";

export interface ReplayOptions {
  readonly mode: SimulationConfig["mode"];
  /** Spacing of the timeline's samples in seconds of simulated time; some 400 samples when undefined. */
  readonly timelineSeconds: number | undefined;
  /** Whether first tokens and gaps above the SLO are split into what they waited for. */
  readonly attribution?: boolean | undefined;
  /** Measured requests that may miss their targets before the run is broken off; any number when left out. */
  readonly mostMisses?: number | undefined;
}

/** What a replay found, as plain data: gaps between tokens are kept as their cumulative distribution. */
export interface ReplayOutcome extends Omit<SimulationResult, "gaps"> {
  readonly window: MeasurementWindow;
  readonly gapCdf: readonly { readonly seconds: number; readonly share: number }[];
}

/** The simulation that a system of a scenario asks for. */
export function simulationConfig(
  { seed, slo, clients, margins }: Traffic,
  system: System,
  supply: RequestSupply,
  { mode, attribution, mostMisses, timelineSeconds = timelineSpacing(supply) }: ReplayOptions,
): SimulationConfig {
  const { scheduler, engine, replicas, router, routerDelaySeconds, admission, kvTransfer } = system;
  const { failures, autoscaling } = system;
  const cost = stepCostOf(system);
  const window = measurementWindow(supply, margins);
  const pools = system.pools?.map((pool): PoolConfig => ({
    ...{ name: pool.name, role: pool.role, replicas: pool.replicas, cost: stepCostOf(pool) },
    ...{ scheduler: pool.scheduler, engine: pool.engine, linkBytesPerSecond: pool.linkBytesPerSecond },
  }));
  return {
    ...{ pools, kvTransfer, failures, autoscaling },
    ...{ scheduler, engine, replicas, router, routerDelaySeconds, admission, cost },
    ...{ seed, slo, clients, window, mode, timelineSeconds, attribution, mostMisses },
  };
}

/** Replays the requests of `supply` on one system of the scenario. */
export function replay(
  scenario: Traffic,
  system: System,
  supply: RequestSupply,
  options: ReplayOptions,
  observer?: SimulationObserver,
): ReplayOutcome {
  const config = simulationConfig(scenario, system, supply, options);
  const { gaps, records, ...rest } = simulate(openSource(supply), config, observer);
  return { ...rest, records: columnsOf(records), window: config.window, gapCdf: gaps.cumulative() };
}

/** The columns alone, whatever else the object that holds them can do. */
function columnsOf(records: RequestRecords): RequestRecords {
  const { length, classes, sourceRow, classIndex, sessionId, arrivalSeconds, inputTokens, outputTokens } =
    records;
  const { replica, decodeReplica, firstScheduledSeconds, firstTokenSeconds, finishSeconds, maxTbtSeconds } =
    records;
  const { preemptions, attempts, cachedTokens, sloMet, status, rejectReason } = records;
  return {
    ...{ length, classes, sourceRow, classIndex, sessionId, arrivalSeconds, inputTokens, outputTokens },
    ...{ replica, decodeReplica, firstScheduledSeconds, firstTokenSeconds, finishSeconds, maxTbtSeconds },
    ...{ preemptions, attempts, sloMet, status, rejectReason },
    ...(cachedTokens !== undefined && { cachedTokens }),
  };
}
