import type { Replica } from "./replica/replica.ts";
import type { RunEffort } from "./result.ts";

/** What a run took, over all replicas. @param events that were carried out */
export function effortOf(replicas: readonly Replica[], events: number): RunEffort {
  let steps = 0;
  let stops = 0;
  let prefillSteps = 0;
  let jumpsCut = 0;
  let policyStops = 0;
  let windowStops = 0;
  let draftStops = 0;
  for (const { meter } of replicas) {
    steps += meter.steps;
    stops += meter.stops;
    prefillSteps += meter.prefillSteps;
    jumpsCut += meter.jumpsCut;
    policyStops += meter.policyStops;
    windowStops += meter.windowStops;
    draftStops += meter.draftStops;
  }
  return {
    events,
    steps,
    stepsSkipped: steps - stops,
    stepsByReason: {
      prompt_in_batch: prefillSteps,
      arrival_cut_jump: jumpsCut,
      policy_asked_again: policyStops,
      window_freed_block: windowStops,
      drafts_drawn: draftStops,
      batch_or_cost_changed: stops - prefillSteps - jumpsCut - policyStops - windowStops - draftStops,
    },
  };
}
