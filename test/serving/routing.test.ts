import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/core/random.ts";
import { ROUTERS, type RouterName, type SimulationConfig } from "../../src/serving/config.ts";
import { LoadView } from "../../src/serving/routing/load-view.ts";
import { simulate } from "../../src/serving/simulate.ts";
import { createConversationSource } from "../../src/workload/clients/conversations.ts";
import { drawnConversations } from "../support/drawn-clients.ts";
import { listSource, type ListedRequest } from "../support/list-source.ts";
import { toyConfig } from "../support/simulation.ts";

function poisson(count: number, ratePerSecond: number, seed: number): ListedRequest[] {
  const uniform = randomStream(seed, "arrivals");
  let arrivalSeconds = 0;
  return Array.from({ length: count }, () => {
    arrivalSeconds -= Math.log(uniform()) / ratePerSecond;
    return { arrivalSeconds, inputTokens: 20, outputTokens: 1 + Math.floor(uniform() * 60) };
  });
}

function route(
  router: RouterName,
  requests: readonly ListedRequest[],
  changes: Partial<SimulationConfig> = {},
  maxNumSeqs = 4,
) {
  const config = toyConfig({ engine: { maxNumSeqs }, config: { router, replicas: 8, ...changes } });
  return simulate(listSource(requests), config);
}

test.each(ROUTERS)("%s sends every request to one replica, the same ones for the same seed", (router) => {
  const requests = poisson(400, 60, 1);
  const { records, metrics } = route(router, requests, { seed: 3 });
  expect(metrics.counts.completed).toBe(400);
  expect(route(router, requests, { seed: 3 }).records.replica).toEqual(records.replica);
  if (router === "random" || router === "power-of-two") {
    expect(route(router, requests, { seed: 4 }).records.replica).not.toEqual(records.replica);
  }
  // All replicas are needed at this rate, and routers that look at load or take turns use all of them.
  expect(new Set(records.replica.subarray(0, 400)).size).toBe(8);
});

test("the more a router knows the shorter requests wait: random, two choices, all, one queue", () => {
  const meanQueue = (router: RouterName) => {
    const runs = [1, 2, 3, 4].map(
      (seed) => route(router, poisson(4000, 85, seed), { seed }).metrics.queue.mean!,
    );
    return runs.reduce((sum, mean) => sum + mean, 0) / runs.length;
  };
  const [blind, two, all, central] = (
    ["random", "power-of-two", "least-outstanding", "central"] as const
  ).map(meanQueue) as [number, number, number, number];
  expect(two).toBeLessThan(blind / 2);
  expect(all).toBeLessThan(two);
  expect(central).toBeLessThan(all);
});

test("old information makes a herd: least-outstanding gets worse than taking turns", () => {
  const queue = (router: RouterName, routerDelaySeconds: number) =>
    route(router, poisson(4000, 70, 5), { routerDelaySeconds }).metrics.queue.mean!;
  expect(queue("least-outstanding", 0)).toBeLessThan(queue("round-robin", 0));
  expect(queue("least-outstanding", 2)).toBeGreaterThan(queue("round-robin", 0) * 2);
});

test("a view with a delay shows what a view without one showed that long ago", () => {
  const change = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(2),
    fc.integer({ min: -3, max: 3 }),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 50 }), fc.constantFrom(0.5, 2), (changes, delay) => {
      const late = new LoadView(3, delay);
      let now = 0;
      const times = changes.map(([pause, replica, requests]) => {
        now += pause;
        late.change(now, replica, requests, 2 * requests, 3 * requests);
        return now;
      });
      for (const seconds of times) {
        late.lookAt(seconds + delay);
        const fresh = new LoadView(3, 0);
        for (const [i, [, replica, requests]] of changes.entries()) {
          if (times[i]! + delay <= seconds + delay)
            fresh.change(0, replica, requests, 2 * requests, 3 * requests);
        }
        expect(late.openRequests).toEqual(fresh.openRequests);
        expect(late.openTokens).toEqual(fresh.openTokens);
        expect(late.unansweredTokens).toEqual(fresh.unansweredTokens);
      }
    }),
  );
});

describe("affinity", () => {
  test("session-sticky keeps every session on one replica, whatever its load", () => {
    fc.assert(
      fc.property(drawnConversations, (talk) => {
        const config = toyConfig({ config: { router: "session-sticky", replicas: 3 } });
        const { records } = simulate(createConversationSource(talk, 1), config);
        const home = new Map<number, number>();
        for (let row = 0; row < records.length; row++) {
          const session = records.sessionId[row]!;
          if (session < 0) continue;
          if (!home.has(session)) home.set(session, records.replica[row]!);
          expect(records.replica[row]).toBe(home.get(session));
        }
      }),
      { numRuns: 50 },
    );
  });

  test("prefix-affinity brings a prompt to where its first block is, until that replica is too busy", () => {
    const source = (count: number) => {
      let next = 0;
      return {
        classes: ["default"],
        knownCount: count,
        get nextArrivalSeconds() {
          return next < count ? next * 0.001 : Infinity;
        },
        take(draft: {
          arrivalSeconds: number;
          inputTokens: number;
          outputTokens: number;
          firstBlockId: number;
        }) {
          draft.arrivalSeconds = next++ * 0.001;
          draft.inputTokens = 10;
          draft.outputTokens = 100;
          draft.firstBlockId = 77;
        },
      };
    };
    const config = toyConfig({ config: { router: "prefix-affinity", replicas: 4 } });
    const replicas = (count: number) => {
      const { records } = simulate(source(count), config);
      return records.replica.subarray(0, count);
    };
    expect(new Set(replicas(2)).size).toBe(1);
    // One hot prefix must not drown one replica while three are idle.
    const counts = [0, 1, 2, 3].map((index) => replicas(200).filter((replica) => replica === index).length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(1.25 * (200 / 4) + 3);
  });
});

test("slo-aware keeps to the target where another router that only counts requests breaks it", () => {
  // Prompts of 500 tokens and of 10 in turn: counting requests puts short ones behind long ones.
  const requests = Array.from({ length: 300 }, (_, i) => ({
    ...{ arrivalSeconds: i * 0.012, inputTokens: i % 3 === 0 ? 1500 : 10, outputTokens: 2 },
  }));
  const slo = { request: { ttftSeconds: 0.15 }, run: [] };
  const attainment = (router: RouterName) =>
    route(router, requests, { router, slo, replicas: 2 }, 64).metrics.slo.attainment!;
  expect(attainment("slo-aware")).toBeGreaterThanOrEqual(attainment("least-outstanding"));
  expect(attainment("slo-aware")).toBeGreaterThan(attainment("round-robin"));
});
