import { RESOURCES, type Resource } from "../step-cost.ts";
import type { DecodeRamp, OperatorCost, StepCost, StepShape, StepUse } from "../step-cost.ts";
import { rising, risingGrid, Segment, type StepProfile } from "./step-profile.ts";

/**
 * Seconds of a profile, and everything else (energy, busy resources, rooflines) of a model of the same replica. Runs of
 * decode steps are exactly linear from one point of the profile to the next.
 */
export class ProfiledStepCost implements StepCost {
  readonly windowTokens: readonly number[];
  readonly #model: StepCost;
  readonly #profile: StepProfile;
  readonly #segment = new Segment();

  constructor(model: StepCost, profile: StepProfile) {
    this.#model = model;
    const { step, tokens, logits, decode, decodeMixed, prefill } = profile;
    this.#profile = {
      ...{ step, tokens: rising(tokens), logits: rising(logits) },
      ...{ decode: risingGrid(decode), prefill: risingGrid(prefill) },
      ...(decodeMixed !== undefined && { decodeMixed: risingGrid(decodeMixed) }),
    };
    this.windowTokens = model.windowTokens;
  }

  openUse(): StepUse {
    return this.#model.openUse();
  }

  step(shape: StepShape, use: StepUse): number {
    this.#model.step(shape, use);
    return this.#fixedSeconds(shape) + this.#prefillSeconds(shape) + this.#decodeSeconds(shape);
  }

  decodeRamp(shape: StepShape, windowGrowth: Float64Array, ramp: DecodeRamp): void {
    this.#model.decodeRamp(shape, windowGrowth, ramp);
    const context = shape.decodeContextTokens / shape.decodeSequences;
    const { seconds, slope, until } = this.#segment.ofGrid(
      this.#profile.decode,
      shape.decodeSequences,
      context,
    );
    // The context of each sequence grows by a token a step.
    ramp.seconds = this.#fixedSeconds(shape) + seconds;
    ramp.secondsPerStep = slope;
    ramp.steps = stepsWithin(until - context);
  }

  useRamp(shape: StepShape, windowGrowth: Float64Array, steps: number, use: StepUse): void {
    this.#model.useRamp(shape, windowGrowth, steps, use);
  }

  charges(use: StepUse): Float64Array {
    return this.#model.charges(use);
  }

  rooflineSeconds(shape: StepShape): number {
    return this.#model.rooflineSeconds(shape);
  }

  /** What the profile asks of every step: exchanges are within the time of its tokens. */
  hostSeconds(): number {
    return this.#profile.step;
  }

  collectiveSeconds(): number {
    return 0;
  }

  explain(shape: StepShape): readonly OperatorCost[] {
    const { step, tokens, logits } = this.#profile;
    return [
      part("step", step),
      part("tokens", this.#lineSeconds(tokens, tokensOf(shape))),
      part("prefill", this.#prefillSeconds(shape)),
      part("decode", this.#decodeSeconds(shape)),
      part("logits", this.#lineSeconds(logits, shape.logitSequences)),
    ].filter(({ seconds }) => seconds > 0);
  }

  /** All but attention. */
  #fixedSeconds(shape: StepShape): number {
    const { step, tokens, logits } = this.#profile;
    return (
      step + this.#lineSeconds(tokens, tokensOf(shape)) + this.#lineSeconds(logits, shape.logitSequences)
    );
  }

  #lineSeconds(line: StepProfile["tokens"], count: number): number {
    return count === 0 ? 0 : this.#segment.ofLine(line, count).seconds;
  }

  #prefillSeconds({ chunkCount, chunkNewTokens, chunkContextTokens }: StepShape): number {
    let seconds = 0;
    for (let i = 0; i < chunkCount; i++) {
      seconds += this.#segment.ofGrid(
        this.#profile.prefill,
        chunkNewTokens[i]!,
        chunkContextTokens[i]!,
      ).seconds;
    }
    return seconds;
  }

  /** Beside a prompt decodes take no less than alone. */
  #decodeSeconds({ chunkCount, decodeSequences, decodeContextTokens }: StepShape): number {
    if (decodeSequences === 0) return 0;
    const { decode, decodeMixed } = this.#profile;
    const context = decodeContextTokens / decodeSequences;
    const alone = this.#segment.ofGrid(decode, decodeSequences, context).seconds;
    if (chunkCount === 0 || decodeMixed === undefined) return alone;
    return Math.max(alone, this.#segment.ofGrid(decodeMixed, decodeSequences, context).seconds);
  }
}

/** Steps j = 0, 1, … with j ≤ `distance`, at least one. */
function stepsWithin(distance: number): number {
  return Math.max(1, Math.floor(distance) + 1);
}

function tokensOf({ decodeSequences, chunkCount, chunkNewTokens }: StepShape): number {
  let tokens = decodeSequences;
  for (let i = 0; i < chunkCount; i++) tokens += chunkNewTokens[i]!;
  return tokens;
}

function part(operator: string, seconds: number): OperatorCost {
  const busySeconds = Object.fromEntries(RESOURCES.map((name) => [name, 0])) as Record<Resource, number>;
  return {
    ...{ operator, unit: "profile", dataflow: null, partition: null, tile: null, count: 1 },
    ...{ flops: 0, dramBytes: 0, networkBytes: 0, localBytes: 0, linkBytes: 0, seconds, busySeconds },
    ...{ localSeconds: 0, bound: "measured", boundUtilization: null, peakUtilization: null, joules: 0 },
  };
}
