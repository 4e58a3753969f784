import {
  ENERGY_CHARGE,
  StepUse,
  type DecodeRamp,
  type OperatorCost,
  type StepCost,
  type StepShape,
} from "../../src/perf/step-cost.ts";

export interface ToyCostConfig {
  readonly baseSeconds: number;
  readonly secondsPerToken: number;
  readonly secondsPerLogit: number;
  readonly secondsPerContextToken: number;
  /** Below this context sum, attention costs a flat amount: gives the ramp a breakpoint. */
  readonly flatContextTokens: number;
  readonly windowTokens: readonly number[];
}

/**
 * A step cost simple enough to check by hand: base + per token + per attended token, the context term being
 * max(flat, linear) so that ramps have breakpoints.
 */
export function createToyCost(config: ToyCostConfig): StepCost {
  const {
    baseSeconds,
    secondsPerToken,
    secondsPerLogit,
    secondsPerContextToken,
    flatContextTokens,
    windowTokens,
  } = config;
  const contextSum = (shape: StepShape) =>
    shape.decodeContextTokens + shape.decodeWindowTokens.reduce((sum, tokens) => sum + tokens, 0);

  const stepSeconds = (shape: StepShape): number => {
    let tokens = shape.decodeSequences;
    let seconds = 0;
    for (let i = 0; i < shape.chunkCount; i++) {
      const chunk = shape.chunkNewTokens[i]!;
      tokens += chunk;
      seconds += secondsPerContextToken * chunk * (shape.chunkContextTokens[i]! + chunk / 2);
    }
    seconds += baseSeconds + secondsPerToken * tokens + secondsPerLogit * shape.logitSequences;
    if (shape.decodeSequences > 0)
      seconds += secondsPerContextToken * Math.max(flatContextTokens, contextSum(shape));
    return seconds;
  };
  const charge = (seconds: number, { charges }: StepUse) => {
    charges[0]! += seconds / 2;
    charges[3]! += seconds / 3;
    charges[ENERGY_CHARGE]! += seconds * 100;
  };
  const contextGrowth = (shape: StepShape, windowGrowth: Float64Array) =>
    shape.decodeSequences + windowGrowth.reduce((sum, sequences) => sum + sequences, 0);

  return {
    windowTokens,
    openUse: () => new StepUse(0, false),
    charges: (use) => use.charges,
    step(shape, use) {
      const seconds = stepSeconds(shape);
      charge(seconds, use);
      return seconds;
    },
    decodeRamp(shape: StepShape, windowGrowth: Float64Array, ramp: DecodeRamp): void {
      ramp.seconds = stepSeconds(shape);
      const growth = contextGrowth(shape, windowGrowth);
      const context = contextSum(shape);
      const flat = context < flatContextTokens;
      ramp.secondsPerStep = flat ? 0 : secondsPerContextToken * growth;
      ramp.steps = flat ? Math.floor((flatContextTokens - context) / growth) + 1 : Infinity;
      ramp.peakComputeSeconds = baseSeconds;
    },
    useRamp(shape, windowGrowth, steps, use) {
      const slope = contextSum(shape) < flatContextTokens ? 0 : secondsPerContextToken;
      const growth = slope * contextGrowth(shape, windowGrowth);
      charge(steps * stepSeconds(shape) + ((steps * (steps - 1)) / 2) * growth, use);
    },
    rooflineSeconds: () => baseSeconds,
    hostSeconds: () => baseSeconds / 4,
    collectiveSeconds: () => baseSeconds / 8,
    explain: (): readonly OperatorCost[] => [],
  };
}
