import { StepShape, type StepCost, type StepUse } from "../../perf/step-cost.ts";

/**
 * What the seconds of a step are made of. Parts come off one after the other, so that they add up to the step: transfers,
 * host and collectives first; of the rest, what the decoding sequences alone would take, which is that of one token
 * without context, then of all sequences without context, then of their contexts; and last what the prompts add.
 */
export class StepSplit {
  transferSeconds = 0;
  hostSeconds = 0;
  collectiveSeconds = 0;
  ownDecodeSeconds = 0;
  batchSeconds = 0;
  contextSeconds = 0;
  promptSeconds = 0;
  readonly #cost: StepCost;
  readonly #unused: StepUse;
  readonly #decodes: StepShape;
  /** Work of n sequences that attend to one token each, by n; found when first asked for. */
  readonly #barelyWork: (number | undefined)[] = [0];

  constructor(cost: StepCost) {
    this.#cost = cost;
    this.#unused = cost.openUse();
    this.#decodes = new StepShape(cost.windowTokens.length, 0);
  }

  /** @param seconds of the whole step, transfers included */
  ofStep(shape: StepShape, seconds: number, transferSeconds: number): void {
    this.transferSeconds = transferSeconds;
    this.hostSeconds = this.#cost.hostSeconds(shape);
    this.collectiveSeconds = this.#cost.collectiveSeconds(shape);
    const rest = seconds - transferSeconds - this.hostSeconds - this.collectiveSeconds;
    const decodeWork = shape.chunkCount === 0 ? rest : this.#decodeWork(shape);
    this.#splitDecodes(shape.decodeSequences, decodeWork);
    this.promptSeconds = rest - decodeWork;
  }

  #splitDecodes(sequences: number, work: number): void {
    this.ownDecodeSeconds = sequences === 0 ? 0 : this.#workWithoutContext(1);
    this.batchSeconds = this.#workWithoutContext(sequences) - this.ownDecodeSeconds;
    this.contextSeconds = work - this.ownDecodeSeconds - this.batchSeconds;
  }

  /** What the decoding sequences of a step would take without its prompts. */
  #decodeWork({ decodeSequences, decodeContextTokens, decodeWindowTokens }: StepShape): number {
    if (decodeSequences === 0) return 0;
    const shape = this.#decodes;
    shape.decodeSequences = decodeSequences;
    shape.logitSequences = decodeSequences;
    shape.decodeContextTokens = decodeContextTokens;
    shape.decodeWindowTokens.set(decodeWindowTokens);
    return this.#work(shape);
  }

  #workWithoutContext(sequences: number): number {
    const known = this.#barelyWork[sequences];
    if (known !== undefined) return known;
    const shape = this.#decodes;
    shape.decodeSequences = sequences;
    shape.logitSequences = sequences;
    shape.decodeContextTokens = sequences;
    shape.decodeWindowTokens.fill(sequences);
    return (this.#barelyWork[sequences] = this.#work(shape));
  }

  #work(shape: StepShape): number {
    const cost = this.#cost;
    return cost.step(shape, this.#unused) - cost.hostSeconds(shape) - cost.collectiveSeconds(shape);
  }
}
