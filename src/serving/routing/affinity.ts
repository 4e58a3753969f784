import type { Router, RoutingFacts } from "../router.ts";
import { least } from "./by-load.ts";

/** A replica is left for a less busy one when it has more than so many times the mean of open requests, plus one. */
const BALANCE_FACTOR = 1.25;

/** All requests of a session go where its first one went; the others to the replica with the fewest open requests. */
export function sessionSticky(facts: RoutingFacts): Router {
  return withHomes(
    facts,
    (request) => facts.log.sessionId[request]!,
    () => true,
  );
}

/**
 * Requests that share a session, else the first block of their prompt, go to one replica, whose cache knows them, unless
 * it is much busier than the others. The bound on its load is that of Mirrokni, Thorup and Zadimoghaddam, "Consistent
 * hashing with bounded loads", SODA 2018.
 */
export function prefixAffinity(facts: RoutingFacts): Router {
  const { log, view } = facts;
  // Sessions and blocks are counted apart from each other: even numbers for the ones, odd ones for the others.
  const keyOf = (request: number) => {
    const session = log.sessionId[request]!;
    if (session >= 0) return 2 * session;
    const block = log.firstBlockId[request]!;
    return block >= 0 ? 2 * block + 1 : -1;
  };
  return withHomes(facts, keyOf, (home, among) => {
    let open = 1;
    for (const replica of among) open += view.openRequests[replica]!;
    return view.openRequests[home]! < (BALANCE_FACTOR * open) / among.length + 1;
  });
}

function withHomes(
  { view }: RoutingFacts,
  keyOf: (request: number) => number,
  mayStay: (home: number, among: readonly number[]) => boolean,
): Router {
  const homes = new Map<number, number>();
  return {
    route(request, among) {
      const key = keyOf(request);
      const home = key < 0 ? undefined : homes.get(key);
      if (home !== undefined && among.includes(home) && mayStay(home, among)) return home;
      const chosen = least(among, view.openRequests);
      if (key >= 0) homes.set(key, chosen);
      return chosen;
    },
  };
}
