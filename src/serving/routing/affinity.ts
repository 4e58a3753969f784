import type { PromptPaths } from "../prefix-cache/prompt-paths.ts";
import type { Router, RoutingFacts } from "../router.ts";
import { least } from "./by-load.ts";

/** A replica is left for a less busy one when it has more than so many times the mean of open requests, plus one. */
const BALANCE_FACTOR = 1.25;

/** Share of a prompt that a replica must know for it to matter: a short system prompt alone is soon known everywhere. */
const MATTERING_SHARE = 0.1;

/** All requests of a session go where its first one went; the others to the replica with the fewest open requests. */
export function sessionSticky(facts: RoutingFacts): Router {
  return withHomes(
    facts,
    (request) => facts.log.sessionId[request]!,
    () => true,
  );
}

/**
 * A request goes to the replica whose cache knows most of its prompt, unless that one is much busier than the others. What
 * the caches know is guessed from where requests went before; without caches requests go together that share a session,
 * else the first block of their prompt. The bound on its load is that of Mirrokni, Thorup and Zadimoghaddam, "Consistent
 * hashing with bounded loads", SODA 2018.
 */
export function prefixAffinity(facts: RoutingFacts): Router {
  const { log } = facts;
  const mayStay = isNotTooBusy(facts);
  if (log.prompts !== undefined) return byLongestPrefix(facts, log.prompts, mayStay);
  // Sessions and blocks are counted apart from each other: even numbers for the ones, odd ones for the others.
  const keyOf = (request: number) => {
    const session = log.sessionId[request]!;
    if (session >= 0) return 2 * session;
    const block = log.firstBlockId[request]!;
    return block >= 0 ? 2 * block + 1 : -1;
  };
  return withHomes(facts, keyOf, mayStay);
}

type MayStay = (home: number, among: readonly number[]) => boolean;

function isNotTooBusy({ view }: RoutingFacts): MayStay {
  return (home, among) => {
    const open = view.openAmong(among) + 1;
    return view.openRequests[home]! < (BALANCE_FACTOR * open) / among.length + 1;
  };
}

function byLongestPrefix({ log, view }: RoutingFacts, prompts: PromptPaths, mayStay: MayStay): Router {
  /** Replica of the latest request with a text. */
  const homes = new Map<number, number>();
  const homeOf = (request: number): number | undefined => {
    const least = MATTERING_SHARE * log.inputTokens[request]!;
    for (let i = prompts.sharedCount(request) - 1; i >= 0 && prompts.endAt(request, i) >= least; i--) {
      const home = homes.get(prompts.keyAt(request, i));
      if (home !== undefined) return home;
    }
    return undefined;
  };
  return {
    route(request, among) {
      const home = homeOf(request);
      const stays = home !== undefined && isAmong(home, among) && mayStay(home, among);
      const chosen = stays ? home : least(among, view.openRequests);
      const count = prompts.sharedCount(request);
      for (let i = 0; i < count; i++) homes.set(prompts.keyAt(request, i), chosen);
      return chosen;
    },
  };
}

function withHomes({ view }: RoutingFacts, keyOf: (request: number) => number, mayStay: MayStay): Router {
  const homes = new Map<number, number>();
  return {
    route(request, among) {
      const key = keyOf(request);
      const home = key < 0 ? undefined : homes.get(key);
      if (home !== undefined && isAmong(home, among) && mayStay(home, among)) return home;
      const chosen = least(among, view.openRequests);
      if (key >= 0) homes.set(key, chosen);
      return chosen;
    },
  };
}

/** Replicas stand at their own index where all of them are there. */
function isAmong(replica: number, among: readonly number[]): boolean {
  return among[replica] === replica || among.includes(replica);
}
