import { doubled } from "../../core/doubled.ts";
import { randomStream, type Random } from "../../core/random.ts";
import { createDurationSampler, type DurationSampler } from "../../workload/clients/durations.ts";
import type { ClientConfig } from "../config.ts";
import type { RequestLog } from "../request-log.ts";
import { STATUS } from "../result.ts";

/** Knows when each client loses patience with its request, and whether it will try again. */
export class Patience {
  readonly #log: RequestLog;
  readonly #config: ClientConfig;
  readonly #cancels: Random;
  readonly #cancelAfter: DurationSampler;
  readonly #jitter: Random;
  /** By request: when its client leaves without a first token, when in any case, and when it changes its mind. */
  #ttftDue = new Float64Array(1024);
  #totalDue = new Float64Array(1024);
  #cancelDue = new Float64Array(1024);

  constructor(log: RequestLog, config: ClientConfig, seed: number) {
    this.#log = log;
    this.#config = config;
    this.#cancels = randomStream(seed, "cancellations");
    this.#jitter = randomStream(seed, "retry-jitter");
    const after = config.cancellation?.after ?? { kind: "fixed", seconds: Infinity };
    this.#cancelAfter =
      config.cancellation === undefined
        ? () => Infinity
        : createDurationSampler(
            after,
            randomStream(seed, "cancellation-times"),
            "clients.cancellation.after",
          );
  }

  /** A request is sent for the first time. */
  arrived(request: number, seconds: number): void {
    if (request >= this.#ttftDue.length) this.#grow();
    const share = this.#config.cancellation?.share ?? 0;
    this.#cancelDue[request] =
      share > 0 && this.#cancels() < share ? seconds + this.#cancelAfter() : Infinity;
  }

  /** An attempt begins. Gives the times at which its client may give up, as events to plan; Infinity for never. */
  sent(request: number, seconds: number): readonly [ttftDue: number, leaveDue: number] {
    const { ttftTimeoutSeconds = Infinity, totalTimeoutSeconds = Infinity } = this.#config;
    this.#ttftDue[request] = seconds + ttftTimeoutSeconds;
    this.#totalDue[request] = seconds + totalTimeoutSeconds;
    return [
      this.#ttftDue[request],
      Math.min(this.#totalDue[request], Math.max(seconds, this.#cancelDue[request]!)),
    ];
  }

  /** Whether a planned event still means something: the request is open, and its client leaves at this very time. */
  isDue(request: number, seconds: number): boolean {
    const log = this.#log;
    if (log.status[request] !== STATUS.unfinished) return false;
    if (this.#cancelDue[request]! <= seconds || this.#totalDue[request] === seconds) return true;
    return this.#ttftDue[request] === seconds && Number.isNaN(log.firstTokenSeconds[request]!);
  }

  /** What the client's leaving at this time makes of the request. */
  statusAt(request: number, seconds: number): typeof STATUS.cancelled | typeof STATUS.timedOut {
    return this.#cancelDue[request]! <= seconds ? STATUS.cancelled : STATUS.timedOut;
  }

  /**
   * Seconds until the client sends the request again; undefined when it does not. Between attempts only a change of
   * mind can end the request.
   */
  pauseBeforeRetry(request: number): number | undefined {
    const { retry } = this.#config;
    const sent = this.#log.attempts[request]!;
    if (retry === undefined || sent >= retry.attempts) return undefined;
    this.#ttftDue[request] = Infinity;
    this.#totalDue[request] = Infinity;
    const pause = retry.backoffSeconds * retry.factor ** (sent - 1);
    return pause * (1 - retry.jitter * (retry.jitter > 0 ? this.#jitter() : 0));
  }

  #grow(): void {
    this.#ttftDue = doubled(this.#ttftDue);
    this.#totalDue = doubled(this.#totalDue);
    this.#cancelDue = doubled(this.#cancelDue);
  }
}
