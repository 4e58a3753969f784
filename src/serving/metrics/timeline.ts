import type { Replica } from "../replica/replica.ts";
import type { Timeline } from "../result.ts";

/** Beyond this many samples every other one is dropped and the spacing doubles: memory stays bounded. */
const MOST_SAMPLES = 20_000;

/** Samples all replicas at evenly spaced times from the first arrival on, after all that happens at each of them. */
export class TimelineSampler {
  #spacingSeconds: number;
  readonly #replicas: readonly Replica[];
  readonly #heldCount: () => number;
  /** First arrival; NaN before it. */
  #startSeconds = NaN;
  #seconds: number[] = [];
  #running: number[] = [];
  #waiting: number[] = [];
  #kvUtilization: number[] = [];

  /** @param heldCount requests that wait for a replica with room */
  constructor(spacingSeconds: number, replicas: readonly Replica[], heldCount: () => number) {
    this.#spacingSeconds = spacingSeconds;
    this.#replicas = replicas;
    this.#heldCount = heldCount;
  }

  /** Takes the samples that are due before an event at `seconds`; the first event of a run is its first arrival. */
  sampleBefore(seconds: number): void {
    if (Number.isNaN(this.#startSeconds)) this.#startSeconds = seconds;
    for (;;) {
      const due = this.#startSeconds + this.#seconds.length * this.#spacingSeconds;
      if (due >= seconds) return;
      this.#sample(due);
    }
  }

  timeline(): Timeline {
    return {
      seconds: this.#seconds,
      running: this.#running,
      waiting: this.#waiting,
      kvUtilization: this.#kvUtilization,
    };
  }

  #sample(seconds: number): void {
    let running = 0;
    let waiting = this.#heldCount();
    let used = 0;
    let capacity = 0;
    for (const replica of this.#replicas) {
      running += replica.runningCount;
      waiting += replica.waitingCount;
      used += replica.usedBlocksAt(seconds);
      capacity += replica.pool.capacityBlocks;
    }
    this.#seconds.push(seconds);
    this.#running.push(running);
    this.#waiting.push(waiting);
    this.#kvUtilization.push(used / capacity);
    if (this.#seconds.length >= MOST_SAMPLES) this.#thin();
  }

  #thin(): void {
    this.#spacingSeconds *= 2;
    this.#seconds = everyOther(this.#seconds);
    this.#running = everyOther(this.#running);
    this.#waiting = everyOther(this.#waiting);
    this.#kvUtilization = everyOther(this.#kvUtilization);
  }
}

function everyOther(values: readonly number[]): number[] {
  return values.filter((_, index) => index % 2 === 0);
}
