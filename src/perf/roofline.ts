import type { BatchDeal } from "./batch-deal.ts";
import type { Machine } from "./machine.ts";
import {
  expertElements,
  flopsPerPair,
  flopsPerRow,
  type AttentionGroup,
  type Operator,
  type StepOperators,
} from "./operators.ts";
import { causalPairs } from "./prefill-work.ts";
import type { DecodeRamp, StepShape } from "./step-cost.ts";

/**
 * The time below which no step can come: all matrix arithmetic at the peak of all matrix units, or every weight and
 * every cached key and value read once at the peak of the memory (S. Williams et al., "Roofline", CACM 52(4), 2009).
 */
export class Roofline {
  readonly #deal: BatchDeal;
  readonly #secondsPerFlop: number;
  readonly #secondsPerByte: number;
  readonly #groups: readonly GroupFloor[];
  readonly #tokenFlops: number;
  readonly #expertFlops: number;
  readonly #logitFlops: number;
  readonly #tokenWeightBytes: number;
  readonly #logitWeightBytes: number;

  /** @param deal set by the caller to the step that is asked about */
  constructor(machine: Machine, operators: StepOperators, deal: BatchDeal) {
    const perToken = [...operators.beforeAttention, ...operators.afterAttention];
    this.#deal = deal;
    this.#secondsPerFlop = 1 / machine.peakFlopsPerSecond;
    this.#secondsPerByte = 1 / machine.peakBytesPerSecond;
    this.#groups = operators.attentionGroups.map(groupFloor);
    this.#tokenFlops = matrixFlops(perToken);
    this.#expertFlops = matrixFlops(operators.experts);
    this.#logitFlops = matrixFlops(operators.logits);
    this.#tokenWeightBytes = weightBytes(perToken) + weightBytes(operators.experts);
    this.#logitWeightBytes = weightBytes(operators.logits);
  }

  /** Writes the two lines of the roofline of a decode-only step and its successors. */
  ramp(shape: StepShape, windowGrowth: Float64Array, ramp: DecodeRamp): void {
    const { decodes, decodeShare, stageTokens } = this.#deal;
    const groups = this.#groups;
    let flops = decodes * (this.#tokenFlops + this.#logitFlops) + stageTokens * this.#expertFlops;
    let flopsPerStep = 0;
    let bytes = this.#tokenWeightBytes + this.#logitWeightBytes;
    let bytesPerStep = 0;
    for (let g = 0; g < groups.length; g++) {
      const { windowClass, decodeFlopsPerPair, kvBytesPerToken, bytesPerSequence } = groups[g]!;
      const whole = windowClass < 0;
      const context =
        decodeShare * (whole ? shape.decodeContextTokens : shape.decodeWindowTokens[windowClass]!);
      const growth = decodeShare * (whole ? shape.decodeSequences : windowGrowth[windowClass]!);
      flops += context * decodeFlopsPerPair;
      flopsPerStep += growth * decodeFlopsPerPair;
      bytes += context * kvBytesPerToken + decodes * bytesPerSequence;
      bytesPerStep += growth * kvBytesPerToken;
    }
    ramp.peakComputeSeconds = flops * this.#secondsPerFlop;
    ramp.peakComputeSecondsPerStep = flopsPerStep * this.#secondsPerFlop;
    ramp.peakMemorySeconds = bytes * this.#secondsPerByte;
    ramp.peakMemorySecondsPerStep = bytesPerStep * this.#secondsPerByte;
  }

  seconds(shape: StepShape): number {
    const deal = this.#deal;
    deal.ofStep(shape);
    const { tokens, stageTokens, logits, decodes, decodeShare, prefillShare } = deal;
    const { chunkCount, chunkNewTokens, chunkContextTokens } = shape;
    let flops = tokens * this.#tokenFlops + stageTokens * this.#expertFlops + logits * this.#logitFlops;
    let bytes = tokens > 0 ? this.#tokenWeightBytes : 0;
    if (logits > 0) bytes += this.#logitWeightBytes;
    const groups = this.#groups;
    for (let g = 0; g < groups.length; g++) {
      const floor = groups[g]!;
      const { windowClass, windowTokens } = floor;
      const context =
        decodeShare * (windowClass < 0 ? shape.decodeContextTokens : shape.decodeWindowTokens[windowClass]!);
      let pairs = 0;
      let kvTokens = 0;
      for (let i = 0; i < chunkCount; i++) {
        pairs += causalPairs(chunkNewTokens[i]!, chunkContextTokens[i]!, windowTokens);
        kvTokens += Math.min(chunkContextTokens[i]!, windowTokens);
      }
      flops += context * floor.decodeFlopsPerPair + prefillShare * pairs * floor.prefillFlopsPerPair;
      bytes += (context + prefillShare * kvTokens) * floor.kvBytesPerToken + decodes * floor.bytesPerSequence;
    }
    return Math.max(flops * this.#secondsPerFlop, bytes * this.#secondsPerByte);
  }
}

/** What attention of a group of layers needs at least, all its layers together. */
interface GroupFloor {
  readonly windowClass: number;
  readonly windowTokens: number;
  readonly prefillFlopsPerPair: number;
  readonly decodeFlopsPerPair: number;
  readonly kvBytesPerToken: number;
  readonly bytesPerSequence: number;
}

function groupFloor({ layers, mixer, windowClass, windowTokens }: AttentionGroup): GroupFloor {
  const { prefill, decode } = flopsPerPair(mixer);
  return {
    windowClass,
    windowTokens,
    prefillFlopsPerPair: layers * prefill,
    decodeFlopsPerPair: layers * decode,
    kvBytesPerToken: layers * mixer.kvBytesPerToken,
    bytesPerSequence: mixer.kind === "stream" ? layers * mixer.stateBytesPerSequence : 0,
  };
}

function matrixFlops(operators: readonly Operator[]): number {
  return operators.reduce(
    (sum, operator) => sum + (operator.kind === "elementwise" ? 0 : operator.count * flopsPerRow(operator)),
    0,
  );
}

/** Of the experts only those that a single token needs. */
function weightBytes(operators: readonly Operator[]): number {
  return operators.reduce((sum, operator) => {
    if (operator.kind === "product") {
      return sum + operator.count * operator.inputs * operator.outputs * operator.weightBytes;
    }
    if (operator.kind !== "experts") return sum;
    const { count, expertsPerToken, expertParallel, weightBytes: bytes } = operator;
    return sum + (count * expertsPerToken * expertElements(operator) * bytes) / expertParallel;
  }, 0);
}
