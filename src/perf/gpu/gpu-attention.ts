import type { GpuDevice } from "../../hardware/device.ts";
import type { EnergyConstants } from "../../hardware/energy.ts";
import type { AttentionKernel, AttentionWork } from "../machine.ts";
import type { AttentionHeads, LatentHeads } from "../operators.ts";
import { CHARGE_COUNT, ENERGY_CHARGE, RESOURCE_INDEX } from "../step-cost.ts";
import { overlapped, spilledShare } from "./overlap.ts";
import { streamBytesPerSecond } from "./stream-rate.ts";

/** Rows of the smallest tensor-core instruction: fewer query heads per KV head cost as much. */
const MIN_MMA_ROWS = 16;

/** Query rows of one thread block. */
const BLOCK_ROWS = 128;

/** Share of its usual time that a thread block takes per key when it has a multiprocessor for itself. */
const LONE_BLOCK_SHARE = 0.4;

/** KV heads of 128 elements that fill the thread block which writes a token into the cache. */
const WIDEST_SCATTER = 4;

/** Vector operations per score: maximum, difference, exponential, sum, scale, cast. */
const SOFTMAX_FLOPS = 6;

/** Vector operations to convert an element of the cache: cast and scale. */
const CONVERSION_FLOPS = 2;

/** Queries and outputs stay at 16 bits. */
const QUERY_BYTES = 2;

/** (sequence, KV head) pairs per multiprocessor that start at once and add nothing to the kernel's fixed time. */
const FREE_PAIRS = 0.75;

/** Attention of one layer as the kernels see it. */
interface AttentionForm {
  readonly queryHeads: number;
  /** Heads whose keys and values are read apart from each other. */
  readonly kvHeads: number;
  readonly kvBytesPerToken: number;
  readonly convertedPerToken: number;
  /** Widths that a query head is multiplied with for its scores and for its values. */
  readonly prefillWidth: number;
  readonly decodeWidth: number;
  /** Bytes of queries and outputs of one new token. */
  readonly queryBytesPerToken: number;
  /** FLOPs that make keys and values of one cached token that a chunk reads. */
  readonly expansionFlops: number;
}

/** Grouped-query attention on a GPU. */
export function gpuAttention(
  device: GpuDevice,
  energy: EnergyConstants,
  { queryHeads, kvHeads, headSize, kvBytesPerToken, convertedPerToken }: AttentionHeads,
): AttentionKernel {
  const width = 2 * headSize;
  const queryBytesPerToken = width * queryHeads * QUERY_BYTES;
  const form = {
    queryHeads,
    kvHeads,
    kvBytesPerToken,
    convertedPerToken,
    queryBytesPerToken,
    expansionFlops: 0,
  };
  return attentionKernel(device, energy, { ...form, prefillWidth: width, decodeWidth: width });
}

/**
 * Latent attention on a GPU. Decode has the up-projections absorbed into queries and outputs, so that all heads share the
 * cached latent; prefill makes keys and values of every head from it.
 */
export function gpuLatentAttention(
  device: GpuDevice,
  energy: EnergyConstants,
  heads: LatentHeads,
): AttentionKernel {
  const { queryHeads, kvRank, nopeHeadSize, ropeHeadSize, valueHeadSize } = heads;
  const { kvBytesPerToken, convertedPerToken } = heads;
  const prefillWidth = nopeHeadSize + ropeHeadSize + valueHeadSize;
  return attentionKernel(device, energy, {
    ...{
      queryHeads,
      kvHeads: 1,
      kvBytesPerToken,
      convertedPerToken,
      prefillWidth,
      decodeWidth: 2 * kvRank + ropeHeadSize,
    },
    queryBytesPerToken: prefillWidth * queryHeads * QUERY_BYTES,
    expansionFlops: 2 * kvRank * queryHeads * (nopeHeadSize + valueHeadSize),
  });
}

/**
 * Flash attention. Prefill is bound by tensor arithmetic, with padding per query row for masked tiles and for the start and
 * end of thread blocks; the longest block ends after the others, and no kernel before it. Queries, outputs and new keys and
 * values spill to memory when the L2 cannot hold them. Decode reads the cache once; each (sequence, KV head) pair occupies a multiprocessor for a
 * fixed time besides. A mixed batch is one kernel, so its fixed time is paid once and the two kinds of work add up; decode
 * may read its cache more slowly there than alone.
 */
