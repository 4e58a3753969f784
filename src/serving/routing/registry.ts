import type { RouterName } from "../config.ts";
import type { Router, RoutingFacts } from "../router.ts";
import { prefixAffinity, sessionSticky } from "./affinity.ts";
import { central, leastOutstanding, leastTokens, powerOfTwo, random, roundRobin } from "./by-load.ts";
import { sloAware } from "./slo-aware.ts";

/** Every routing policy by its name in scenarios. */
export const ROUTER_BY_NAME: Readonly<Record<RouterName, (facts: RoutingFacts) => Router>> = {
  "round-robin": roundRobin,
  random,
  "power-of-two": powerOfTwo,
  "least-outstanding": leastOutstanding,
  "least-tokens": leastTokens,
  "session-sticky": sessionSticky,
  "prefix-affinity": prefixAffinity,
  "slo-aware": sloAware,
  central,
};
