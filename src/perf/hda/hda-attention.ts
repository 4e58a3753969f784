import type { HdaDevice } from "../../hardware/device.ts";
import { localBytesPerArrayFlop, type EnergyConstants } from "../../hardware/power.ts";
import type { AttentionKernel, AttentionWork } from "../machine.ts";
import type { AttentionHeads } from "../operators.ts";
import { CHARGE_COUNT, ENERGY_CHARGE, RESOURCE_INDEX } from "../step-cost.ts";

/** Vector operations per score: maximum, difference, exponential, sum, scale, cast. */
const SOFTMAX_FLOPS = 6;
/** Keys per block of flash attention, for the size of the query block. */
const KEY_BLOCK = 128;

/**
 * Attention on an HDA. Prefill runs on the systolic arrays; decode streams keys and values past the MAC trees, or the
 * arrays where those are faster or there are no trees. In a mixed step trees and arrays work at the same time: their
 * arithmetic overlaps and their memory traffic adds up.
 */
export function hdaAttention(
  device: HdaDevice,
  energy: EnergyConstants,
  heads: AttentionHeads,
): AttentionKernel {
  const { memory, systolicArray: array } = device;
  const { queryHeads, kvHeads, headSize, kvBytesPerToken } = heads;
  const launchSeconds = device.overheads.launchSeconds;
  const pairFlops = 4 * headSize * queryHeads;
  const group = queryHeads / kvHeads;

  const treeSeconds = treeSecondsPerContextToken(device, heads);
  const arraySeconds = arraySecondsPerContextToken(device, heads);
  const pairSeconds = prefillSecondsPerPair(device, heads);
  const dramSeconds = kvBytesPerToken / (memory.bytesPerSecond * memory.efficiency);
  const nocSeconds = kvBytesPerToken / device.globalSramBytesPerSecond;
  const vectorSeconds =
    (SOFTMAX_FLOPS * queryHeads) / (device.cores * device.vector.lanesPerCore * device.clockHertz);

  const kvJoules = kvBytesPerToken * (energy.perDramByte + energy.perNocByte);
  const softmaxJoules = SOFTMAX_FLOPS * queryHeads * energy.perVectorFlop;
  const arrayFlopJoules = energy.perArrayFlop + localBytesPerArrayFlop(device) * energy.perLocalByte;
  const arrayJoules = pairFlops * arrayFlopJoules + softmaxJoules;
  const treeJoules = pairFlops * energy.perTreeFlop + softmaxJoules;

  // Per token of context when decode runs on one unit alone.
  const shared = Math.max(dramSeconds, nocSeconds, vectorSeconds);
  const onTrees = Math.max(shared, treeSeconds) <= Math.max(shared, arraySeconds);
  const decodeRates = new Float64Array(2 * CHARGE_COUNT);
  decodeRates[CHARGE_COUNT + (onTrees ? RESOURCE_INDEX.mac_tree : RESOURCE_INDEX.sa)] = onTrees
    ? treeSeconds
    : arraySeconds;
  decodeRates[CHARGE_COUNT + RESOURCE_INDEX.vector] = vectorSeconds;
  decodeRates[CHARGE_COUNT + RESOURCE_INDEX.dram] = dramSeconds;
  decodeRates[CHARGE_COUNT + RESOURCE_INDEX.noc] = nocSeconds;
  decodeRates[CHARGE_COUNT + ENERGY_CHARGE] = kvJoules + (onTrees ? treeJoules : arrayJoules);

  return {
    decodeLines: Float64Array.of(launchSeconds, 0, Math.max(shared, onTrees ? treeSeconds : arraySeconds)),
    decodeRates,
    rowBlockTokens: array.rows / group,
    tokensPerPass: tokensPerPass(device, heads),
    mixed(work: AttentionWork, layers: number, charges: Float64Array): number {
      const context = work.decodeContextTokens;
      // On the diagonal half of an array's columns are masked.
      const pairs = work.prefillPairs + (work.newTokens * array.columns) / 2;
      const scores = pairs + context;
      const kvTokens = work.prefillKvTokens + context;
      const prefill = pairs * pairSeconds;
      const sharedSeconds = Math.max(kvTokens * dramSeconds, kvTokens * nocSeconds, scores * vectorSeconds);
      const bothUnits = Math.max(prefill, context * treeSeconds, sharedSeconds);
      const arraysAlone = Math.max(prefill + context * arraySeconds, sharedSeconds);
      const decodeOnTrees = treeSeconds !== Infinity && bothUnits <= arraysAlone;
      if (decodeOnTrees) {
        charges[RESOURCE_INDEX.sa]! += layers * prefill;
        charges[RESOURCE_INDEX.mac_tree]! += layers * context * treeSeconds;
      } else {
        charges[RESOURCE_INDEX.sa]! += layers * (prefill + context * arraySeconds);
      }
      charges[RESOURCE_INDEX.vector]! += layers * scores * vectorSeconds;
      charges[RESOURCE_INDEX.dram]! += layers * kvTokens * dramSeconds;
      charges[RESOURCE_INDEX.noc]! += layers * kvTokens * nocSeconds;
      charges[ENERGY_CHARGE]! +=
        layers *
        (kvTokens * kvJoules + pairs * arrayJoules + context * (decodeOnTrees ? treeJoules : arrayJoules));
      return layers * (launchSeconds + (decodeOnTrees ? bothUnits : arraysAlone));
    },
  };
}

