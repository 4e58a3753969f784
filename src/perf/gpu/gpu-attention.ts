import type { GpuDevice } from "../../hardware/device.ts";
import type { EnergyConstants } from "../../hardware/power.ts";
import type { AttentionKernel, AttentionWork } from "../machine.ts";
import type { AttentionHeads } from "../operators.ts";
import { CHARGE_COUNT, ENERGY_CHARGE, RESOURCE_INDEX } from "../step-cost.ts";

/** Rows of the smallest tensor-core instruction: fewer query heads per KV head cost as much. */
const MIN_MMA_ROWS = 16;

/** Vector operations per score: maximum, difference, exponential, sum, scale, cast. */
const SOFTMAX_FLOPS = 6;

/**
 * Flash attention on a GPU. Decode reads the keys and values once; each (sequence, KV head) pair occupies a
 * multiprocessor for a fixed time besides. Prefill is bound by tensor arithmetic, with padding per new token for masked
 * tiles. A mixed batch is one kernel, so its fixed time is paid once and the two kinds of work add up; decode may read its
 * cache more slowly there than alone.
 */
export function gpuAttention(
  device: GpuDevice,
  energy: EnergyConstants,
  heads: AttentionHeads,
): AttentionKernel {
  const { kernels, memory } = device;
  const { queryHeads, kvHeads, headSize, kvBytesPerToken } = heads;
  const bytesPerSecond = memory.bytesPerSecond * memory.efficiency;
  const tensorFlops = device.tensorFlopsPerSecond * kernels.prefillEfficiency;

  const pairFlops = 4 * headSize * queryHeads;
  const decodeFlops = (pairFlops / queryHeads) * kvHeads * Math.max(MIN_MMA_ROWS, queryHeads / kvHeads);
  const pairSeconds = (kernels.decodePairSeconds * kvHeads) / device.multiprocessors;
  const kvSeconds = kvBytesPerToken / bytesPerSecond;
  const decodeTensorSeconds = decodeFlops / tensorFlops;
  const pairTensorSeconds = pairFlops / tensorFlops;
  const vectorSeconds = (SOFTMAX_FLOPS * queryHeads) / device.vectorFlopsPerSecond;
  const nocSeconds = kvBytesPerToken / device.l2BytesPerSecond;
  const streamSeconds = Math.max(kvSeconds, nocSeconds);
  const kvJoules = kvBytesPerToken * (energy.perDramByte + energy.perNocByte);
  const softmaxJoules = SOFTMAX_FLOPS * queryHeads * energy.perVectorFlop;
  const pairJoules = pairFlops * energy.perArrayFlop + softmaxJoules;

  const decodeRates = new Float64Array(2 * CHARGE_COUNT);
  decodeRates[CHARGE_COUNT + RESOURCE_INDEX.sa] = decodeTensorSeconds;
  decodeRates[CHARGE_COUNT + RESOURCE_INDEX.vector] = vectorSeconds;
  decodeRates[CHARGE_COUNT + RESOURCE_INDEX.dram] = kvSeconds;
  decodeRates[CHARGE_COUNT + RESOURCE_INDEX.noc] = nocSeconds;
  decodeRates[CHARGE_COUNT + ENERGY_CHARGE] = kvJoules + pairJoules;

  return {
    decodeLines: Float64Array.of(
      ...[kernels.decodeSeconds, pairSeconds, streamSeconds],
      ...[kernels.decodeSeconds, 0, decodeTensorSeconds],
    ),
    decodeRates,
    rowBlockTokens: 1,
    tokensPerPass: Infinity,
    mixed(work: AttentionWork, layers: number, charges: Float64Array): number {
      const pairs = work.prefillPairs + kernels.prefillPaddingTokens * work.newTokens;
      const prefillTensor = pairs * pairTensorSeconds;
      const prefillMemory = work.prefillKvTokens * streamSeconds;
      const decodeTensor = work.decodeContextTokens * decodeTensorSeconds;
      const decodeMemory = work.decodeContextTokens * streamSeconds * kernels.mixedDecodeFactor;
      const scores = work.prefillPairs + work.decodeContextTokens;
      const kvTokens = work.prefillKvTokens + work.decodeContextTokens;
      charges[RESOURCE_INDEX.sa]! += layers * (prefillTensor + decodeTensor);
      charges[RESOURCE_INDEX.vector]! += layers * scores * vectorSeconds;
      charges[RESOURCE_INDEX.dram]! += layers * kvTokens * kvSeconds;
      charges[RESOURCE_INDEX.noc]! += layers * kvTokens * nocSeconds;
      charges[ENERGY_CHARGE]! += layers * (kvTokens * kvJoules + scores * pairJoules);
      const decode = Math.max(work.decodeSequences * pairSeconds + decodeMemory, decodeTensor);
      return layers * (kernels.prefillSeconds + Math.max(prefillTensor, prefillMemory) + decode);
    },
  };
}
