import type { AdmissionConfig, TokenBucketConfig } from "./config.ts";
import type { RejectReason } from "./result.ts";

/** Turns requests away that could be served later: when too many wait, or too many come in too short a time. */
export class Admission {
  readonly #maxWaiting: number;
  readonly #bucket: TokenBucket | undefined;

  constructor({ maxWaiting = Infinity, tokenBucket }: AdmissionConfig) {
    this.#maxWaiting = maxWaiting;
    this.#bucket = tokenBucket && new TokenBucket(tokenBucket);
  }

  /**
   * The reason to refuse a request that arrives now; undefined lets it in, and takes its tokens out of the bucket.
   * @param waiting requests that wait in the whole cluster
   */
  refusal(seconds: number, promptTokens: number, waiting: number): RejectReason | undefined {
    if (waiting >= this.#maxWaiting) return "queue-full";
    if (this.#bucket !== undefined && !this.#bucket.take(seconds, promptTokens)) return "rate-limited";
    return undefined;
  }
}

/** Fills at a steady rate up to its brim; what it does not hold it does not lend. */
class TokenBucket {
  readonly #config: TokenBucketConfig;
  #level: number;
  #filledAtSeconds = 0;

  constructor(config: TokenBucketConfig) {
    this.#config = config;
    this.#level = config.burst;
  }

  take(seconds: number, promptTokens: number): boolean {
    const { unit, ratePerSecond, burst } = this.#config;
    const elapsed = seconds - this.#filledAtSeconds;
    this.#level = Math.min(burst, this.#level + elapsed * ratePerSecond);
    this.#filledAtSeconds = seconds;
    const amount = unit === "requests" ? 1 : promptTokens;
    if (amount > this.#level) return false;
    this.#level -= amount;
    return true;
  }
}
