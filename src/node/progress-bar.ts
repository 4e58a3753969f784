import { SingleBar } from "cli-progress";
import { expectedSpanSeconds, knownRequests, type RequestSupply } from "../scenario/request-supply.ts";

/** Runs shorter than this show no bar. */
const QUIET_MILLISECONDS = 400;
const REDRAW_MILLISECONDS = 100;

/** How far a run is, in whatever can be counted. */
export interface ProgressMeasure {
  /** May grow while it runs. */
  readonly total: number;
  readonly unit: string;
  readonly done: () => number;
}

interface RunningReplay {
  readonly finishedRequests: number;
  readonly simulatedSeconds: number;
}

/** Requests where their number is known beforehand, else simulated time against the time that arrivals are expected to take. */
export function measureOf(supply: RequestSupply, replay: RunningReplay): ProgressMeasure {
  const requests = knownRequests(supply);
  if (requests !== undefined) {
    return { total: requests, unit: "requests", done: () => replay.finishedRequests };
  }
  const total = Math.ceil(expectedSpanSeconds(supply));
  return {
    total,
    unit: "simulated seconds",
    done: () => Math.min(total, Math.floor(replay.simulatedSeconds)), // The last requests end after the last arrival.
  };
}

/** Draws how far a run is on standard error until the returned function is called. */
export function showProgress(label: string, measure: ProgressMeasure): () => void {
  const { unit } = measure;
  const bar = new SingleBar({
    format: `${label} {bar} {percentage} %  {value}/{total} ${unit}, {eta_formatted} left`,
    stream: process.stderr,
    clearOnComplete: true,
    barsize: 24,
  });
  const startedAt = performance.now();
  let drawn = false;
  const timer = setInterval(() => {
    if (!drawn && performance.now() - startedAt > QUIET_MILLISECONDS) {
      bar.start(measure.total, 0);
      drawn = true;
    }
    if (!drawn) return;
    bar.setTotal(measure.total);
    bar.update(measure.done());
  }, REDRAW_MILLISECONDS);
  return () => {
    clearInterval(timer);
    if (drawn) bar.stop();
  };
}
