import type { Replica } from "../replica/replica.ts";
import type { RequestLog } from "../request-log.ts";
import type { Transfers } from "./transfers.ts";

/** Requests on their way from the replica of their prompt to the one that decodes them. */
export class Moves {
  readonly #log: RequestLog;
  readonly #replicas: readonly Replica[];
  readonly #transfers: Transfers;
  /** Requests that were given up while their caches are under way. */
  readonly #unwanted = new Set<number>();

  constructor(log: RequestLog, replicas: readonly Replica[], transfers: Transfers) {
    this.#log = log;
    this.#replicas = replicas;
    this.#transfers = transfers;
  }

  /**
   * Sends the caches for which a replica has made room.
   * @param onLanding told of each when it will have landed, in seconds
   */
  begin({ dock }: Replica, seconds: number, onLanding: (request: number, seconds: number) => void): void {
    for (const request of dock.reserved) onLanding(request, this.#transfers.begin(request, seconds));
    dock.reserved.length = 0;
  }

  /** The cache of a request is there; whatever is wanted no more is thrown away. */
  land(request: number, seconds: number): void {
    const from = this.#replicas[this.#log.replica[request]!]!;
    const to = this.#replicas[this.#log.decodeReplica[request]!]!;
    this.#transfers.landed(request);
    if (this.#unwanted.delete(request)) {
      to.refuseLanding(request);
      from.abandonMoving(request);
    } else {
      from.release(request);
      to.land(request, seconds);
    }
  }

  /** The client of a moving request leaves. False when its transfer is under way, which goes on. */
  giveUp(request: number): boolean {
    const to = this.#replicas[this.#log.holderOf(request)]!;
    if (!to.dock.forget(request)) {
      this.#unwanted.add(request);
      return false;
    }
    this.#replicas[this.#log.replica[request]!]!.abandonMoving(request);
    return true;
  }

  /** When a cache lands that nobody wants any more; undefined for any other request. */
  unwantedLandingSeconds(request: number): number | undefined {
    return this.#unwanted.has(request) ? this.#transfers.landingSeconds(request) : undefined;
  }
}
