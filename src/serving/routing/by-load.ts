import type { Router, RoutingFacts } from "../router.ts";

/** One after the other, whatever their load. */
export function roundRobin(): Router {
  let last = -1;
  return {
    route(_request, among) {
      last = among.find((replica) => replica > last) ?? among[0]!;
      return last;
    },
  };
}

/** Any of them with equal chance. */
export function random({ random: uniform }: RoutingFacts): Router {
  return { route: (_request, among) => among[drawPlace(among.length, uniform)]! };
}

/**
 * The better of two drawn at random: nearly as good as asking all.
 * Source: Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12(10), 2001.
 */
export function powerOfTwo({ random: uniform, view }: RoutingFacts): Router {
  return {
    route(_request, among) {
      const place = drawPlace(among.length, uniform);
      const first = among[place]!;
      if (among.length === 1) return first;
      const other = drawPlace(among.length - 1, uniform);
      const second = among[other < place ? other : other + 1]!;
      return view.openRequests[second]! < view.openRequests[first]! ? second : first;
    },
  };
}

/** The replica with the fewest requests waiting or running; the lowest index among equals. */
export function leastOutstanding({ view }: RoutingFacts): Router {
  return { route: (_request, among) => least(among, view.openRequests) };
}

/** The replica whose waiting and running requests have the fewest prompt tokens: all that a router knows of lengths. */
export function leastTokens({ view }: RoutingFacts): Router {
  return { route: (_request, among) => least(among, view.openTokens) };
}

/** One queue before all replicas: a request goes to the one with the fewest others as soon as one has a free slot. */
export function central({ view, slots }: RoutingFacts): Router {
  return {
    route(_request, among) {
      const best = least(among, view.openRequests);
      if (view.openRequests[best]! < slots[best]!) return best;
      return among.find((replica) => view.openRequests[replica]! < slots[replica]!) ?? -1;
    },
  };
}

/** The replica with the least load, the first among equals. */
export function least(among: readonly number[], load: Int32Array | Float64Array): number {
  let best = among[0]!;
  for (const replica of among) if (load[replica]! < load[best]!) best = replica;
  return best;
}

function drawPlace(places: number, uniform: () => number): number {
  return Math.floor(uniform() * places);
}
