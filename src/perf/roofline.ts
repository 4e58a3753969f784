import type { Machine } from "./machine.ts";
import { flopsPerRow, type AttentionGroup, type Operator, type StepOperators } from "./operators.ts";
import { causalPairs } from "./prefill-work.ts";
import type { DecodeRamp, StepShape } from "./step-cost.ts";

/**
 * The time below which no step can come: all matrix arithmetic at the peak of all matrix units, or every weight and
 * every cached key and value read once at the peak of the memory (S. Williams et al., "Roofline", CACM 52(4), 2009).
 */
export class Roofline {
  readonly #secondsPerFlop: number;
  readonly #secondsPerByte: number;
  readonly #groups: readonly AttentionGroup[];
  readonly #tokenFlops: number;
  readonly #logitFlops: number;
  readonly #tokenWeightBytes: number;
  readonly #logitWeightBytes: number;
  readonly #pairFlops: number;
  readonly #kvBytesPerToken: number;

  constructor(machine: Machine, operators: StepOperators) {
    const { queryHeads, headSize, kvBytesPerToken } = operators.heads;
    const perToken = [...operators.beforeAttention, ...operators.afterAttention];
    this.#secondsPerFlop = 1 / machine.peakFlopsPerSecond;
    this.#secondsPerByte = 1 / machine.peakBytesPerSecond;
    this.#groups = operators.attentionGroups;
    this.#tokenFlops = productFlops(perToken);
    this.#logitFlops = productFlops(operators.logits);
    this.#tokenWeightBytes = weightBytes(perToken);
    this.#logitWeightBytes = weightBytes(operators.logits);
    this.#pairFlops = 4 * headSize * queryHeads;
    this.#kvBytesPerToken = kvBytesPerToken;
  }

  /** Writes the two lines of the roofline of a decode-only step and its successors. */
  ramp(shape: StepShape, windowGrowth: Float64Array, ramp: DecodeRamp): void {
    const sequences = shape.decodeSequences;
    const groups = this.#groups;
    let contextLayers = 0;
    let growthLayers = 0;
    for (let g = 0; g < groups.length; g++) {
      const { layers, windowClass } = groups[g]!;
      const whole = windowClass < 0;
      contextLayers += layers * (whole ? shape.decodeContextTokens : shape.decodeWindowTokens[windowClass]!);
      growthLayers += layers * (whole ? sequences : windowGrowth[windowClass]!);
    }
    const secondsPerPair = this.#pairFlops * this.#secondsPerFlop;
    const secondsPerKvToken = this.#kvBytesPerToken * this.#secondsPerByte;
    ramp.peakComputeSeconds =
      sequences * (this.#tokenFlops + this.#logitFlops) * this.#secondsPerFlop +
      contextLayers * secondsPerPair;
    ramp.peakComputeSecondsPerStep = growthLayers * secondsPerPair;
    ramp.peakMemorySeconds =
      (this.#tokenWeightBytes + this.#logitWeightBytes) * this.#secondsPerByte +
      contextLayers * secondsPerKvToken;
    ramp.peakMemorySecondsPerStep = growthLayers * secondsPerKvToken;
  }

  seconds(shape: StepShape): number {
    const { decodeSequences, logitSequences, chunkCount, chunkNewTokens, chunkContextTokens } = shape;
    let tokens = decodeSequences;
    for (let i = 0; i < chunkCount; i++) tokens += chunkNewTokens[i]!;
    let flops = tokens * this.#tokenFlops + logitSequences * this.#logitFlops;
    let bytes = tokens > 0 ? this.#tokenWeightBytes : 0;
    if (logitSequences > 0) bytes += this.#logitWeightBytes;
    const groups = this.#groups;
    for (let g = 0; g < groups.length; g++) {
      const { layers, windowClass, windowTokens } = groups[g]!;
      let pairs = windowClass < 0 ? shape.decodeContextTokens : shape.decodeWindowTokens[windowClass]!;
      let kvTokens = pairs;
      for (let i = 0; i < chunkCount; i++) {
        pairs += causalPairs(chunkNewTokens[i]!, chunkContextTokens[i]!, windowTokens);
        kvTokens += Math.min(chunkContextTokens[i]!, windowTokens);
      }
      flops += layers * pairs * this.#pairFlops;
      bytes += layers * kvTokens * this.#kvBytesPerToken;
    }
    return Math.max(flops * this.#secondsPerFlop, bytes * this.#secondsPerByte);
  }
}

function productFlops(operators: readonly Operator[]): number {
  return operators.reduce(
    (sum, operator) => sum + (operator.kind === "product" ? operator.count * flopsPerRow(operator) : 0),
    0,
  );
}

function weightBytes(operators: readonly Operator[]): number {
  return operators.reduce(
    (sum, operator) =>
      sum +
      (operator.kind === "product"
        ? operator.count * operator.inputs * operator.outputs * operator.weightBytes
        : 0),
    0,
  );
}
