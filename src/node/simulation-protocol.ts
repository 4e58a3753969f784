import type { InputProblem } from "../core/errors.ts";
import type { ReplayOptions, ReplayOutcome } from "../scenario/replay.ts";
import type { RequestSupply } from "../scenario/request-supply.ts";
import type { System, Traffic } from "../scenario/scenario.ts";

/**
 * What the thread that simulates is asked, one message each: first requests and systems, then the replays, which name a
 * system by its place among those that were sent.
 */
export type SimulationRequest =
  | { readonly kind: "supply"; readonly supply: RequestSupply }
  | { readonly kind: "system"; readonly system: System }
  | {
      readonly kind: "replay";
      readonly scenario: Traffic;
      readonly system: number;
      readonly options: ReplayOptions;
    };

/** Its answer to a replay. Errors lose their class between threads, so they say what they were. */
export type SimulationAnswer =
  | { readonly kind: "done"; readonly outcome: ReplayOutcome; readonly wallSeconds: number }
  | { readonly kind: "input-error"; readonly problems: readonly InputProblem[] }
  | { readonly kind: "run-error"; readonly message: string }
  | { readonly kind: "crash"; readonly message: string };

/** Memory that both threads see: the one asks to stop, the other tells how far it is. */
export interface SimulationControl {
  /** [1 when the run is to stop] */
  readonly stop: Int32Array;
  /** [requests that ended, simulated seconds] */
  readonly progress: Float64Array;
}

export const CONTROL_BYTES = 3 * Float64Array.BYTES_PER_ELEMENT;

export function controlOf(memory: SharedArrayBuffer): SimulationControl {
  return { stop: new Int32Array(memory, 0, 1), progress: new Float64Array(memory, 8, 2) };
}
