import {
  CHARGE_COUNT,
  ENERGY_CHARGE,
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

  const step = (shape: StepShape, charges: Float64Array): number => {
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
    charges[0]! += seconds / 2;
    charges[3]! += seconds / 3;
    charges[ENERGY_CHARGE]! += seconds * 100;
    return seconds;
  };

  return {
    windowTokens,
    step,
    decodeRamp(shape: StepShape, windowGrowth: Float64Array, ramp: DecodeRamp): void {
      const charges = new Float64Array(CHARGE_COUNT);
      ramp.seconds = step(shape, charges);
      const growth = shape.decodeSequences + windowGrowth.reduce((sum, sequences) => sum + sequences, 0);
      const context = contextSum(shape);
      const flat = context < flatContextTokens;
      ramp.secondsPerStep = flat ? 0 : secondsPerContextToken * growth;
      ramp.steps = flat ? Math.floor((flatContextTokens - context) / growth) + 1 : Infinity;
      ramp.charges.set(charges);
      ramp.chargesPerStep.fill(0);
      ramp.chargesPerStep[0] = ramp.secondsPerStep / 2;
      ramp.chargesPerStep[3] = ramp.secondsPerStep / 3;
      ramp.chargesPerStep[ENERGY_CHARGE] = ramp.secondsPerStep * 100;
      ramp.peakComputeSeconds = baseSeconds;
    },
    rooflineSeconds: () => baseSeconds,
    explain: (): readonly OperatorCost[] => [],
  };
}
