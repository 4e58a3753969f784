import type { RequestLog } from "../request-log.ts";
import type { WaitingQueue } from "../waiting-queue.ts";
import { FifoQueue } from "./fifo-queue.ts";

/**
 * One queue per client (request class) and a counter of the service that each has got, in weighted tokens. The client
 * with the lowest counter is next; admission charges it for the prompt. A client that comes back after it had nothing
 * waiting is lifted to the lowest counter of those that wait, so that idling earns no credit.
 * Source: Sheng et al., "Fairness in serving large language models", OSDI 2024, Alg. 2 (virtual token counter).
 */
export class FairQueue implements WaitingQueue {
  length = 0;
  /** Weighted tokens that each client has got. */
  readonly counters: Float64Array;
  readonly #log: RequestLog;
  readonly #promptWeight: number;
  readonly #queues: readonly FifoQueue[];
  /** Clients that have come back since the last `liftNewcomers`. */
  #newcomers: number[] = [];
  #lastToLeave = -1;

  constructor(log: RequestLog, promptWeight: number) {
    this.#log = log;
    this.#promptWeight = promptWeight;
    this.#queues = log.classes.map(() => new FifoQueue());
    this.counters = new Float64Array(log.classes.length);
  }

  get first(): number {
    return this.#queues[this.firstClient]!.first;
  }

  /** The client that is next in line. */
  get firstClient(): number {
    let best = -1;
    for (let client = 0; client < this.#queues.length; client++) {
      if (this.isWaiting(client) && (best < 0 || this.#precedes(client, best))) best = client;
    }
    return best;
  }

  isWaiting(client: number): boolean {
    return this.#queues[client]!.length > 0;
  }

  /** Requests of a client that wait. */
  lengthOf(client: number): number {
    return this.#queues[client]!.length;
  }

  /** The first waiting request of one client has arrived before that of another. */
  arrivedBefore(client: number, other: number): boolean {
    return this.#queues[client]!.first < this.#queues[other]!.first;
  }

  push(request: number): void {
    const client = this.#clientOf(request);
    if (!this.isWaiting(client)) this.#newcomers.push(client);
    this.#queues[client]!.push(request);
    this.length++;
  }

  putBack(request: number): void {
    this.#queues[this.#clientOf(request)]!.putBack(request);
    this.length++;
  }

  removeFirst(): void {
    const client = this.firstClient;
    const queue = this.#queues[client]!;
    if (this.#log.preemptions[queue.first] === 0) {
      this.counters[client]! += this.#promptWeight * this.#log.inputTokens[queue.first]!;
    }
    queue.removeFirst();
    this.length--;
    if (queue.length === 0) this.#lastToLeave = client;
  }

  remove(request: number): void {
    const client = this.#clientOf(request);
    this.#queues[client]!.remove(request);
    this.length--;
    if (!this.isWaiting(client)) this.#newcomers = this.#newcomers.filter((newcomer) => newcomer !== client);
  }

  /** Lifts the counters of clients that had nothing waiting; to be called before the queue is read. */
  liftNewcomers(): void {
    for (let i = 0; i < this.#newcomers.length; i++) {
      const newcomer = this.#newcomers[i]!;
      const later = this.#newcomers.slice(i);
      let floor = Infinity;
      for (let client = 0; client < this.#queues.length; client++) {
        if (this.isWaiting(client) && !later.includes(client))
          floor = Math.min(floor, this.counters[client]!);
      }
      if (floor === Infinity) floor = this.#lastToLeave < 0 ? 0 : this.counters[this.#lastToLeave]!;
      this.counters[newcomer] = Math.max(this.counters[newcomer]!, floor);
    }
    this.#newcomers.length = 0;
  }

  #precedes(client: number, other: number): boolean {
    const difference = this.counters[client]! - this.counters[other]!;
    return difference < 0 || (difference === 0 && this.arrivedBefore(client, other));
  }

  #clientOf(request: number): number {
    return this.#log.classIndex[request]!;
  }
}
