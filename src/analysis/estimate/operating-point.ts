import { shareDecoding, type DecodeState } from "./decode-sharing.ts";
import { prefillAt, prefillWait, type PrefillState } from "./prefill-server.ts";
import type { SystemModel } from "./system-model.ts";

/** A system in equilibrium at one rate. */
export interface OperatingPoint {
  /** Arrivals a second, over all replicas. */
  readonly ratePerSecond: number;
  readonly decode: DecodeState;
  /** Mean sequences that decode on one replica. */
  readonly batch: number;
  readonly prefill: PrefillState;
  /** Probability (0..1) that a replica decodes at any time. */
  readonly decoding: number;
  /** Mean waits of a request in seconds: for other prompts, for the step in progress, for a seat. */
  readonly queueSeconds: number;
  readonly vacationSeconds: number;
  readonly seatSeconds: number;
  /** Probability (0..1) that a request waits for a seat. */
  readonly seatWaitShare: number;
  /** Mean seconds from arrival to first token, and between tokens. */
  readonly ttftSeconds: number;
  readonly tbtSeconds: number;
}

/** The fixed point of batch size and step time at a rate, prompts and decodes slowing each other down. */
export function operateAt(model: SystemModel, ratePerSecond: number): OperatingPoint {
  const { times, traffic, replicas, sharing, arrivalScv, decodeTokens } = model;
  const replicaRate = ratePerSecond / replicas;
  const systemRate = replicaRate * sharing;
  const effective = times.batches.map((batch) => tokenSecondsAt(model, replicaRate, batch));
  const decode = shareDecoding(
    systemRate * decodeTokens,
    sharing,
    times.maxBatch * sharing,
    (batch) => times.between(effective, batch),
    {
      // Of renewal arrivals at exponential service: Eckberg, "Generalized peakedness of teletraffic processes", 1983.
      peakedness: Math.max(0.1, (1 + traffic.dispersion) / 2),
      waitVariability: (arrivalScv + traffic.outputScv) / 2,
      requestsPerSecond: systemRate,
    },
  );
  const batch = decode.meanSequences / sharing;
  const decoding = sharing === 1 ? 1 - decode.idleShare : Math.min(1, batch / Math.max(1, batch));
  const prefill = prefillAt(times, replicaRate, traffic.meanPromptTokens, batch);
  const { queueSeconds, vacationSeconds } = prefillWait(times, prefill, replicaRate, batch, decoding, arrivalScv);
  const serviceSeconds = times.promptSeconds(batch) + prefill.sharingSeconds;
  return {
    ...{ ratePerSecond, decode, batch, prefill, decoding, queueSeconds, vacationSeconds },
    seatSeconds: decode.seatSeconds,
    seatWaitShare: decode.fullShare,
    ttftSeconds: queueSeconds + vacationSeconds + decode.seatSeconds + serviceSeconds,
    tbtSeconds: decode.tokenSeconds,
  };
}

/** Mean seconds between two tokens of each of `batch` sequences on a replica at which prompts arrive. */
export function tokenSecondsAt(
  { times, traffic }: SystemModel,
  replicaRate: number,
  batch: number,
): number {
  const { busy, stepsPerSecond, stepSeconds } = prefillAt(times, replicaRate, traffic.meanPromptTokens, batch);
  if (busy >= 1) return stepSeconds;
  return 1 / (stepsPerSecond + (1 - busy) / times.decodeSeconds(batch));
}
