import { RunError } from "../../core/errors.ts";
import type { EventQueue } from "../../core/event-queue.ts";
import type { SimulationConfig } from "../config.ts";
import type { Fleet } from "../fleet.ts";
import type { RunMetrics } from "../result.ts";
import { Autoscaler } from "./autoscaler.ts";
import { Outages } from "./outages.ts";

/** Failures that one request may live through before the run is given up. */
const MOST_RESTARTS = 1000;

/** Which replicas are there: they fail and come back, or are ordered and dismissed; not both in one run. */
export class Availability {
  readonly #fleet: Fleet;
  readonly #outages: Outages | undefined;
  readonly #autoscaler: Autoscaler | undefined;
  readonly #isDown: Uint8Array;
  readonly #restarts = new Map<number, number>();
  #replicaSeconds = 0;
  #powered = 0;
  #mostReplicas = 0;
  #outageCount = 0;

  constructor(
    { failures, autoscaling, replicas, seed = 0 }: SimulationConfig,
    fleet: Fleet,
    plans: EventQueue,
  ) {
    const count = fleet.replicas.length;
    this.#fleet = fleet;
    this.#isDown = new Uint8Array(count);
    this.#outages = failures && new Outages(failures, count, seed, plans);
    this.#autoscaler = autoscaling && new Autoscaler(autoscaling, replicas, plans);
    this.update();
  }

  /** What happens to the requests of a replica that fails. */
  get losesRequests(): boolean {
    return this.#outages?.requests === "lose";
  }

  /** Between two events nothing comes or goes. */
  passTime(seconds: number): void {
    this.#replicaSeconds += this.#powered * seconds;
  }

  /** False when the replica was down already. */
  goDown(replica: number, seconds: number): boolean {
    const wasThere = this.#outages!.begin(replica, seconds);
    if (!wasThere) return false;
    this.#outageCount++;
    this.#isDown[replica] = 1;
    this.update();
    return true;
  }

  /** A replica has been repaired, or one that was ordered is ready. */
  comeUp(replica: number, seconds: number): void {
    if (this.#outages?.end(replica) === true) this.#isDown[replica] = 0;
    this.#autoscaler?.ready(replica, seconds);
    this.update();
  }

  /** @throws RunError when a request begins again and again: then replicas fail faster than they serve */
  countRestart(request: number): void {
    const restarts = (this.#restarts.get(request) ?? 0) + 1;
    this.#restarts.set(request, restarts);
    if (restarts < MOST_RESTARTS) return;
    throw new RunError(
      `replicas fail faster than they serve: request ${request} was begun ${restarts} times and never done`,
    );
  }

  scale(seconds: number, openRequests: number): void {
    const { replicas } = this.#fleet;
    this.#autoscaler!.look(seconds, openRequests, (index) => replicas[index]!.outstanding === 0);
    this.update();
  }

  /** Counts anew: to be called too when a replica that was dismissed has finished what it had. */
  update(): void {
    const { replicas } = this.#fleet;
    const scaler = this.#autoscaler;
    const isUp = (index: number) => this.#isDown[index] === 0;
    this.#fleet.openOnly((index) => isUp(index) && scaler?.isOn(index) !== false);
    this.#powered = replicas.filter(
      ({ outstanding }, index) =>
        isUp(index) && (scaler === undefined || scaler.isOrdered(index) || outstanding > 0),
    ).length;
    this.#mostReplicas = Math.max(this.#mostReplicas, this.#powered);
  }

  summary(): NonNullable<RunMetrics["availability"]> {
    return {
      ...{ replicaSeconds: this.#replicaSeconds, mostReplicas: this.#mostReplicas },
      ...{ outages: this.#outageCount, ordered: this.#autoscaler?.ordered ?? 0 },
      dismissed: this.#autoscaler?.dismissed ?? 0,
    };
  }
}
