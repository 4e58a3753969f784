import type { PhaseTimes } from "./phase-times.ts";

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
const ROUNDS = 6;

/**
 * Prompts as customers of one server, which takes all that waits up to its budget in each step (batch service): where
 * a step's worth of prompts arrives during a step they share it, and the time that a step takes whatever it holds counts
 * once for all of them.
 * @param ratePerSecond arrivals at this replica
 */
export function prefillAt(
  times: PhaseTimes,
  ratePerSecond: number,
  meanPromptTokens: number,
  batch: number,
): PrefillState {
  const tokensPerSecond = ratePerSecond * meanPromptTokens;
  const ownSeconds = times.promptSeconds(batch) / times.promptSteps(batch);
  const ownTokens = meanPromptTokens / times.promptSteps(batch);
  const fullTokens = times.promptBudget(batch);
  const fullSeconds = times.fullSeconds(batch);
  const decodeSeconds = batch > 0 ? times.decodeSeconds(batch) : 0;
  const ownMixed = times.mixedSeconds(batch, ownTokens);
  const secondsOf = (tokens: number) => Math.max(ownSeconds, ownSeconds + times.mixedSeconds(batch, tokens) - ownMixed);
  let stepTokens = Math.min(ownTokens, fullTokens);
  let stepSeconds = ownSeconds;
  let joining = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const busy = Math.min(1, (tokensPerSecond * stepSeconds) / stepTokens);
    joining = ratePerSecond * (busy * stepSeconds + (1 - busy) * decodeSeconds);
    // Poisson arrivals in a step, given that there are any.
    const together = joining > 1e-6 ? joining / -Math.expm1(-joining) : 1;
    stepTokens = Math.min(fullTokens, ownTokens * together);
    stepSeconds = secondsOf(stepTokens);
  }
  const load = (tokensPerSecond * fullSeconds) / fullTokens;
  // Rounding of the rounds aside, steps with prompts never take more time than there is while the server keeps up.
  const stepsPerSecond = Math.min(tokensPerSecond / stepTokens, Math.max(1, load) / stepSeconds);
  return {
    ...{ busy: stepsPerSecond * stepSeconds, stepsPerSecond, stepSeconds, stepTokens, load },
    sharingSeconds: secondsOf(Math.min(fullTokens, ownTokens * (1 + joining))) - ownSeconds,
  };
}

/**
 * Mean wait of a prompt in seconds until its own first step: M/G/1 (Pollaczek-Khinchine) with bursts as in Kingman's
 * bound, plus the rest of the step in progress where the server takes vacations to decode (Fuhrmann and Cooper,
 * Operations Research 33(5), 1985). Infinity where the server cannot keep up.
 * @param decoding probability (0..1) that something decodes
 * @param arrivalScv squared coefficient of variation of the gaps between arrivals at this replica
 */
export function prefillWait(
  times: PhaseTimes,
  state: PrefillState,
  ratePerSecond: number,
  batch: number,
  decoding: number,
  arrivalScv: number,
): { readonly queueSeconds: number; readonly vacationSeconds: number } {
  const restOfDecode = batch > 0 ? (decoding * times.decodeSeconds(batch)) / 2 : 0;
  if (state.load >= 1) return { queueSeconds: Infinity, vacationSeconds: restOfDecode };
  const mean = times.promptSeconds(batch);
  const squareScv = times.promptSquareSeconds(batch) / (mean * mean);
  const service = ratePerSecond > 0 ? state.load / ratePerSecond : 0;
  const variability = Math.max(0, (arrivalScv - 1 + squareScv) / 2);
  const queued = (state.load * service * variability) / (1 - state.load);
  // Where all that waits fits into the next step, a prompt waits for the rest of the step in progress and no longer.
  const restOfPrompts = (state.busy * state.stepSeconds) / 2;
  const restSeconds = restOfPrompts + (1 - state.busy) * restOfDecode;
  if (queued + restOfDecode > restSeconds) return { queueSeconds: queued, vacationSeconds: restOfDecode };
  return { queueSeconds: restOfPrompts, vacationSeconds: restSeconds - restOfPrompts };
}
