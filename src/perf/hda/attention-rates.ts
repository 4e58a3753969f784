import type { HdaDevice } from "../../hardware/device.ts";
import { dataflowCosts, rowsBytes } from "./dataflow-costs.ts";
import {
  arraysOf,
  partialSumBytes,
  steadyArrayCycles,
  type ArrayShape,
  type Dataflow,
} from "./systolic-array.ts";

/** Vector operations per score: maximum, difference, exponential, sum, scale, cast. */
export const SOFTMAX_FLOPS = 6;
/** Most keys and values per block of flash attention. */
const MAX_KEY_BLOCK = 128;
/** Elements on chip are 16 bits wide, sums and statistics 32. */
const ELEMENT_BYTES = 2;
const SUM_BYTES = 4;
const ELEMENTS = { inputBytes: ELEMENT_BYTES, weightBytes: ELEMENT_BYTES, outputBytes: SUM_BYTES };
/** Local memory traffic of a score on its way through the vector unit: read in fp32, written as an operand. */
const SOFTMAX_BYTES = SUM_BYTES + ELEMENT_BYTES;

/** Heads as the units see them: queries · keys over `scoreWidth` elements, weights · values over `valueWidth`. */
export interface HeadShape {
  readonly queryHeads: number;
  /** Heads with keys and values of their own. */
  readonly kvHeads: number;
  readonly scoreWidth: number;
  readonly valueWidth: number;
}

/** What one (query, key) pair, or one cached token, of all heads takes. */
export interface UnitRate {
  readonly seconds: number;
  /** Bytes between local memories and arrays. */
  readonly localBytes: number;
}

/** The rate of two products in a row, scores and values, and how the arrays run each. */
interface ArrayRate extends UnitRate {
  readonly scores: Dataflow;
  readonly values: Dataflow;
}

/** In blocks of `rows` queries and `keys` keys. */
interface BlockRate extends ArrayRate {
  readonly rows: number;
  readonly keys: number;
}

/** Keys (and values) of a double-buffered block: as many as half of the local memory takes, a power of two. */
function keyBlock(device: HdaDevice, heads: HeadShape): number {
  let keys = MAX_KEY_BLOCK;
  while (keys > 1 && blockBytes(keys, heads) > device.localSramBytesPerCore / 2) keys /= 2;
  return keys;
}

function blockBytes(keys: number, { scoreWidth, valueWidth }: HeadShape): number {
  return 2 * keys * (scoreWidth + valueWidth) * ELEMENT_BYTES;
}

/**
 * Query rows of one KV head that a core keeps beside the blocks that stream past: per row its query, its float32 output
 * and a row of scores. Whole rows of the array where there is room for one.
 */
function queryRows(device: HdaDevice, heads: HeadShape): number {
  const { localSramBytesPerCore, systolicArray } = device;
  const blocks = Math.min(localSramBytesPerCore / 2, blockBytes(MAX_KEY_BLOCK, heads));
  const rowBytes =
    heads.scoreWidth * ELEMENT_BYTES + heads.valueWidth * SUM_BYTES + MAX_KEY_BLOCK * ELEMENT_BYTES;
  const rows = Math.floor((localSramBytesPerCore - blocks) / rowBytes);
  return rows < systolicArray.rows ? Math.max(1, rows) : rows - (rows % systolicArray.rows);
}

/** New tokens whose queries of one KV head fit the local memories of all cores. */
export function tokensPerPass(device: HdaDevice, heads: HeadShape): number {
  return (queryRows(device, heads) * device.cores * heads.kvHeads) / heads.queryHeads;
}

/**
 * One (query, key) pair of prefill on the arrays, all heads, block after block without a gap: scores and values each in
 * their best dataflow and blocks of their best height, as fast as the local memory feeds them. Blocks of all heads and
 * chunks are dealt to all cores.
 */
export function prefillPairRate(device: HdaDevice, heads: HeadShape): BlockRate {
  const { queryHeads, scoreWidth, valueWidth } = heads;
  const array = arraysOf(device);
  const keys = keyBlock(device, heads);
  const mostRows = Math.max(array.rows, queryRows(device, heads));
  let best: BlockRate | undefined;
  for (let rows = array.rows; rows <= mostRows; rows *= 2) {
    const headsPerPair = queryHeads / (rows * keys);
    // Scores pass the vector unit; the output so far is read and written with every block.
    const vectorBytes = rows * keys * SOFTMAX_BYTES + 2 * rows * valueWidth * SUM_BYTES;
    const scoreCosts = costsByDataflow(array, rows, scoreWidth, keys);
    const valueCosts = costsByDataflow(array, rows, keys, valueWidth);
    for (const scores of scoreCosts) {
      for (const values of valueCosts) {
        const cycles = headsPerPair * (scores.cycles + values.cycles);
        const localBytes = headsPerPair * (scores.bytes + values.bytes + vectorBytes);
        const seconds = unitSeconds(device, cycles, localBytes);
        if (best === undefined || seconds < best.seconds)
          best = { seconds, localBytes, scores: scores.dataflow, values: values.dataflow, rows, keys };
      }
    }
  }
  return best!;
}

