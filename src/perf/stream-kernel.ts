import type { AttentionKernel, AttentionWork, StreamRates } from "./machine.ts";
import type { StreamWork } from "./operators.ts";
import { CHARGE_COUNT, ENERGY_CHARGE, RESOURCE_INDEX } from "./step-cost.ts";

/**
 * Work over cached tokens or states that is bound by arithmetic or by memory and has no structure besides: the scores of a
 * sparse indexer, the recurrence of linear attention.
 */
export function streamKernel(rates: StreamRates, work: StreamWork): AttentionKernel {
  const { launchSeconds } = rates;
  const { flopsPerPair, vectorFlopsPerPair, kvBytesPerToken, flopsPerToken, stateBytesPerSequence } = work;
  const pair = {
    matrix: flopsPerPair / rates.matrixFlopsPerSecond,
    vector: vectorFlopsPerPair / rates.vectorFlopsPerSecond,
    joules: flopsPerPair * rates.joulesPerMatrixFlop + vectorFlopsPerPair * rates.joulesPerVectorFlop,
  };
  const tokenSeconds = flopsPerToken / rates.matrixFlopsPerSecond;
  const tokenJoules = flopsPerToken * rates.joulesPerMatrixFlop;
  const slowestByte = 1 / Math.min(rates.dramBytesPerSecond, rates.nocBytesPerSecond);
  const stateSeconds = stateBytesPerSequence * slowestByte;
  const kvSeconds = kvBytesPerToken * slowestByte;

  const decodeRates = new Float64Array(2 * CHARGE_COUNT);
  const perContext = decodeRates.subarray(CHARGE_COUNT);
  decodeRates[RESOURCE_INDEX.sa] = tokenSeconds;
  decodeRates[RESOURCE_INDEX.dram] = stateBytesPerSequence / rates.dramBytesPerSecond;
  decodeRates[RESOURCE_INDEX.noc] = stateBytesPerSequence / rates.nocBytesPerSecond;
  decodeRates[ENERGY_CHARGE] = tokenJoules + stateBytesPerSequence * rates.joulesPerByte;
  perContext[RESOURCE_INDEX.sa] = pair.matrix;
  perContext[RESOURCE_INDEX.vector] = pair.vector;
  perContext[RESOURCE_INDEX.dram] = kvBytesPerToken / rates.dramBytesPerSecond;
  perContext[RESOURCE_INDEX.noc] = kvBytesPerToken / rates.nocBytesPerSecond;
  perContext[ENERGY_CHARGE] = pair.joules + kvBytesPerToken * rates.joulesPerByte;

  return {
    decodeLines(sequences: number): Float64Array {
      return Float64Array.of(
        ...[launchSeconds + sequences * tokenSeconds, pair.matrix],
        ...[launchSeconds, pair.vector],
        ...[launchSeconds + sequences * stateSeconds, kvSeconds],
      );
    },
    decodeRates,
    rowBlockTokens: 1,
    tokensPerPass: Infinity,
    mixed(mix: AttentionWork, layers: number, charges: Float64Array): number {
      const tokens = mix.newTokens + mix.decodeSequences;
      const pairs = mix.prefillPairs + mix.decodeContextTokens;
      const states = mix.chunks + mix.decodeSequences;
      const bytes =
        (mix.prefillKvTokens + mix.decodeContextTokens) * kvBytesPerToken + states * stateBytesPerSequence;
      const matrix = pairs * pair.matrix + tokens * tokenSeconds;
      const vector = pairs * pair.vector;
      charges[RESOURCE_INDEX.sa]! += layers * matrix;
      charges[RESOURCE_INDEX.vector]! += layers * vector;
      charges[RESOURCE_INDEX.dram]! += (layers * bytes) / rates.dramBytesPerSecond;
      charges[RESOURCE_INDEX.noc]! += (layers * bytes) / rates.nocBytesPerSecond;
      charges[ENERGY_CHARGE]! +=
        layers * (pairs * pair.joules + tokens * tokenJoules + bytes * rates.joulesPerByte);
      return layers * (launchSeconds + Math.max(matrix, vector, bytes * slowestByte));
    },
  };
}
