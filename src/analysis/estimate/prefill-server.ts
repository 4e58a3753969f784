import { filledSeconds, fullSeconds, type PromptSteps } from "./phase-times.ts";

/** Prompts on one replica beside a steady number of decoding sequences. */
export interface PrefillState {
  /** Share of the time in steps with prompts; 1 and more where prompts come faster than they can be computed. */
  readonly busy: number;
  /** Such steps a second, and the seconds of one. */
  readonly stepsPerSecond: number;
  readonly stepSeconds: number;
  /** The same share were every step with prompts full: what the server cannot go below, and its stability. */
  readonly load: number;
  /** What others who share the last step of a prompt add to it, in seconds. */
  readonly sharingSeconds: number;
  /** Mean tokens of prompts in such a step. */
  readonly stepTokens: number;
}

/** Enough for a step length that depends on itself to settle. */
const ROUNDS = 8;
const SETTLED = 1e-3;

/**
 * Prompts as customers of one server, which takes all that waits up to its budget in each step (batch service): where
 * a step's worth of prompts arrives during a step they share it, and the time that a step takes whatever it holds counts
 * once for all of them.
 * @param ratePerSecond arrivals at this replica
 */
export function prefillAt(prompts: PromptSteps, ratePerSecond: number): PrefillState {
  const { stepTokens: ownTokens, stepSeconds: ownSeconds, budget, decodeSeconds } = prompts;
  const tokensPerSecond = ratePerSecond * ownTokens * prompts.promptSteps;
  const ownFilled = filledSeconds(prompts, ownTokens);
  let stepTokens = Math.min(ownTokens, budget);
  let stepSeconds = ownSeconds;
  let joining = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const busy = Math.min(1, (tokensPerSecond * stepSeconds) / stepTokens);
    joining = ratePerSecond * (busy * stepSeconds + (1 - busy) * decodeSeconds);
    const tokens = Math.min(budget, ownTokens * together(joining));
    const settled = Math.abs(tokens - stepTokens) < SETTLED * stepTokens;
    stepTokens = tokens;
    stepSeconds = Math.max(ownSeconds, ownSeconds + filledSeconds(prompts, stepTokens) - ownFilled);
    if (settled) break;
  }
  const load = (tokensPerSecond * fullSeconds(prompts)) / budget;
  // Rounding of the rounds aside, steps with prompts never take more time than there is while the server keeps up.
  const stepsPerSecond = Math.min(tokensPerSecond / stepTokens, Math.max(1, load) / stepSeconds);
  const sharedTokens = Math.min(budget, ownTokens * (1 + joining));
  return {
    stepsPerSecond,
    stepSeconds,
    stepTokens,
    load,
    busy: stepsPerSecond * stepSeconds,
    sharingSeconds: Math.max(0, filledSeconds(prompts, sharedTokens) - ownFilled),
  };
}

/** Mean number of Poisson arrivals, given that there are any. */
function together(mean: number): number {
  return mean < 0.05 ? 1 + mean / 2 : mean / (1 - Math.exp(-mean));
}

/** Mean seconds between two tokens of each sequence that decodes beside those prompts. */
export function tokenSecondsBeside(prompts: PromptSteps, ratePerSecond: number): number {
  const { busy, stepsPerSecond, stepSeconds } = prefillAt(prompts, ratePerSecond);
  return busy >= 1 ? stepSeconds : 1 / (stepsPerSecond + (1 - busy) / prompts.decodeSeconds);
}

/** How requests come to one replica. */
export interface ReplicaArrivals {
  readonly ratePerSecond: number;
  /** Dispersion that chance alone leaves. */
  readonly even: number;
  /** What bursts add to it over a time in which so many requests are expected at this replica; at least 0. */
  readonly bursts: (arrivals: number) => number;
}

/**
 * Mean wait of a prompt in seconds until its own first step: M/G/1 (Pollaczek-Khinchine), with what bursts add by the
 * dispersion of arrivals over the time of a busy period (Fendick and Whitt, Proceedings of the IEEE 77(1), 1989), plus the
 * rest of the step in progress where the server takes vacations to decode (Fuhrmann and Cooper, Operations Research 33(5),
 * 1985). Infinity where the server cannot keep up.
 * @param decoding probability (0..1) that something decodes
 */
export function prefillWait(
  prompts: PromptSteps,
  state: PrefillState,
  { ratePerSecond, even, bursts }: ReplicaArrivals,
  decoding: number,
): { readonly queueSeconds: number; readonly vacationSeconds: number } {
  const restOfDecode = (decoding * prompts.decodeSeconds) / 2;
  const { load } = state;
  if (load >= 1) return { queueSeconds: Infinity, vacationSeconds: restOfDecode };
  const squareScv = prompts.squareSeconds / prompts.promptSeconds ** 2;
  const service = ratePerSecond > 0 ? load / ratePerSecond : 0;
  const variability = load * Math.max(0, even - 1 + squareScv) + bursts(load / (1 - load));
  const queued = (service * variability) / (2 * (1 - load));
  // Where all that waits fits into the next step, a prompt waits for the rest of the step in progress and no longer.
  const restOfPrompts = (state.busy * state.stepSeconds) / 2;
  const restSeconds = restOfPrompts + (1 - state.busy) * restOfDecode;
  if (queued + restOfDecode > restSeconds) return { queueSeconds: queued, vacationSeconds: restOfDecode };
  return { queueSeconds: restOfPrompts, vacationSeconds: restSeconds - restOfPrompts };
}
