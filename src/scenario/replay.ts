import { compileStepCost } from "../perf/compile.ts";
import type { MeasurementWindow, SimulationConfig } from "../serving/config.ts";
import type { RequestRecords, SimulationResult } from "../serving/result.ts";
import { simulate, type SimulationObserver } from "../serving/simulate.ts";
import { measurementWindow, openSource, timelineSpacing, type RequestSupply } from "./request-supply.ts";
import type { Scenario, System } from "./scenario.ts";

export interface ReplayOptions {
  readonly mode: SimulationConfig["mode"];
  /** Spacing of the timeline's samples in seconds of simulated time; some 400 samples when undefined. */
  readonly timelineSeconds: number | undefined;
}

/** What a replay found, as plain data: gaps between tokens are kept as their cumulative distribution. */
export interface ReplayOutcome extends Omit<SimulationResult, "gaps"> {
  readonly window: MeasurementWindow;
  readonly gapCdf: readonly { readonly seconds: number; readonly share: number }[];
}

/** The simulation that a system of a scenario asks for. */
export function simulationConfig(
  { slo, margins }: Pick<Scenario, "slo" | "margins">,
  system: System,
  supply: RequestSupply,
  { mode, timelineSeconds = timelineSpacing(supply) }: ReplayOptions,
): SimulationConfig {
  const { scheduler, engine, replicas, router } = system;
  const cost = compileStepCost(system);
  const window = measurementWindow(supply, margins);
  return { scheduler, engine, replicas, router, cost, slo, window, mode, timelineSeconds };
}

/** Replays the requests of `supply` on one system of the scenario. */
export function replay(
  scenario: Pick<Scenario, "slo" | "margins">,
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
  const { replica, firstScheduledSeconds, firstTokenSeconds, finishSeconds, maxTbtSeconds } = records;
  const { preemptions, sloMet, status, rejectReason } = records;
  return {
    ...{ length, classes, sourceRow, classIndex, sessionId, arrivalSeconds, inputTokens, outputTokens },
    ...{ replica, firstScheduledSeconds, firstTokenSeconds, finishSeconds, maxTbtSeconds },
    ...{ preemptions, sloMet, status, rejectReason },
  };
}
