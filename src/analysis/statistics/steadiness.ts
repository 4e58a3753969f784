import { FEWEST_VALUES } from "./error-of-mean.ts";
import { isInterval, OutputSeries } from "./output-series.ts";
import { seriesFrom, type RunSeries } from "./run-series.ts";
import { batchMeansOf, meanOf } from "./series.ts";
import { studentTQuantile } from "./student-t.ts";
import { trendOf } from "./trend.ts";
import { detectWarmup } from "./warmup.ts";

export type Verdict = "steady" | "too short" | "unstable";

/** Whether the figures of a run are those of a settled system. */
export interface Steadiness {
  readonly verdict: Verdict;
  /** One clause that says why, for people. */
  readonly reason: string;
  /** The run is settled from here on; its first arrival when it never is. */
  readonly settledFromSeconds: number;
}

/** A run must last so many times as long as a request. */
const REQUEST_LIVES = 10;

/**
 * Judges a run. It is unstable when its queue grows from the first request to the last, and too short when its start
 * cannot be told from the rest (MSER-5), when it is hardly longer than a request, or when its batches are correlated.
 */
export function judgeSteadiness(series: RunSeries): Steadiness {
  const { arrivalSeconds, ttft } = series;
  const start = arrivalSeconds[0] ?? 0;
  if (ttft.length < FEWEST_VALUES) {
    const reason = `${ttft.length} completed requests are too few to judge by, ${FEWEST_VALUES} are needed`;
    return { verdict: "too short", reason, settledFromSeconds: start };
  }
  const load = offeredOverCapacity(series);
  if (load !== undefined) {
    const reason = `offered load above capacity, about ${load.toPrecision(3)} times: the queue grew all along`;
    return { verdict: "unstable", reason, settledFromSeconds: start };
  }
  const settledFromSeconds = settledFrom(series);
  const reason =
    settledFromSeconds === undefined
      ? "it had not settled by the middle of the run"
      : whyTooShort(seriesFrom(series, settledFromSeconds));
  return reason === undefined
    ? {
        verdict: "steady",
        reason: "settled, with uncorrelated batches",
        settledFromSeconds: settledFromSeconds!,
      }
    : { verdict: "too short", reason, settledFromSeconds: settledFromSeconds ?? start };
}

/** Batches over which a growing queue is looked for. */
const TREND_BATCHES = 20;
/** A queue grows when a straight line explains so much of how its delays vary, */
const LEAST_EXPLAINED = 0.8;
/** when it rises with so much confidence, */
const TREND_CONFIDENCE = 0.999;
/** and by so much: a slower rise is not told apart from a system close to its capacity. */
const LEAST_SLOPE = 0.01;

/**
 * Offered load over capacity, where the queue grows in a straight line: under a load of ρ times the capacity a request
 * waits ρ − 1 seconds longer for each second that it arrives later. Undefined where it does not.
 */
function offeredOverCapacity({ arrivalSeconds, queue }: RunSeries): number | undefined {
  if (arrivalSeconds.at(-1) === arrivalSeconds[0]) return undefined;
  const { slope, standardError, explained, degreesOfFreedom } = trendOf(
    batchMeansOf(arrivalSeconds, TREND_BATCHES),
    batchMeansOf(queue, TREND_BATCHES),
  );
  const surely = slope - studentTQuantile(TREND_CONFIDENCE, degreesOfFreedom) * standardError;
  return explained >= LEAST_EXPLAINED && surely > 0 && slope >= LEAST_SLOPE ? 1 + slope : undefined;
}

/** Arrival from which on both TTFT and TPOT have settled; undefined when one has not. */
function settledFrom({ arrivalSeconds, ttft, multiToken }: RunSeries): number | undefined {
  const ofTtft = detectWarmup(ttft);
  const ofTpot = detectWarmup(multiToken.tpot);
  if (!ofTtft.settled || !ofTpot.settled) return undefined;
  const start = arrivalSeconds[0]!;
  return Math.max(arrivalSeconds[ofTtft.values] ?? start, multiToken.arrivalSeconds[ofTpot.values] ?? start);
}

function whyTooShort({ arrivalSeconds, ttft, e2e, multiToken }: RunSeries): string | undefined {
  const span = arrivalSeconds.at(-1)! - arrivalSeconds[0]!;
  if (span < REQUEST_LIVES * meanOf(e2e)) {
    return `requests arrived for less than ${REQUEST_LIVES} times as long as one takes`;
  }
  const correlated = (values: Float64Array) =>
    values.length > 0 && !isInterval(new OutputSeries(values).mean());
  const slow = [...(correlated(ttft) ? ["TTFT"] : []), ...(correlated(multiToken.tpot) ? ["TPOT"] : [])];
  if (slow.length === 0) return undefined;
  return `${slow.join(" and ")} ${slow.length === 1 ? "varies" : "vary"} as slowly as the run is long`;
}
