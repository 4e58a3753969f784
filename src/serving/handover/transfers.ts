import type { KvTransferConfig } from "../config.ts";
import type { RequestLog } from "../request-log.ts";
import type { RunMetrics } from "../result.ts";

/**
 * The links over which caches move between replicas. Every replica has one link out and one in; transfers take turns on
 * both, first come, first served, so that they share its bandwidth and queue at both ends.
 */
export class Transfers {
  #count = 0;
  #bytes = 0;
  /** Sums over all transfers: from the first token to the start of the transfer, and from there to its end. */
  #waitSeconds = 0;
  #linkSeconds = 0;
  readonly #config: KvTransferConfig;
  readonly #log: RequestLog;
  readonly #linkBytesPerSecond: readonly number[];
  /** When the links of each replica are free. */
  readonly #outFreeSeconds: Float64Array;
  readonly #inFreeSeconds: Float64Array;
  /** Landing times of the caches under way. */
  readonly #landings = new Map<number, number>();

  /** @param linkBytesPerSecond of each replica, in one direction */
  constructor(config: KvTransferConfig, log: RequestLog, linkBytesPerSecond: readonly number[]) {
    this.#config = config;
    this.#log = log;
    this.#linkBytesPerSecond = linkBytesPerSecond;
    this.#outFreeSeconds = new Float64Array(linkBytesPerSecond.length);
    this.#inFreeSeconds = new Float64Array(linkBytesPerSecond.length);
  }

  /** Sends the cache of a request from its prefill to its decode replica; gives the time at which it has landed. */
  begin(request: number, seconds: number): number {
    const log = this.#log;
    const from = log.replica[request]!;
    const to = log.decodeReplica[request]!;
    const rate = Math.min(this.#linkBytesPerSecond[from]!, this.#linkBytesPerSecond[to]!);
    const start = Math.max(seconds, this.#outFreeSeconds[from]!, this.#inFreeSeconds[to]!);
    const free = start + this.#remainingBytes(request, rate) / rate;
    this.#outFreeSeconds[from] = free;
    this.#inFreeSeconds[to] = free;
    const landing = free + this.#config.latencySeconds;
    this.#landings.set(request, landing);
    this.#count++;
    this.#bytes += this.#config.bytesPerToken * log.computedTokens[request]!;
    this.#waitSeconds += start - log.stallFromSeconds[request]!;
    this.#linkSeconds += landing - start;
    return landing;
  }

  landingSeconds(request: number): number {
    return this.#landings.get(request)!;
  }

  landed(request: number): void {
    this.#landings.delete(request);
  }

  summary(): NonNullable<RunMetrics["kvTransfer"]> {
    const mean = (sum: number) => (this.#count === 0 ? null : sum / this.#count);
    return {
      ...{ transfers: this.#count, bytes: this.#bytes },
      ...{ meanWaitSeconds: mean(this.#waitSeconds), meanSeconds: mean(this.#linkSeconds) },
    };
  }

  /**
   * Bytes left to send after the first token. Layer by layer the cache of a layer leaves while later ones are computed:
   * what the link can carry during the prefill is hidden, but never the last layer. Source of the idea: Patel et al.,
   * "Splitwise", ISCA 2024, §4.2. Optimistic in that the link is taken to be free during the prefill.
   */
  #remainingBytes(request: number, bytesPerSecond: number): number {
    const log = this.#log;
    const { bytesPerToken, overlappedLayers } = this.#config;
    const bytes = bytesPerToken * log.computedTokens[request]!;
    if (overlappedLayers === undefined) return bytes;
    const prefillSeconds = log.firstTokenSeconds[request]! - log.firstScheduledSeconds[request]!;
    return Math.max(bytes / overlappedLayers, bytes - prefillSeconds * bytesPerSecond);
  }
}
