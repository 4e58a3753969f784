import { dispersionOver } from "./arrival-statistics.ts";
import { shareDecoding, type DecodeState } from "./decode-sharing.ts";
import type { PromptSteps } from "./phase-times.ts";
import { prefillAt, prefillWait, tokenSecondsBeside, type PrefillState } from "./prefill-server.ts";
import type { SystemModel } from "./system-model.ts";

/** A system in equilibrium at one rate. */
export interface OperatingPoint {
  /** Arrivals a second, over all replicas. */
  readonly ratePerSecond: number;
  readonly decode: DecodeState;
  /** Mean sequences that decode on one replica. */
  readonly batch: number;
  /** Steps with prompts beside that batch, of a prompt alone and as they come. */
  readonly prompts: PromptSteps;
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
  const { times, traffic, replicas, sharing, evenDispersion, decodeTokens } = model;
  const { dispersions } = traffic;
  const longest = dispersions.at(-1)!.value;
  const replicaRate = ratePerSecond / replicas;
  const effective = times.besideBatches.map((prompts) => tokenSecondsBeside(prompts, replicaRate));
  const decode = shareDecoding({
    tokenRate: replicaRate * sharing * decodeTokens,
    requestRate: replicaRate * sharing,
    replicas: sharing,
    seats: times.maxBatch * sharing,
    stepSeconds: (batch) => times.between(effective, batch),
    // Of renewal arrivals at exponential service: Eckberg, "Generalized peakedness of teletraffic processes", 1983.
    peakedness: Math.max(0.1, (1 + longest) / 2),
    waitVariability: (evenDispersion * longest + traffic.outputScv) / 2,
  });
  const batch = decode.meanSequences / sharing;
  const decoding = sharing === 1 ? 1 - decode.idleShare : Math.min(1, batch);
  const prompts = times.promptsBeside(batch);
  const prefill = prefillAt(prompts, replicaRate);
  const arrivals = {
    ratePerSecond: replicaRate,
    even: evenDispersion * Math.min(1, longest),
    bursts: (expected: number) =>
      Math.max(0, dispersionOver(dispersions, expected * replicas) - 1) / replicas,
  };
  const { queueSeconds, vacationSeconds } = prefillWait(prompts, prefill, arrivals, decoding);
  const { seatSeconds, fullShare: seatWaitShare, tokenSeconds: tbtSeconds } = decode;
  return {
    ratePerSecond,
    decode,
    batch,
    prompts,
    prefill,
    decoding,
    queueSeconds,
    vacationSeconds,
    seatSeconds,
    seatWaitShare,
    tbtSeconds,
    ttftSeconds:
      queueSeconds + vacationSeconds + seatSeconds + prompts.promptSeconds + prefill.sharingSeconds,
  };
}
