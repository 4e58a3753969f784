import { estimate } from "../estimate/estimate.ts";
import { measurePoint, type PointOptions, type ReplayJobs } from "../experiment/measured-point.ts";
import { VALIDATED_FIGURES } from "./estimated-figures.ts";
import type { SweepCase } from "./sweep-cases.ts";
import type { SweepPoint } from "./sweep-validation.ts";

/** Estimates every case and simulates it, with the same seeds everywhere. */
export function runSweep(
  cases: readonly SweepCase[],
  options: Pick<PointOptions, "replications" | "confidence">,
  replay: ReplayJobs,
): Promise<SweepPoint[]> {
  return Promise.all(
    cases.map(async ({ system, value, job, request, measured }) => {
      const { idleWatts } = request;
      const simulated = await measurePoint(
        job,
        { ...options, idleWatts, figures: VALIDATED_FIGURES },
        replay,
      );
      return { system, value, measured, estimate: estimate(request), simulated };
    }),
  );
}
