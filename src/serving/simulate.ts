import type { RequestSource } from "../workload/request.ts";
import type { SimulationConfig } from "./config.ts";
import type { SimulationResult } from "./result.ts";

/** Watches a long run from outside the simulated world. */
export interface SimulationObserver {
  /**
   * Called now and then with how far the run is; return false to stop it (what completed is kept).
   * @param finished requests that ended so far
   */
  onProgress(finished: number, simulatedSeconds: number): boolean;
}

/** Replays the requests of `source` through the modelled system. Synchronous and deterministic. */
export function simulate(
  _source: RequestSource,
  _config: SimulationConfig,
  _observer?: SimulationObserver,
): SimulationResult {
  throw new Error("under construction");
}
