import type { HdaDevice } from "../../hardware/device.ts";
import type { EnergyConstants } from "../../hardware/energy.ts";
import type { AttentionKernel, AttentionWork } from "../machine.ts";
import { extentText, type OperatorMapping } from "../operator-mapping.ts";
import type { AttentionHeads, LatentHeads } from "../operators.ts";
import type { SpareTime } from "../spare-time.ts";
import { CHARGE_COUNT, ENERGY_CHARGE, RESOURCE_INDEX } from "../step-cost.ts";
import {
  blockedProductRate,
  decodeArrayRate,
  decodeTreeSeconds,
  prefillPairRate,
  SOFTMAX_FLOPS,
  tokensPerPass,
  type HeadShape,
  type UnitRate,
} from "./attention-rates.ts";
import { broadcastBytesPerSecond, unicastBytesPerSecond } from "./network.ts";

/** Attention of one layer as the chip runs it. */
interface AttentionForm {
  readonly prefill: HeadShape;
  readonly decode: HeadShape;
  readonly kvBytesPerToken: number;
  readonly convertedPerToken: number;
  /** Work to make keys and values of one cached token that a chunk reads; none where they are what is cached. */
  readonly expansion: UnitRate & { readonly flops: number };
}

/** Grouped-query attention on an HDA. */
export function hdaAttention(
  device: HdaDevice,
  energy: EnergyConstants,
  { queryHeads, kvHeads, headSize, kvBytesPerToken, convertedPerToken }: AttentionHeads,
): AttentionKernel {
  const heads: HeadShape = { queryHeads, kvHeads, scoreWidth: headSize, valueWidth: headSize };
  const expansion = { seconds: 0, localBytes: 0, flops: 0 };
  return attentionKernel(device, energy, {
    prefill: heads,
    decode: heads,
    kvBytesPerToken,
    convertedPerToken,
    expansion,
  });
}

/**
 * Latent attention on an HDA. Decode has the up-projections absorbed into queries and outputs: all heads share the latent,
 * so that a cached token costs each head kvRank + rope for its score and kvRank for its value, and is read once for all.
 * Prefill expands the latent into keys and values of every head: for new tokens that is a product of the layer; for
 * tokens cached before it is done here, again for every pass over them.
 */
export function hdaLatentAttention(
  device: HdaDevice,
  energy: EnergyConstants,
  heads: LatentHeads,
): AttentionKernel {
  const {
    queryHeads,
    kvRank,
    nopeHeadSize,
    ropeHeadSize,
    valueHeadSize,
    kvBytesPerToken,
    convertedPerToken,
  } = heads;
  const width = queryHeads * (nopeHeadSize + valueHeadSize);
  return attentionKernel(device, energy, {
    prefill: {
      queryHeads,
      kvHeads: queryHeads,
      scoreWidth: nopeHeadSize + ropeHeadSize,
      valueWidth: valueHeadSize,
    },
    decode: { queryHeads, kvHeads: 1, scoreWidth: kvRank + ropeHeadSize, valueWidth: kvRank },
    kvBytesPerToken,
    convertedPerToken,
    expansion: { ...blockedProductRate(device, kvRank, width), flops: 2 * kvRank * width },
  });
}

/**
 * Prefill runs on the systolic arrays; decode streams keys and values past the MAC trees, or the arrays where those are
 * faster or there are no trees. In a mixed step trees and arrays work at the same time, where the device lets them: their
 * arithmetic overlaps and their memory traffic adds up.
 */
