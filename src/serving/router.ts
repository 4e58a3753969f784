import type { Random } from "../core/random.ts";
import type { RequestLog } from "./request-log.ts";
import type { LoadView } from "./routing/load-view.ts";
import type { PromptPace } from "./routing/prompt-pace.ts";

/** What a router decides by. */
export interface RoutingFacts {
  readonly log: RequestLog;
  readonly view: LoadView;
  /** Stream of its own, for routers that draw. */
  readonly random: Random;
  /** Sequences that each replica runs at the same time. */
  readonly slots: readonly number[];
  readonly pace: PromptPace;
  /** TTFT target of each request class in seconds; Infinity for none. */
  readonly ttftTargetSeconds: readonly number[];
}

/** Chooses the replica of a request. */
export interface Router {
  /**
   * @param among replicas that could take the request, by rising index; at least one
   * @returns one of them, or -1 when the request is to wait until one has room
   */
  route(request: number, among: readonly number[]): number;
}
