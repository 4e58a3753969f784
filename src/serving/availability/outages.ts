import { EVENT_CLASS, type EventQueue } from "../../core/event-queue.ts";
import { randomStream, type Random } from "../../core/random.ts";
import type { FailureConfig } from "../config.ts";

/** Plans when replicas fail and come back, as events of the run. */
export class Outages {
  readonly requests: FailureConfig["requests"];
  readonly #random: FailureConfig["random"];
  readonly #streams: readonly Random[];
  readonly #plans: EventQueue;
  /** Outages of each replica that have begun and not ended: they may overlap. */
  readonly #open: Int32Array;
  /** From when on each replica is down for good. */
  readonly #goneSeconds: Float64Array;
  /** When each replica fails next by chance. */
  readonly #nextByChance: Float64Array;

  constructor(config: FailureConfig, replicas: number, seed: number, plans: EventQueue) {
    this.requests = config.requests;
    this.#random = config.random;
    this.#plans = plans;
    this.#open = new Int32Array(replicas);
    this.#goneSeconds = new Float64Array(replicas).fill(Infinity);
    this.#nextByChance = new Float64Array(replicas).fill(Infinity);
    for (const { replica, atSeconds, downSeconds } of config.outages) {
      this.#plan(replica, atSeconds, atSeconds + downSeconds);
    }
    this.#streams = Array.from({ length: replicas }, (_, replica) =>
      randomStream(seed, `outages/${replica}`),
    );
    if (config.random === undefined) return;
    for (let replica = 0; replica < replicas; replica++) this.#planByChance(replica, 0);
  }

  /** An outage begins; true when the replica was there until now. */
  begin(replica: number, seconds: number): boolean {
    if (this.#nextByChance[replica] === seconds) {
      const up = seconds + this.#draw(replica, this.#random!.meanDownSeconds);
      this.#plans.push(up, EVENT_CLASS.replicaUp, replica);
      this.#planByChance(replica, up);
    }
    return this.#open[replica]!++ === 0;
  }

  /** An outage ends; true when the replica is there again. */
  end(replica: number): boolean {
    return --this.#open[replica]! === 0;
  }

  /** What is down for good fails no more: the run could never end otherwise. */
  #planByChance(replica: number, fromSeconds: number): void {
    const down = fromSeconds + this.#draw(replica, this.#random!.meanUpSeconds);
    if (down >= this.#goneSeconds[replica]!) return;
    this.#nextByChance[replica] = down;
    this.#plans.push(down, EVENT_CLASS.replicaDown, replica);
  }

  #plan(replica: number, downSeconds: number, upSeconds: number): void {
    this.#plans.push(downSeconds, EVENT_CLASS.replicaDown, replica);
    if (upSeconds < Infinity) this.#plans.push(upSeconds, EVENT_CLASS.replicaUp, replica);
    else this.#goneSeconds[replica] = Math.min(this.#goneSeconds[replica]!, downSeconds);
  }

  /** Exponential, in seconds. */
  #draw(replica: number, meanSeconds: number): number {
    return -Math.log(this.#streams[replica]!()) * meanSeconds;
  }
}
