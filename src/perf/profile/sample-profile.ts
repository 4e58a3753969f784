import type { CompiledStepCost } from "../compiled-step-cost.ts";
import { StepShape } from "../step-cost.ts";
import type { ProfileGrid, ProfileLine, StepProfile } from "./step-profile.ts";

/** Largest steps that a profile is to know. */
export interface ProfileLimits {
  readonly tokens: number;
  readonly sequences: number;
  readonly contextTokens: number;
}

/** Tokens of the chunk beside which decodes are sampled. */
const CHUNK_TOKENS = 128;

/** The profile of a model of steps: its own parts at counts that lie closer together where they are small. */
export function sampleProfile(cost: CompiledStepCost, limits: ProfileLimits): StepProfile {
  const tokens = finely(limits.tokens);
  const sequences = finely(limits.sequences);
  const contexts = [...powersOfTwo(16, limits.contextTokens)];
  const batches = [...powersOfTwo(1, limits.sequences)];
  const sampler = new Sampler(cost, limits);
  return {
    step: sampler.decode(1, 1).step,
    tokens: lineAt(tokens, (count) => sampler.prefill(count, 0).tokens),
    logits: lineAt(sequences, (count) => sampler.decode(count, 1).logits),
    decode: gridAt(batches, contexts, (count, context) => sampler.decode(count, context).attention),
    decodeMixed: gridAt(batches, contexts, (count, context) => sampler.decodeBesideChunk(count, context)),
    prefill: gridAt(tokens, [0, ...contexts], (count, context) => sampler.prefill(count, context).attention),
  };
}

class Sampler {
  readonly #cost: CompiledStepCost;
  readonly #shape: StepShape;

  constructor(cost: CompiledStepCost, { sequences }: ProfileLimits) {
    this.#cost = cost;
    this.#shape = new StepShape(cost.windowTokens.length, Math.max(1, sequences));
  }

  decode(sequences: number, context: number): ReturnType<CompiledStepCost["parts"]> {
    this.#describe(sequences, context);
    return this.#cost.parts(this.#shape);
  }

  prefill(newTokens: number, context: number): ReturnType<CompiledStepCost["parts"]> {
    this.#describe(0, 0);
    this.#shape.addChunk(newTokens, context);
    return this.#cost.parts(this.#shape);
  }

  decodeBesideChunk(sequences: number, context: number): number {
    const alone = this.prefill(CHUNK_TOKENS, 0).attention;
    this.#describe(sequences, context);
    this.#shape.addChunk(CHUNK_TOKENS, 0);
    return Math.max(0, this.#cost.parts(this.#shape).attention - alone);
  }

  #describe(sequences: number, context: number): void {
    const shape = this.#shape;
    shape.clearChunks();
    shape.decodeSequences = sequences;
    shape.decodeContextTokens = sequences * context;
    this.#cost.windowTokens.forEach((window, i) => {
      shape.decodeWindowTokens[i] = sequences * Math.min(context, window);
    });
    shape.logitSequences = sequences;
  }
}

function lineAt(at: readonly number[], seconds: (count: number) => number): ProfileLine {
  return { at, seconds: at.map(seconds) };
}

function gridAt(
  at: readonly number[],
  contexts: readonly number[],
  seconds: (count: number, context: number) => number,
): ProfileGrid {
  return { at, lines: at.map((count) => lineAt(contexts, (context) => seconds(count, context))) };
}

/** Every count up to 16, then sixteen in each doubling, and the last one. */
function finely(last: number): number[] {
  const counts: number[] = [];
  for (let count = 1, stride = 1; count < last; count += stride) {
    counts.push(count);
    if (count === 16 * stride) stride *= 2;
  }
  return [...counts, last];
}

function* powersOfTwo(first: number, last: number): Generator<number> {
  for (let count = first; count < last; count *= 2) yield count;
  yield last;
}
