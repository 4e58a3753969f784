import { EVENT_CLASS, type EventQueue } from "../../core/event-queue.ts";
import type { AutoscalingConfig } from "../config.ts";

const [OFF, STARTING, ON] = [0, 1, 2];

/** Orders and dismisses replicas so that each has about as many open requests as aimed at. */
export class Autoscaler {
  /** Times that a replica was ordered, and dismissed. */
  ordered = 0;
  dismissed = 0;
  readonly #config: AutoscalingConfig;
  readonly #plans: EventQueue;
  readonly #states: Uint8Array;
  /** When each replica that was ordered last is ready. */
  readonly #readySeconds: Float64Array;
  /** When fewer replicas would have begun to do, and how many were wanted at most since; Infinity while they would not. */
  #tooManySinceSeconds = Infinity;
  #mostWanted = 0;

  /** @param replicas how many are there at the start */
  constructor(config: AutoscalingConfig, replicas: number, plans: EventQueue) {
    this.#config = config;
    this.#plans = plans;
    this.#states = new Uint8Array(config.maxReplicas);
    this.#readySeconds = new Float64Array(config.maxReplicas);
    this.#states.fill(ON, 0, replicas);
    plans.push(config.intervalSeconds, EVENT_CLASS.scaling, 0);
  }

  isOn(replica: number): boolean {
    return this.#states[replica] === ON;
  }

  /** Starting or there. */
  isOrdered(replica: number): boolean {
    return this.#states[replica] !== OFF;
  }

  /** A replica that was ordered is there, if it was not dismissed before. */
  ready(replica: number, seconds: number): void {
    if (this.#states[replica] === STARTING && this.#readySeconds[replica] === seconds)
      this.#states[replica] = ON;
  }

  /**
   * Looks at the load. What is missing is ordered at once; what no look of a whole `downAfterSeconds` has asked for goes,
   * as in the stabilisation window of the Kubernetes horizontal pod autoscaler. Replicas that are dismissed finish what
   * they have; one of them that is wanted again is there.
   */
  look(seconds: number, openRequests: number, isIdle: (replica: number) => boolean): void {
    const { minReplicas, maxReplicas, targetRequests, intervalSeconds, downAfterSeconds } = this.#config;
    this.#plans.push(seconds + intervalSeconds, EVENT_CLASS.scaling, 0);
    const wanted = Math.min(maxReplicas, Math.max(minReplicas, Math.ceil(openRequests / targetRequests)));
    let surplus = this.#states.reduce((count, state) => count + (state === OFF ? 0 : 1), 0) - wanted;
    for (let replica = 0; surplus < 0; replica++) {
      if (this.#states[replica] !== OFF) continue;
      this.#order(replica, seconds, isIdle(replica));
      surplus++;
    }
    if (surplus === 0) {
      this.#tooManySinceSeconds = Infinity;
      return;
    }
    if (this.#tooManySinceSeconds === Infinity) {
      this.#tooManySinceSeconds = seconds;
      this.#mostWanted = 0;
    }
    this.#mostWanted = Math.max(this.#mostWanted, wanted);
    if (seconds - this.#tooManySinceSeconds < downAfterSeconds) return;
    surplus -= this.#mostWanted - wanted;
    for (let replica = maxReplicas - 1; surplus > 0; replica--) {
      if (this.#states[replica] === OFF) continue;
      this.#states[replica] = OFF;
      this.dismissed++;
      surplus--;
    }
    this.#tooManySinceSeconds = Infinity;
  }

  #order(replica: number, seconds: number, isCold: boolean): void {
    this.ordered++;
    this.#states[replica] = isCold ? STARTING : ON;
    if (!isCold) return;
    this.#readySeconds[replica] = seconds + this.#config.coldStartSeconds;
    this.#plans.push(this.#readySeconds[replica], EVENT_CLASS.replicaUp, replica);
  }
}
