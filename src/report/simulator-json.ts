import type { RunEffort } from "../serving/result.ts";

/** What a run cost the machine it ran on. */
export interface WallFacts {
  /** First to last event, without reading and writing files. */
  readonly wallSeconds: number;
  /** From the start of the process until the last file of the system was written but this one. */
  readonly wallTotalSeconds: number;
  readonly peakRssBytes: number;
  readonly nodeVersion: string;
}

/** `simulator.json` as a plain object: everything that may differ between two equal runs. */
export function simulatorJsonOf(
  effort: RunEffort,
  completed: number,
  wall: WallFacts,
): Record<string, unknown> {
  return {
    wall_s: wall.wallSeconds,
    wall_total_s: wall.wallTotalSeconds,
    events: effort.events,
    steps: effort.steps,
    steps_skipped: effort.stepsSkipped,
    steps_by_reason: effort.stepsByReason,
    requests_per_wall_s: completed / wall.wallSeconds,
    peak_rss_bytes: wall.peakRssBytes,
    node_version: wall.nodeVersion,
  };
}
