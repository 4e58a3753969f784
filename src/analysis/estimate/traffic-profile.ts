import type { RequestSource } from "../../workload/request.ts";
import { RequestDraft } from "../../workload/request.ts";
import {
  dispersionsOf,
  POISSON,
  rateLevels,
  STEADY,
  type Dispersion,
  type RateLevel,
} from "./arrival-statistics.ts";
import { stratify, type Strata } from "./strata.ts";

/** What an estimate has to know of the requests: made once for a workload, used for any number of designs. */
export interface TrafficProfile {
  /** Mean arrivals a second; of users who wait for their answers, what they would send if these came at once. */
  readonly ratePerSecond: number;
  /** Requests that it rests on, those left out included. */
  readonly sampled: number;
  /** Share (0..1) of the requests longer than the longest allowed, which are left out of all that follows. */
  readonly refusedShare: number;
  /** Prompt lengths in tokens, by request. */
  readonly prompts: Strata;
  /** Output lengths in tokens, by request. */
  readonly outputs: Strata;
  /** Tokens that a decode step attends to for one sequence, by step. */
  readonly contexts: Strata;
  readonly meanPromptTokens: number;
  /** Mean square of the prompt length. */
  readonly squarePromptTokens: number;
  readonly meanOutputTokens: number;
  /** Squared coefficient of variation of the output length. */
  readonly outputScv: number;
  /** How bursty the arrivals are over short times. */
  readonly dispersions: readonly Dispersion[];
  /** How the rate wanders over longer times. */
  readonly levels: readonly RateLevel[];
}

/** Enough for the tails that an estimate tells. */
const MOST_SAMPLES = 20_000;

const TAIL_EDGES = [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.87, 0.94, 0.975, 0.99, 0.9975, 1];
const EVEN_EDGES = Array.from({ length: 17 }, (_, i) => i / 16);

/**
 * Draws the requests of a source, at most 20,000, and sums them up. Users who wait are answered at once: what they send
 * is sampled, not when.
 * @param longestTokens prompt plus output; longer requests are refused
 */
export function profileTraffic(source: RequestSource, longestTokens = Infinity): TrafficProfile {
  const { arrivals, inputs, outputs, refused } = draw(source, longestTokens);
  const count = inputs.length;
  const sampled = count + refused;
  const span = sampled > 1 ? arrivals.at(-1)! - arrivals[0]! : 0;
  const contextTokens = inputs.map((input, i) => input + outputs[i]! / 2);
  const meanOutputTokens = mean(outputs);
  const levels = rateLevels(arrivals);
  return {
    ratePerSecond: span > 0 ? (sampled - 1) / span : 0,
    sampled,
    refusedShare: sampled === 0 ? 0 : refused / sampled,
    prompts: stratify(inputs, TAIL_EDGES),
    outputs: stratify(outputs, TAIL_EDGES),
    contexts: stratify(
      contextTokens,
      EVEN_EDGES,
      outputs.map((output) => output - 1),
    ),
    meanPromptTokens: mean(inputs),
    squarePromptTokens: mean(inputs.map((tokens) => tokens * tokens)),
    meanOutputTokens,
    outputScv: mean(outputs.map((tokens) => (tokens / meanOutputTokens - 1) ** 2)),
    dispersions: dispersionsOf(arrivals, levels),
    levels,
  };
}

/** The same requests, arriving as a Poisson process of steady rate. */
export function arrivingAtRandom(profile: TrafficProfile): TrafficProfile {
  return { ...profile, dispersions: POISSON, levels: STEADY };
}

/** The same requests at another rate. */
export function atRate(profile: TrafficProfile, ratePerSecond: number): TrafficProfile {
  return { ...profile, ratePerSecond };
}

function draw(source: RequestSource, longestTokens: number) {
  const draft = new RequestDraft();
  const arrivals: number[] = [];
  const inputs: number[] = [];
  const outputs: number[] = [];
  let refused = 0;
  while (arrivals.length < MOST_SAMPLES && source.nextArrivalSeconds < Infinity) {
    source.take(draft);
    arrivals.push(draft.arrivalSeconds);
    if (draft.inputTokens + draft.outputTokens > longestTokens) refused++;
    else {
      inputs.push(draft.inputTokens);
      outputs.push(draft.outputTokens);
    }
    const { clientId, arrivalSeconds: seconds } = draft;
    if (clientId >= 0) source.requestEnded?.({ clientId, seconds, completed: true });
  }
  return { arrivals, inputs, outputs, refused };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