/** One token through an inputs × outputs product in blocks, with weights from local memory. */
export function blockedProductRate(device: HdaDevice, inputs: number, outputs: number): UnitRate {
  const array = arraysOf(device);
  const rows = Math.max(array.rows, MAX_KEY_BLOCK);
  let best: UnitRate | undefined;
  for (const { cycles, bytes } of costsByDataflow(array, rows, inputs, outputs)) {
    const localBytes = bytes / rows;
    const seconds = unitSeconds(device, cycles / rows, localBytes);
    if (best === undefined || seconds < best.seconds) best = { seconds, localBytes };
  }
  return best!;
}

/**
 * One cached token of decode on the trees: ⌈width/w⌉ beats for its key and for its value in every KV head, each serving
 * up to r query heads of the group. Contexts are long, so they are spread evenly over all trees.
 */
export function decodeTreeSeconds(device: HdaDevice, heads: HeadShape): number {
  const { macTree: tree, cores, clockHertz } = device;
  if (tree.treesPerCore === 0) return Infinity;
  const batches = Math.ceil(heads.queryHeads / heads.kvHeads / tree.reuse);
  const beats = Math.ceil(heads.scoreWidth / tree.width) + Math.ceil(heads.valueWidth / tree.width);
  return (heads.kvHeads * batches * beats) / (tree.treesPerCore * cores * clockHertz);
}

/**
 * One cached token of decode on the arrays. Either its key and value are held and the queries of the group stream past,
 * or the queries (for the scores) and outputs (for the values) are held and tokens stream, one a cycle and fold.
 */
export function decodeArrayRate(device: HdaDevice, heads: HeadShape): ArrayRate {
  const array = arraysOf(device);
  const { rows, columns } = array;
  const { kvHeads, scoreWidth, valueWidth } = heads;
  const group = heads.queryHeads / kvHeads;
  // A fold's worth of tokens: keys are held with tokens on columns, values with tokens on rows.
  const held =
    steadyArrayCycles(array, "weight-stationary", group, scoreWidth, columns) / columns +
    steadyArrayCycles(array, "weight-stationary", group, rows, valueWidth) / rows;
  const streamed =
    Math.ceil(scoreWidth / rows) * Math.ceil(group / columns) +
    Math.ceil(group / rows) * Math.ceil(valueWidth / columns);
  const keyReads = held <= streamed ? 1 : Math.ceil(group / columns);
  const valueReads = held <= streamed ? 1 : Math.ceil(group / rows);
  const headBytes =
    ELEMENT_BYTES * (scoreWidth * keyReads + valueWidth * valueReads) +
    group * (partialSumBytes(array, scoreWidth) + SOFTMAX_BYTES) +
    group * ELEMENT_BYTES * Math.ceil(valueWidth / columns);
  const localBytes = kvHeads * headBytes;
  const rate = { seconds: unitSeconds(device, kvHeads * Math.min(held, streamed), localBytes), localBytes };
  return held <= streamed
    ? { ...rate, scores: "weight-stationary", values: "weight-stationary" }
    : { ...rate, scores: "input-stationary", values: "output-stationary" };
}

/** Seconds of the arrays of all cores or of the memories that feed them, whichever are slower. */
function unitSeconds(device: HdaDevice, arrayCycles: number, localBytes: number): number {
  const { systolicArray, cores, clockHertz, localSramBytesPerCycle } = device;
  const cycles = Math.max(arrayCycles / systolicArray.perCore, localBytes / localSramBytesPerCycle);
  return cycles / (cores * clockHertz);
}

/** Cycles of one array and bytes over its edges for one of many equal products. */
function costsByDataflow(array: ArrayShape, m: number, k: number, n: number) {
  return dataflowCosts(array, k, n, ELEMENTS).map((costs) => ({
    dataflow: costs.dataflow,
    cycles: steadyArrayCycles(array, costs.dataflow, m, k, n),
    bytes: rowsBytes(costs, m),
  }));
}