/**
 * Seconds to score and sum one cached token on the trees: ⌈d/w⌉ beats for its key and as many for its value in every KV
 * head, each serving up to r query heads of the group. Contexts are long, so they are spread evenly over all trees.
 */
function treeSecondsPerContextToken(device: HdaDevice, heads: AttentionHeads): number {
  const { macTree: tree, cores, clockHertz } = device;
  if (tree.treesPerCore === 0) return Infinity;
  const group = heads.queryHeads / heads.kvHeads;
  const beats = 2 * heads.kvHeads * Math.ceil(heads.headSize / tree.width) * Math.ceil(group / tree.reuse);
  return beats / (tree.treesPerCore * cores * clockHertz);
}

/** The same on the arrays with keys and values as stationary operands, R × C elements a fold. */
function arraySecondsPerContextToken(device: HdaDevice, heads: AttentionHeads): number {
  const { systolicArray: array, cores, clockHertz } = device;
  const group = heads.queryHeads / heads.kvHeads;
  const foldCycles = array.doubleBuffered
    ? Math.max(group, array.rows)
    : group + 2 * array.rows + array.columns - 2;
  const foldsPerToken = (2 * heads.kvHeads * Math.ceil(heads.headSize / array.rows)) / array.columns;
  return (foldsPerToken * foldCycles) / (array.perCore * cores * clockHertz);
}

/**
 * Seconds per (query, key) pair of prefill on the arrays, all heads: output-stationary folds of d cycles for the scores
 * (with skew when not double-buffered), ⌈d/C⌉ columns of outputs for the values.
 */
function prefillSecondsPerPair(device: HdaDevice, heads: AttentionHeads): number {
  const { systolicArray: array, cores, clockHertz } = device;
  const skew = array.doubleBuffered ? 0 : array.rows + array.columns - 2;
  const scoreCycles = (heads.headSize + skew) / (array.rows * array.columns);
  const valueCycles = Math.ceil(heads.headSize / array.columns) / array.rows;
  return (heads.queryHeads * (scoreCycles + valueCycles)) / (array.perCore * cores * clockHertz);
}

/**
 * New tokens whose queries of one KV head's group fit the local memories of all cores while keys and values stream past
 * in double-buffered blocks: per query row d elements of query, d of float32 output and a row of scores.
 */
function tokensPerPass(device: HdaDevice, heads: AttentionHeads): number {
  const keyValueBytes = 2 * 2 * KEY_BLOCK * heads.headSize * 2;
  const rowBytes = heads.headSize * (2 + 4) + KEY_BLOCK * 2;
  const rows = Math.max(1, Math.floor((device.localSramBytesPerCore - keyValueBytes) / rowBytes));
  return (rows * device.cores * heads.kvHeads) / heads.queryHeads;
}
