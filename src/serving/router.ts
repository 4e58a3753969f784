import type { RouterName } from "./config.ts";
import type { Replica } from "./replica.ts";

/** Chooses the replica of an arriving request. */
export interface Router {
  route(): number;
}

/** One after the other, whatever their load. */
function roundRobin(replicas: readonly Replica[]): Router {
  let last = replicas.length - 1;
  return {
    route() {
      last = (last + 1) % replicas.length;
      return last;
    },
  };
}

/** The replica with the fewest requests waiting or running; the lowest index among equals. */
function leastOutstanding(replicas: readonly Replica[]): Router {
  return {
    route() {
      let best = 0;
      for (let i = 1; i < replicas.length; i++) {
        if (replicas[i]!.outstanding < replicas[best]!.outstanding) best = i;
      }
      return best;
    },
  };
}

export const ROUTER_BY_NAME: Readonly<Record<RouterName, (replicas: readonly Replica[]) => Router>> = {
  "round-robin": roundRobin,
  "least-outstanding": leastOutstanding,
};