function attentionKernel(device: GpuDevice, energy: EnergyConstants, form: AttentionForm): AttentionKernel {
  const { kernels, memory, multiprocessors } = device;
  const { queryHeads, kvHeads, kvBytesPerToken, queryBytesPerToken } = form;
  const bytesPerSecond = memory.bytesPerSecond * memory.efficiency;
  const reached = streamBytesPerSecond(device);
  const tensorFlops = device.tensorFlopsPerSecond * kernels.prefillEfficiency;

  const pairFlops = 2 * form.prefillWidth * queryHeads;
  const pairTensorSeconds = pairFlops / tensorFlops;
  const blockRowSeconds = (BLOCK_ROWS * pairTensorSeconds * multiprocessors) / queryHeads;
  const decodeRows = kvHeads * Math.max(MIN_MMA_ROWS, queryHeads / kvHeads);
  const decodeTensorSeconds = (2 * form.decodeWidth * decodeRows) / tensorFlops;
  const expansionSeconds = form.expansionFlops / tensorFlops;
  const vectorSeconds = (SOFTMAX_FLOPS * queryHeads) / device.vectorFlopsPerSecond;
  const conversionFlops = CONVERSION_FLOPS * form.convertedPerToken;
  const conversionSeconds = conversionFlops / device.vectorFlopsPerSecond;
  const kvSeconds = kvBytesPerToken / bytesPerSecond;
  const nocSeconds = kvBytesPerToken / device.l2BytesPerSecond;
  const streamSeconds = Math.max(kvSeconds, nocSeconds, vectorSeconds + conversionSeconds);
  const kvJoules =
    kvBytesPerToken * (energy.perDramByte + energy.perNocByte) + conversionFlops * energy.perVectorFlop;
  const softmaxJoules = SOFTMAX_FLOPS * queryHeads * energy.perVectorFlop;
  const pairJoules = pairFlops * energy.perArrayFlop + softmaxJoules;
  const decodeJoules = 2 * form.decodeWidth * queryHeads * energy.perArrayFlop + softmaxJoules;

  // One thread block a token, with a thread for each element up to 512 of them (vLLM's reshape_and_cache_flash).
  const scatterSeconds = (kernels.cacheTokenSeconds * Math.min(kvHeads, WIDEST_SCATTER)) / WIDEST_SCATTER;

  const isGrouped = queryHeads > kvHeads;
  const isWalked = !isGrouped && kernels.decodeWalkSeconds > 0;

  const decodeRates = new Float64Array(2 * CHARGE_COUNT);
  decodeRates[CHARGE_COUNT + RESOURCE_INDEX.sa] = decodeTensorSeconds;
  decodeRates[CHARGE_COUNT + RESOURCE_INDEX.vector] = vectorSeconds + conversionSeconds;
  decodeRates[CHARGE_COUNT + RESOURCE_INDEX.dram] = kvBytesPerToken / reached;
  decodeRates[CHARGE_COUNT + RESOURCE_INDEX.noc] = nocSeconds;
  decodeRates[CHARGE_COUNT + ENERGY_CHARGE] = kvJoules + decodeJoules;

  return {
    decodeLines(sequences: number): Float64Array {
      const pairs = (sequences * kvHeads) / multiprocessors;
      const isReordered = isGrouped && kvHeads > 1 && sequences > 1;
      const shared =
        Math.max(0, pairs - FREE_PAIRS) * kernels.decodePairSeconds +
        (isReordered ? kernels.decodeReorderSeconds : 0);
      const streamed = isWalked ? kernels.decodeSeconds : kernels.decodeSplitSeconds;
      return Float64Array.of(
        ...[shared + kernels.decodeSeconds, 0],
        ...[shared + streamed, streamSeconds],
        ...[kernels.decodeSeconds, decodeTensorSeconds],
        ...(isWalked ? [kernels.decodeSeconds, kernels.decodeWalkSeconds / sequences] : []),
      );
    },
    decodeRates,
    rowBlockTokens: kernels.packsQueryHeads ? (BLOCK_ROWS * kvHeads) / queryHeads : BLOCK_ROWS,
    tokensPerPass: Infinity,
    mixed(work: AttentionWork, layers: number, charges: Float64Array): number {
      const { newTokens, decodeContextTokens } = work;
      const padding = kernels.prefillPaddingTokens;
      const cachedTokens = work.prefillKvTokens - newTokens;
      const pairs = work.prefillPairs + padding * work.filledTokens;
      const prefillTensor = pairs * pairTensorSeconds + cachedTokens * expansionSeconds;
      const longest = (work.longestKeys + padding) * blockRowSeconds;
      const spilled = spilledShare(newTokens * (queryBytesPerToken + 2 * kvBytesPerToken), device.l2Bytes);
      const newBytes = spilled * newTokens * (kernels.prefillTraffic * queryBytesPerToken + kvBytesPerToken);
      const prefillBytes = newBytes + cachedTokens * kvBytesPerToken;
      const prefillMemory = Math.max(prefillBytes / bytesPerSecond, cachedTokens * streamSeconds);
      const shared = overlapped(prefillTensor + newTokens * scatterSeconds, prefillMemory);
      const prefill = Math.max(shared + kernels.prefillTailShare * longest, LONE_BLOCK_SHARE * longest);

      const decodeTensor = decodeContextTokens * decodeTensorSeconds;
      const decodeMemory = decodeContextTokens * streamSeconds * kernels.mixedDecodeFactor;
      const decodePairs = (work.decodeSequences * kvHeads * kernels.decodePairSeconds) / multiprocessors;
      const decode = Math.max(decodePairs + decodeMemory, decodeTensor);

      const scores = work.prefillPairs + decodeContextTokens;
      const kvTokens = work.prefillKvTokens + decodeContextTokens;
      charges[RESOURCE_INDEX.sa]! += layers * (prefillTensor + decodeTensor);
      charges[RESOURCE_INDEX.vector]! += layers * (scores * vectorSeconds + kvTokens * conversionSeconds);
      charges[RESOURCE_INDEX.dram]! +=
        (layers * (prefillBytes + decodeContextTokens * kvBytesPerToken)) / reached;
      charges[RESOURCE_INDEX.noc]! += layers * kvTokens * nocSeconds;
      charges[ENERGY_CHARGE]! +=
        layers *
        (kvTokens * kvJoules +
          work.prefillPairs * pairJoules +
          decodeContextTokens * decodeJoules +
          cachedTokens * form.expansionFlops * energy.perArrayFlop);
      return layers * (kernels.prefillSeconds + prefill + decode);
    },
  };
}
