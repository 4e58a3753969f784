import { StepShape } from "../perf/step-cost.ts";

/**
 * Sequences that run from one common start to one common end, each padded to the longest: what a static batch computes
 * and holds, whatever its requests need. Done requests leave their place in it empty until all are done.
 */
export class PaddedBatch {
  /** Blocks that the batch holds to its end. */
  blocks = 0;
  /** Its first step, the prompts. */
  readonly prefill: StepShape;
  readonly #windowTokens: readonly number[];
  #sequences = 0;
  #promptTokens = 0;
  #decodeSteps = 0;

  constructor(windowTokens: readonly number[], maxSequences: number) {
    this.#windowTokens = windowTokens;
    this.prefill = new StepShape(windowTokens.length, maxSequences);
  }

  begin(sequences: number, promptTokens: number, blocks: number): void {
    this.blocks = blocks;
    this.#sequences = sequences;
    this.#promptTokens = promptTokens;
    this.#decodeSteps = 0;
    const { prefill } = this;
    prefill.clearChunks();
    for (let i = 0; i < sequences; i++) prefill.addChunk(promptTokens, 0);
    prefill.logitSequences = sequences;
  }

  /** Writes the decode part of the next step, as a decode ledger does. */
  describe(shape: StepShape, windowGrowth: Float64Array): void {
    const context = this.#nextContext;
    shape.decodeSequences = this.#sequences;
    shape.decodeContextTokens = this.#sequences * context;
    for (const [i, window] of this.#windowTokens.entries()) {
      shape.decodeWindowTokens[i] = this.#sequences * Math.min(context, window);
      windowGrowth[i] = context < window ? this.#sequences : 0;
    }
  }

  stepsUntilCrossing(): number {
    const context = this.#nextContext;
    return this.#windowTokens.reduce(
      (steps, window) => (context < window ? Math.min(steps, window - context + 1) : steps),
      Infinity,
    );
  }

  advance(steps: number): void {
    this.#decodeSteps += steps;
  }

  /** Tokens that each sequence attends to in the next decode step. */
  get #nextContext(): number {
    return this.#promptTokens + this.#decodeSteps + 1;
  }
}
