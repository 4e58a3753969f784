import { SINGLE_DEVICE } from "../../models/parallelism.ts";
import { BF16, type Precision } from "../../models/precision.ts";
import { AttentionWork, decodeLineSeconds, type AttentionKernel, type Machine } from "../../perf/machine.ts";
import { quantisation, weightProduct } from "../../perf/operator-makers.ts";
import type { Elementwise, Operator } from "../../perf/operators.ts";
import { CHARGE_COUNT } from "../../perf/step-cost.ts";
import { SpareTime } from "../../perf/spare-time.ts";
import { operatorSeconds } from "../../perf/step-table.ts";

/** Seconds of one run of an operator on `rows` rows, nothing else beside it. */
export function secondsAlone(machine: Machine, operator: Operator, rows: number): number {
  return operatorSeconds(machine, operator, rows, { seconds: 0 }, new Float64Array(CHARGE_COUNT));
}

/** Seconds of y[m, n] = x[m, k] · w[k, n], and of converting x where operands are narrower than 16 bits. */
export function productSeconds(
  machine: Machine,
  precision: Precision,
  m: number,
  n: number,
  k: number,
): number {
  const context = {
    ...{ hiddenSize: k, parallelism: SINGLE_DEVICE, precision },
    tensorParallelStyle: "all-reduce",
  } as const;
  return [...quantisation(context, "gemm", 1, k), weightProduct(context, "gemm", 1, k, n)]
    .map((operator) => secondsAlone(machine, operator, m))
    .reduce((sum, seconds) => sum + seconds);
}

/** A kernel that does `flops` vector operations on each of `elements` 16-bit numbers a row and moves each `moved` times. */
export function elementwiseOf(name: string, elements: number, flops: number, moved: number): Elementwise {
  const bytesPerRow = elements * moved * BF16.activationBytes;
  const bytes = { bytesPerRow, dramBytesPerRow: 0, blockBytesPerRow: bytesPerRow };
  const work = { flopsPerRow: elements * flops, ...bytes };
  return { kind: "elementwise", name, count: 1, fusable: false, ...work };
}

/** The write of one token's keys and values, `kvWidth` numbers each, into the cache of one layer. */
export function cacheWrite(kvWidth: number): Elementwise {
  const write = elementwiseOf("kv_write", 2 * kvWidth, 0, 2);
  return { ...write, dramBytesPerRow: 2 * kvWidth * BF16.kvBytes };
}

/** Equal prefill chunks and equal decoding sequences of one attention call. */
export interface AttentionCall {
  readonly chunks: number;
  /** New tokens of each chunk, after so many computed before. */
  readonly newTokens: number;
  readonly contextTokens: number;
  readonly decodeSequences: number;
  /** Tokens that each decoding sequence attends to. */
  readonly decodeContextTokens: number;
}

/** Seconds of one attention kernel without a window. */
export function attentionSeconds(kernel: AttentionKernel, call: AttentionCall): number {
  const { chunks, newTokens, contextTokens, decodeSequences, decodeContextTokens } = call;
  const decodeContext = decodeSequences * decodeContextTokens;
  if (chunks === 0) return decodeLineSeconds(kernel.decodeLines(decodeSequences), decodeContext);
  const work = new AttentionWork();
  work.decodeSequences = decodeSequences;
  work.decodeContextTokens = decodeContext;
  for (let i = 0; i < chunks; i++) work.addChunk(newTokens, contextTokens, Infinity, kernel);
  return kernel.mixed(work, 1, new Float64Array(CHARGE_COUNT), new SpareTime());
}
