import { randomStream } from "../../core/random.ts";
import type { SimulationConfig } from "../config.ts";
import type { Fleet } from "../fleet.ts";
import { FifoQueue } from "../queues/fifo-queue.ts";
import type { RequestLog } from "../request-log.ts";
import { targetsOf } from "../metrics/slo.ts";
import type { Router } from "../router.ts";
import { least } from "./by-load.ts";
import { LoadView } from "./load-view.ts";
import { PromptPace } from "./prompt-pace.ts";
import { ROUTER_BY_NAME } from "./registry.ts";

/** Sends requests to replicas by the policy of its router, and keeps what the router may know of them. */
export class Dispatcher {
  readonly #log: RequestLog;
  readonly #fleet: Fleet;
  readonly #view: LoadView;
  readonly #router: Router;
  /** Requests that wait for a replica with room, first come, first served. */
  readonly #held = new FifoQueue();

  constructor(config: SimulationConfig, log: RequestLog, fleet: Fleet) {
    const { replicas } = fleet;
    this.#log = log;
    this.#fleet = fleet;
    this.#view = new LoadView(replicas.length, config.routerDelaySeconds ?? 0);
    this.#router = ROUTER_BY_NAME[config.router]({
      log,
      view: this.#view,
      random: randomStream(config.seed ?? 0, "routing"),
      slots: replicas.map(({ engine }) => engine.maxNumSeqs),
      pace: new PromptPace(
        replicas.map((_, index) => fleet.poolOf(index)),
        this.#view,
      ),
      ttftTargetSeconds: log.classes.map((name) => targetsOf(config.slo, name).ttftSeconds ?? Infinity),
    });
  }

  get heldCount(): number {
    return this.#held.length;
  }

  /** The request that has waited longest for a replica with room; -1 when none does. */
  get firstHeld(): number {
    return this.#held.length === 0 ? -1 : this.#held.first;
  }

  /** Chooses the replica of a request; -1 when it has to wait. */
  place(request: number, seconds: number): number {
    const index = this.#held.length > 0 ? -1 : this.#choose(request, seconds);
    if (index < 0) this.#held.push(request);
    return index;
  }

  /** Chooses the replica of the first request that waits for one; -1 when it has to wait on. */
  placeHeld(seconds: number): number {
    const index = this.#choose(this.#held.first, seconds);
    if (index >= 0) this.#held.removeFirst();
    return index;
  }

  /** A request that waits for a replica goes away. */
  forget(request: number): void {
    this.#held.remove(request);
  }

  /** Chooses the replica that takes a request over after its first token: the one with the fewest open requests. */
  placeForDecoding(request: number, seconds: number): number {
    const log = this.#log;
    this.left(request, seconds);
    this.#view.lookAt(seconds);
    const index = least(this.#fleet.decoders(request), this.#view.openRequests);
    log.decodeReplica[request] = index;
    this.#view.change(seconds, index, 1, log.inputTokens[request]!, 0);
    return index;
  }

  /** A request has got its first token. */
  answered(request: number, seconds: number): void {
    const log = this.#log;
    this.#view.change(seconds, log.replica[request]!, 0, 0, -log.inputTokens[request]!);
  }

  /** A request is done with its replica, or its client with it. */
  left(request: number, seconds: number): void {
    const log = this.#log;
    const tokens = log.inputTokens[request]!;
    const unanswered = Number.isNaN(log.firstTokenSeconds[request]!) ? tokens : 0;
    this.#view.change(seconds, log.holderOf(request), -1, -tokens, -unanswered);
  }

  #choose(request: number, seconds: number): number {
    const log = this.#log;
    const among = this.#fleet.candidates(request);
    if (among.length === 0) return -1;
    this.#view.lookAt(seconds);
    const index = this.#router.route(request, among);
    if (index < 0) return -1;
    const tokens = log.inputTokens[request]!;
    log.replica[request] = index;
    this.#view.change(seconds, index, 1, tokens, tokens);
    return index;
  }
}
