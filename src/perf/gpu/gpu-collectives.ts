import type { LinkSystem } from "../../hardware/device.ts";
import { collectiveBytes } from "../collective-seconds.ts";
import type { Collective } from "../operators.ts";

/** Seconds that each device adds to a barrier before and after a direct all-reduce (vLLM, A100 and H100). */
const ONE_SHOT_DEVICE_SECONDS = 0.13e-6;
const TWO_SHOT_DEVICE_SECONDS = 1.25e-6;

/** Messages from here on leave vLLM's direct all-reduce, whose buffers hold 8 MiB, to the library. */
const DIRECT_LIMIT_BYTES = 8 * 2 ** 20;

/** NCCL: seconds of its low-latency protocols, and those that each device adds; all-reduce goes around twice. */
const LIBRARY_SECONDS = 6e-6;
const LIBRARY_DEVICE_SECONDS = 1e-6;
/** What low-latency protocols reach of the bandwidth of the others: flags travel with the data, buffers are small. */
const LOW_LATENCY_SHARE = 0.58;
/** Seconds that the protocol of large messages takes to fill its pipeline, and those that each device adds. */
const PIPELINE_SECONDS = 30e-6;
const PIPELINE_DEVICE_SECONDS = 4e-6;

/**
 * Seconds of a collective among `devices` GPUs with a message of `bytes`: the fastest of what a serving engine has.
 *
 * - One-shot all-reduce: each device reads the whole message from all others.
 * - Two-shot all-reduce: a reduce-scatter and an all-gather, with a barrier between them.
 * - The library (NCCL): low-latency and bulk protocols around a ring.
 *
 * Without links or peer access between all pairs, what more than two devices exchange passes through the host.
 * Fitted on ai-dynamo/aiconfigurator custom_allreduce and nccl tables (A100, H100, L40S).
 */
export function gpuCollectiveSeconds(
  links: LinkSystem,
  kind: Collective["kind"],
  devices: number,
  bytes: number,
): number {
  const sent = collectiveBytes(kind, devices, bytes);
  const { hostBytesPerSecond, direct } = links;
  const throughHost = hostBytesPerSecond !== undefined && devices > 2;
  const bulkRate = throughHost
    ? Math.min(links.bytesPerSecond * links.efficiency, hostBytesPerSecond / devices)
    : links.bytesPerSecond * links.efficiency;
  const trips = kind === "all-reduce" ? 2 : 1;
  const lowLatency = LIBRARY_SECONDS + trips * LIBRARY_DEVICE_SECONDS * devices;
  // Through the host nothing is gained by a bulk protocol; a send has no ring to fill.
  if (throughHost || kind === "send") return lowLatency + sent / bulkRate;
  const library = Math.min(
    lowLatency + sent / (bulkRate * LOW_LATENCY_SHARE),
    PIPELINE_SECONDS + PIPELINE_DEVICE_SECONDS * devices + sent / bulkRate,
  );
  if (kind !== "all-reduce" || direct === undefined || bytes >= DIRECT_LIMIT_BYTES) return library;
  const oneShot =
    links.collectiveSeconds +
    ONE_SHOT_DEVICE_SECONDS * devices +
    ((devices - 1) * bytes) / (links.bytesPerSecond * direct.oneShotEfficiency);
  const twoShot =
    links.collectiveSeconds +
    TWO_SHOT_DEVICE_SECONDS * devices +
    sent / (links.bytesPerSecond * direct.twoShotEfficiency);
  return Math.min(oneShot, twoShot, library);
}
