import type { AttentionHeads, Collective, Elementwise, MatrixProduct } from "./operators.ts";

/** What is left of the product before, for work that can hide behind it; read and used up by what follows. */
export interface Cover {
  seconds: number;
}

/**
 * One device as the step cost sees it. Every method returns the seconds that one run of an operator adds to the step,
 * and adds to `charges` (see RESOURCES) the busy seconds of each resource and the joules of the whole replica.
 */
export interface Machine {
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
  attention(heads: AttentionHeads): AttentionKernel;
}

/** Attention of one layer in one step, as sums over its sequences. Reused from step to step. */
export class AttentionWork {
  /** Decoding sequences and Σ of the tokens that each attends to (its window at most). */
  decodeSequences = 0;
  decodeContextTokens = 0;
  /** New tokens of all prefill chunks. */
  newTokens = 0;
  /** Σ over the new tokens of the keys each attends to, rows rounded up to the kernel's row block. */
  prefillPairs = 0;
  /** Key and value tokens that the chunks read from memory, read again for every pass of query blocks. */
  prefillKvTokens = 0;
}

/** Fields of one line: constant seconds, seconds per decoding sequence, seconds per token of context. */
export const LINE_FIELDS = 3;

/** Attention of one layer on one device. */
export interface AttentionKernel {
  /**
   * Decode alone takes the largest of these lines (LINE_FIELDS numbers each), which is what makes runs of decode steps
   * exactly linear between crossings. Slopes are never negative.
   */
  readonly decodeLines: Float64Array;
  /** What decode alone charges: CHARGE_COUNT values per sequence, then as many per token of context. */
  readonly decodeRates: Float64Array;
  /** New tokens whose query rows fill the matrix unit; fewer cost as much. */
  readonly rowBlockTokens: number;
  /** New tokens whose query blocks stay on chip while keys and values stream past once. */
  readonly tokensPerPass: number;
  /** Seconds of `layers` layers that hold at least one prefill chunk; adds to `charges`. */
  mixed(work: AttentionWork, layers: number, charges: Float64Array): number;
}

/** Seconds of decode attention alone: the largest of the kernel's lines. */
export function decodeLineSeconds(lines: Float64Array, sequences: number, contextTokens: number): number {
  let seconds = 0;
  for (let at = 0; at < lines.length; at += LINE_FIELDS) {
    const line = lines[at]! + lines[at + 1]! * sequences + lines[at + 2]! * contextTokens;
    if (line > seconds) seconds = line;
  }
  return seconds;
}
