import { causalPairs } from "./prefill-work.ts";
import type { SpareTime } from "./spare-time.ts";
import type {
  AttentionHeads,
  Collective,
  Elementwise,
  Experts,
  LatentHeads,
  MatrixProduct,
  Operator,
} from "./operators.ts";
import type { OperatorMapping } from "./operator-mapping.ts";

/** What is left of the product before, for work that can hide behind it; read and used up by what follows. */
export interface Cover {
  seconds: number;
}

/**
 * One device as the step cost sees it. Every method returns the seconds that one run of an operator adds to the step,
 * and adds to `charges` (see RESOURCES) the busy seconds of each resource and the joules of the whole replica.
 */
export interface Machine {
  /** Trees may work on the attention of decoding sequences while arrays work on products of prompts. */
  readonly decodesBesideProducts: boolean;
  /** Seconds that every step takes beside its operators. */
  readonly hostSeconds: number;
  /** Peak of all matrix units in FLOPs per second, for operands of the compiled precision. */
  readonly peakFlopsPerSecond: number;
  /** Peak of the off-chip memory. */
  readonly peakBytesPerSecond: number;
  /** What long streams reach of it. */
  readonly streamBytesPerSecond: number;
  product(operator: MatrixProduct, rows: number, charges: Float64Array): number;
  elementwise(operator: Elementwise, rows: number, cover: Cover, charges: Float64Array): number;
  collective(operator: Collective, rows: number, cover: Cover, charges: Float64Array): number;
  /** `tokens` are those of all devices that share the experts. */
  experts(operator: Experts, tokens: number, charges: Float64Array): number;
  attention(heads: AttentionHeads): AttentionKernel;
  latentAttention(heads: LatentHeads): AttentionKernel;
  /** For work in plain proportion to tokens and sequences. */
  readonly streamRates: StreamRates;
  /** How one run of an operator is laid out. Where nothing is told, on-chip traffic is what `streamRates` make of it. */
  describe?(operator: Operator, rows: number): OperatorMapping | undefined;
}

/** What a device does per second, and per joule, on long streams. */
export interface StreamRates {
  readonly launchSeconds: number;
  /** Matrix FLOPs per second that attention-like work reaches. */
  readonly matrixFlopsPerSecond: number;
  readonly vectorFlopsPerSecond: number;
  readonly dramBytesPerSecond: number;
  readonly nocBytesPerSecond: number;
  readonly joulesPerMatrixFlop: number;
  readonly joulesPerVectorFlop: number;
  /** Through memory and on-chip network. */
  readonly joulesPerByte: number;
}

/** Attention of one layer in one step, as sums over its sequences. Reused from step to step. */
export class AttentionWork {
  /** Decoding sequences and Σ of the tokens that each attends to (its window at most). */
  decodeSequences = 0;
  decodeContextTokens = 0;
  chunks = 0;
  /** New tokens of all prefill chunks. */
  newTokens = 0;
  /** Σ over the new tokens of the keys each attends to, rows rounded up to the kernel's row block. */
  prefillPairs = 0;
  /** Key and value tokens that the chunks read from memory, read again for every pass of query blocks. */
  prefillKvTokens = 0;
  /** New tokens with each chunk rounded up to whole row blocks. */
  filledTokens = 0;
  /** Most keys that a new token attends to. */
  longestKeys = 0;
  /** Answer of `mixed`: of its seconds those that the decodes add by working on other units than the prompts do. */
  decodesApartSeconds = 0;

  clear(): void {
    this.decodeSequences = 0;
    this.decodeContextTokens = 0;
    this.chunks = 0;
    this.newTokens = 0;
    this.prefillPairs = 0;
    this.prefillKvTokens = 0;
    this.filledTokens = 0;
    this.longestKeys = 0;
    this.decodesApartSeconds = 0;
  }

  /**
   * Adds a prefill chunk as a kernel with the given blocks computes it, `window` being Infinity without one. To attention
   * a chunk of one token is a decode: one query over its context.
   */
  addChunk(
    newTokens: number,
    contextTokens: number,
    window: number,
    { rowBlockTokens, tokensPerPass }: AttentionKernel,
  ): void {
    if (newTokens === 1) {
      this.decodeSequences++;
      this.decodeContextTokens += Math.min(contextTokens + 1, window);
      return;
    }
    const filledTokens = Math.ceil(newTokens / rowBlockTokens) * rowBlockTokens;
    const passes = Math.max(1, Math.ceil(newTokens / tokensPerPass));
    this.chunks++;
    this.newTokens += newTokens;
    this.filledTokens += filledTokens;
    this.prefillPairs += (causalPairs(newTokens, contextTokens, window) * filledTokens) / newTokens;
    this.prefillKvTokens += (Math.min(contextTokens, window) + newTokens) * passes;
    this.longestKeys = Math.max(this.longestKeys, Math.min(contextTokens + newTokens, window));
  }

  /** Leaves only this share (0..1) of all chunks: the part of one device. */
  scalePrefill(share: number): void {
    this.chunks = Math.ceil(this.chunks * share);
    this.newTokens *= share;
    this.prefillPairs *= share;
    this.prefillKvTokens *= share;
    this.filledTokens *= share;
  }
}

/** Fields of one line over the tokens of context: constant seconds, seconds per token. */
export const LINE_FIELDS = 2;

/** Attention of one layer on one device. */
export interface AttentionKernel {
  /**
   * Decode of `sequences` ≥ 1 sequences alone takes the largest of these lines (LINE_FIELDS numbers each), which is what
   * makes runs of decode steps exactly linear between crossings. Slopes are never negative.
   */
  decodeLines(sequences: number): Float64Array;
  /** What decode alone charges: CHARGE_COUNT values per sequence, then as many per token of context. */
  readonly decodeRates: Float64Array;
  /** New tokens whose query rows fill the matrix unit; fewer cost as much. */
  readonly rowBlockTokens: number;
  /** New tokens whose query blocks stay on chip while keys and values stream past once. */
  readonly tokensPerPass: number;
  /**
   * Seconds of `layers` layers that hold at least one prefill chunk; adds to `charges`.
   * @param spare what the products of the step leave to what the kernel says that it runs apart
   */
  mixed(work: AttentionWork, layers: number, charges: Float64Array, spare: SpareTime): number;
  /** How one layer is laid out, `charges` being what the work was charged; left out as in `Machine`. */
  describe?(work: AttentionWork, charges: Float64Array): OperatorMapping;
}

/** Seconds of decode attention alone: the largest of the kernel's lines. */
export function decodeLineSeconds(lines: Float64Array, contextTokens: number): number {
  let seconds = 0;
  for (let at = 0; at < lines.length; at += LINE_FIELDS) {
    const line = lines[at]! + lines[at + 1]! * contextTokens;
    if (line > seconds) seconds = line;
  }
  return seconds;
}