function attentionKernel(
  device: HdaDevice,
  energy: EnergyConstants,
  { prefill, decode, kvBytesPerToken, convertedPerToken, expansion }: AttentionForm,
): AttentionKernel {
  const { memory, concurrency, overheads } = device;
  const { launchSeconds } = overheads;
  const { queryHeads } = prefill;
  const pair = prefillPairRate(device, prefill);
  const treeSeconds = decodeTreeSeconds(device, decode);
  const array = decodeArrayRate(device, decode);
  const arraySeconds = array.seconds;
  const dramSeconds = kvBytesPerToken / (memory.bytesPerSecond * memory.efficiency);
  const decodeNocSeconds = kvBytesPerToken / unicastBytesPerSecond(device);
  const prefillNocSeconds = kvBytesPerToken / broadcastBytesPerSecond(device);
  const vectorSeconds =
    (SOFTMAX_FLOPS * queryHeads) / (device.cores * device.vector.lanesPerCore * device.clockHertz);

  // Converters at the ports scale each element as it arrives, at the rate of the memory.
  const kvJoules =
    kvBytesPerToken * (energy.perDramByte + energy.perNocByte) + convertedPerToken * energy.perTreeFlop;
  const softmaxJoules = SOFTMAX_FLOPS * queryHeads * energy.perVectorFlop;
  const flopsOf = ({ scoreWidth, valueWidth }: HeadShape) => 2 * queryHeads * (scoreWidth + valueWidth);
  const pairJoules =
    flopsOf(prefill) * energy.perArrayFlop + pair.localBytes * energy.perLocalByte + softmaxJoules;
  const arrayJoules =
    flopsOf(decode) * energy.perArrayFlop + array.localBytes * energy.perLocalByte + softmaxJoules;
  const treeJoules = flopsOf(decode) * energy.perTreeFlop + softmaxJoules;
  const expansionJoules = expansion.flops * energy.perArrayFlop + expansion.localBytes * energy.perLocalByte;

  // Per token of context when decode runs on one unit alone.
  const shared = Math.max(dramSeconds, decodeNocSeconds, vectorSeconds);
  const onTrees = Math.max(shared, treeSeconds) <= Math.max(shared, arraySeconds);
  const decodeRates = new Float64Array(2 * CHARGE_COUNT);
  decodeRates[CHARGE_COUNT + (onTrees ? RESOURCE_INDEX.mac_tree : RESOURCE_INDEX.sa)] = onTrees
    ? treeSeconds
    : arraySeconds;
  decodeRates[CHARGE_COUNT + RESOURCE_INDEX.vector] = vectorSeconds;
  decodeRates[CHARGE_COUNT + RESOURCE_INDEX.dram] = dramSeconds;
  decodeRates[CHARGE_COUNT + RESOURCE_INDEX.noc] = decodeNocSeconds;
  decodeRates[CHARGE_COUNT + ENERGY_CHARGE] = kvJoules + (onTrees ? treeJoules : arrayJoules);

  /** (query, key) pairs that the arrays compute, and cached tokens that are expanded for them. */
  const prefillLoad = (work: AttentionWork) => ({
    // On the diagonal half of an array's columns are masked.
    pairs: work.prefillPairs + (work.newTokens * device.systolicArray.columns) / 2,
    expanded: Math.max(0, work.prefillKvTokens - work.newTokens),
  });

  const decodeLine = Float64Array.of(launchSeconds, Math.max(shared, onTrees ? treeSeconds : arraySeconds));

  return {
    decodeLines: () => decodeLine,
    decodeRates,
    rowBlockTokens: (device.systolicArray.rows * prefill.kvHeads) / queryHeads,
    tokensPerPass: tokensPerPass(device, prefill),
    mixed(work: AttentionWork, layers: number, charges: Float64Array, spare: SpareTime): number {
      const context = work.decodeContextTokens;
      const { pairs, expanded } = prefillLoad(work);
      const scores = pairs + context;
      const kvTokens = work.prefillKvTokens + context;
      const prefillSeconds = pairs * pair.seconds + expanded * expansion.seconds;
      const nocSeconds = work.prefillKvTokens * prefillNocSeconds + context * decodeNocSeconds;
      const sharedSeconds = Math.max(kvTokens * dramSeconds, nocSeconds, scores * vectorSeconds);
      const decodeTreeTotal = context === 0 ? 0 : context * treeSeconds;
      const unitsSeconds = concurrency.arraysBesideTrees
        ? Math.max(prefillSeconds, decodeTreeTotal)
        : prefillSeconds + decodeTreeTotal;
      const bothUnits = Math.max(unitsSeconds, sharedSeconds);
      const arraysAlone = Math.max(prefillSeconds + context * arraySeconds, sharedSeconds);
      const promptsAlone = Math.max(
        prefillSeconds,
        work.prefillKvTokens * dramSeconds,
        work.prefillKvTokens * prefillNocSeconds,
        pairs * vectorSeconds,
      );
      const apartSeconds = layers * (bothUnits - promptsAlone);
      const decodeOnTrees =
        treeSeconds !== Infinity && layers * bothUnits - spare.saving(apartSeconds) <= layers * arraysAlone;
      if (decodeOnTrees) {
        charges[RESOURCE_INDEX.sa]! += layers * prefillSeconds;
        charges[RESOURCE_INDEX.mac_tree]! += layers * decodeTreeTotal;
      } else {
        charges[RESOURCE_INDEX.sa]! += layers * (prefillSeconds + context * arraySeconds);
      }
      charges[RESOURCE_INDEX.vector]! += layers * scores * vectorSeconds;
      charges[RESOURCE_INDEX.dram]! += layers * kvTokens * dramSeconds;
      charges[RESOURCE_INDEX.noc]! += layers * nocSeconds;
      charges[ENERGY_CHARGE]! +=
        layers *
        (kvTokens * kvJoules +
          pairs * pairJoules +
          expanded * expansionJoules +
          context * (decodeOnTrees ? treeJoules : arrayJoules));
      if (!decodeOnTrees) return layers * (launchSeconds + arraysAlone);
      work.decodesApartSeconds = apartSeconds;
      return layers * (launchSeconds + bothUnits);
    },
    describe(work: AttentionWork, charges: Float64Array): OperatorMapping {
      const decodesOnTrees = charges[RESOURCE_INDEX.mac_tree]! > 0;
      const load = prefillLoad(work);
      const localBytes =
        load.pairs * pair.localBytes +
        load.expanded * expansion.localBytes +
        (decodesOnTrees ? 0 : work.decodeContextTokens * array.localBytes);
      const prefills = work.newTokens > 0;
      const onArrays = prefills ? pair : array;
      return {
        dataflow: prefills || !decodesOnTrees ? dataflowText(onArrays) : null,
        partition: prefills ? "query blocks" : "heads, sequences",
        tile: prefills ? extentText({ m: pair.rows, k: prefill.scoreWidth, n: pair.keys }) : null,
        networkBytes: (work.prefillKvTokens + work.decodeContextTokens) * kvBytesPerToken,
        localBytes,
        localSeconds: localBytes / (device.cores * device.localSramBytesPerCycle * device.clockHertz),
      };
    },
  };
}

/** Dataflow of the scores and, where it is another, of the values. */
function dataflowText({ scores, values }: ReturnType<typeof decodeArrayRate>): string {
  return scores === values ? scores : `${scores}, ${values}`;
}
