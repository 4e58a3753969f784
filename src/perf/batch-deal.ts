import type { StepShape } from "./step-cost.ts";

/**
 * What of a step the fullest device has to do when a replica cuts the batch itself: into one micro-batch per pipeline
 * stage, and each of those over the groups of data-parallel attention. Decodes are dealt evenly, a prefill chunk goes to
 * one device whole. A micro-batch comes round to a stage only after it has passed all others, so the fullest one sets the
 * pace: what the others lack is the pipeline's bubble. Overwritten by each call.
 */
export class BatchDeal {
  /** Tokens, decodes and sequences with logits on the fullest device. */
  tokens = 0;
  decodes = 0;
  logits = 0;
  /** Tokens of the fullest micro-batch, all attention groups together. */
  stageTokens = 0;
  /** Parts (0..1] of all decoding contexts, and of all prefill work, on the fullest device. */
  decodeShare = 1;
  prefillShare = 1;
  readonly #microBatches: number;
  readonly #parts: number;

  constructor(microBatches: number, attentionGroups: number) {
    this.#microBatches = microBatches;
    this.#parts = microBatches * attentionGroups;
  }

  ofDecodes(sequences: number): void {
    if (this.#parts === 1) {
      this.decodes = sequences;
      this.tokens = sequences;
      this.logits = sequences;
      this.stageTokens = sequences;
      return;
    }
    this.decodes = Math.ceil(sequences / this.#parts);
    this.tokens = this.decodes;
    this.logits = this.decodes;
    this.stageTokens = Math.ceil(sequences / this.#microBatches);
    this.decodeShare = this.decodes / sequences;
  }

  ofStep({ decodeSequences, logitSequences, chunkCount, chunkNewTokens }: StepShape): void {
    let largest = 0;
    let prompt = 0;
    for (let i = 0; i < chunkCount; i++) {
      const tokens = chunkNewTokens[i]!;
      prompt += tokens;
      if (tokens > largest) largest = tokens;
    }
    if (this.#parts === 1) {
      this.decodes = decodeSequences;
      this.tokens = decodeSequences + prompt;
      this.logits = logitSequences;
      this.stageTokens = this.tokens;
      return;
    }
    const dealt = Math.max(largest, Math.ceil(prompt / this.#parts));
    this.decodes = Math.ceil(decodeSequences / this.#parts);
    this.tokens = this.decodes + dealt;
    this.logits = Math.ceil(logitSequences / this.#parts);
    this.stageTokens =
      Math.ceil(decodeSequences / this.#microBatches) +
      Math.max(largest, Math.ceil(prompt / this.#microBatches));
    this.decodeShare = decodeSequences === 0 ? 0 : this.decodes / decodeSequences;
    this.prefillShare = prompt === 0 ? 0 : dealt / prompt;
  }
}
