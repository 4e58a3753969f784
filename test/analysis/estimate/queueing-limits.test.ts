import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shareDecoding } from "../../../src/analysis/estimate/decode-sharing.ts";
import { estimate } from "../../../src/analysis/estimate/estimate.ts";
import { stratify } from "../../../src/analysis/estimate/strata.ts";
import {
  arrivingAtRandom,
  atRate,
  profileTraffic,
  type TrafficProfile,
} from "../../../src/analysis/estimate/traffic-profile.ts";
import {
  createConversationSource,
  type ConversationSpec,
} from "../../../src/workload/clients/conversations.ts";
import { createSyntheticSource } from "../../../src/workload/synthetic.ts";
import { simulate } from "../../../src/serving/simulate.ts";
import { listSource } from "../../support/list-source.ts";
import { toyConfig } from "../../support/simulation.ts";

const BUDGET = 512;

/** Requests of so many budgets' worth of prompt and a single token of output. */
function singleTokenTraffic(chunks: readonly number[], ratePerSecond: number): TrafficProfile {
  const source = listSource(
    chunks.map((count, i) => ({ arrivalSeconds: i, inputTokens: count * BUDGET, outputTokens: 1 })),
  );
  return atRate(arrivingAtRandom(profileTraffic(source)), ratePerSecond);
}

const SHARING = { replicas: 1, peakedness: 1, waitVariability: 1 };

describe("an estimate agrees with queues of known answer:", () => {
  test("prompts alone wait as in M/G/1 (Pollaczek-Khinchine)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 6 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (short, more, load) => {
          // Three short prompts to two long ones: a share at which the profile cuts its slices.
          const chunks = [short, short, short, short + more, short + more];
          const { cost, engine, scheduler, slo } = toyConfig({
            engine: { maxNumBatchedTokens: BUDGET },
            cost: { secondsPerContextToken: 0, secondsPerLogit: 0 },
          });
          const stepSeconds = 0.008 + 5e-5 * BUDGET;
          const service = chunks.map((count) => count * stepSeconds);
          const mean = service.reduce((sum, s) => sum + s, 0) / service.length;
          const square = service.reduce((sum, s) => sum + s * s, 0) / service.length;
          const rate = load / mean;
          const { latencies } = estimate({
            system: { cost, engine, scheduler, replicas: 1, router: "round-robin" },
            traffic: singleTokenTraffic(chunks, rate),
            ...{ slo, idleWatts: 0 },
          });
          const wait = (rate * square) / (2 * (1 - load));
          expect(latencies.queue!.mean / wait).toBeCloseTo(1, 2);
          expect(latencies.ttft!.mean / (wait + mean)).toBeCloseTo(1, 2);
        },
      ),
    );
  });

  test("a speed that does not depend on the batch makes decodes Poisson (M/G/∞)", () => {
    for (const mean of [0.01, 0.5, 4, 60, 400]) {
      const state = shareDecoding({
        ...{ ...SHARING, tokenRate: mean / 0.02, requestRate: 1, seats: 5000, stepSeconds: () => 0.02 },
      });
      expect(state.meanSequences / mean).toBeCloseTo(1, 2);
      expect(state.tokenSeconds).toBeCloseTo(0.02, 12);
      if (mean < 10) expect(state.idleShare).toBeCloseTo(Math.exp(-mean), 3);
    }
  });

  test("a step as long as its batch makes decodes an M/M/1 processor-sharing queue", () => {
    for (const load of [0.1, 0.5, 0.8, 0.9]) {
      const state = shareDecoding({
        ...{
          ...SHARING,
          tokenRate: load / 0.01,
          requestRate: 1,
          seats: 4000,
          stepSeconds: (n: number) => 0.01 * n,
        },
      });
      expect(state.meanSequences / (load / (1 - load))).toBeCloseTo(1, 1);
      expect(state.tokenSeconds / (0.01 / (1 - load))).toBeCloseTo(1, 1);
    }
  });

  test("one seat makes decodes an M/M/1 queue with a line before it", () => {
    const load = 0.6;
    const state = shareDecoding({
      ...{ ...SHARING, tokenRate: load / 0.01, requestRate: load / 0.01, seats: 1, stepSeconds: () => 0.01 },
    });
    expect(state.idleShare).toBeCloseTo(1 - load, 9);
    expect(state.seatSeconds).toBeCloseTo((0.01 * load) / (1 - load), 9);
  });

  test("users who wait send as often as in the simulation, few of them and more than can be served", () => {
    const config = toyConfig();
    const { cost, engine, scheduler, slo } = config;
    for (const users of [3, 30, 300]) {
      const spec: ConversationSpec = {
        population: { kind: "closed", users, rampUpSeconds: 0 },
        thinkTime: { kind: "exponential", meanSeconds: 3 },
        ...{ input: { kind: "uniform", min: 50, max: 500 }, output: { kind: "uniform", min: 20, max: 80 } },
        requests: 4000,
      };
      const { metrics } = simulate(createConversationSource(spec, 1), config);
      const traffic = profileTraffic(createConversationSource(spec, 1));
      const estimated = estimate({
        system: { cost, engine, scheduler, replicas: 1, router: "round-robin" },
        traffic: arrivingAtRandom(traffic),
        ...{ slo, idleWatts: 0, users: { users, thinkSeconds: 3 } },
      });
      expect(Math.abs(estimated.requestsPerSecond / metrics.requestsPerSecond - 1)).toBeLessThan(0.07);
    }
  });
});

describe("the traffic that an estimate is told of", () => {
  test("keeps the mean of what it is cut into slices of", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 200 }),
        fc.array(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { maxLength: 6 }),
        (values, cuts) => {
          const { values: means, weights } = stratify(values, [0, ...cuts.toSorted((a, b) => a - b), 1]);
          const mean = means.reduce((sum, value, i) => sum + value * weights[i]!, 0);
          expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
          expect(mean / (values.reduce((sum, value) => sum + value, 0) / values.length)).toBeCloseTo(1, 9);
          expect([...means]).toEqual([...means].toSorted((a, b) => a - b));
        },
      ),
    );
  });

  const lengths = { input: { kind: "fixed", tokens: 100 }, output: { kind: "fixed", tokens: 10 } } as const;

  test("has one level under Poisson arrivals, whose dispersion is 1, and several under a rate that swings", () => {
    const poisson = profileTraffic(
      createSyntheticSource(
        { arrivals: { kind: "poisson", ratePerSecond: 5 }, ...lengths, requests: 10_000 },
        1,
      ),
    );
    expect(poisson.levels).toEqual([{ factor: 1, share: 1 }]);
    expect(poisson.dispersions.at(-1)!.value).toBeGreaterThan(0.9);
    expect(poisson.dispersions.at(-1)!.value).toBeLessThan(1.1);
    const day = { kind: "diurnal", meanRatePerSecond: 5, amplitude: 0.8, periodSeconds: 1000 } as const;
    const swinging = profileTraffic(
      createSyntheticSource({ arrivals: day, ...lengths, requests: 10_000 }, 1),
    );
    expect(swinging.levels.at(0)!.factor).toBeLessThan(0.4);
    expect(swinging.levels.at(-1)!.factor).toBeGreaterThan(1.6);
    expect(swinging.levels.reduce((sum, { factor, share }) => sum + factor * share, 0)).toBeCloseTo(1, 2);
    const even = { kind: "constant", ratePerSecond: 5 } as const;
    expect(
      profileTraffic(createSyntheticSource({ arrivals: even, ...lengths, requests: 1000 }, 1)).dispersions.at(
        -1,
      )!.value,
    ).toBeLessThan(0.1);
    const bursts = { kind: "gamma", ratePerSecond: 5, burstiness: 0.2 } as const;
    expect(
      profileTraffic(
        createSyntheticSource({ arrivals: bursts, ...lengths, requests: 10_000 }, 1),
      ).dispersions.at(-1)!.value,
    ).toBeGreaterThan(2.5);
  });

  test("leaves out what the system refuses, and says how much that was", () => {
    const source = listSource(
      [10, 20, 5000].map((inputTokens, i) => ({ arrivalSeconds: i, inputTokens, outputTokens: 5 })),
    );
    const profile = profileTraffic(source, 1000);
    expect(profile.refusedShare).toBeCloseTo(1 / 3, 12);
    expect(profile.meanPromptTokens).toBe(15);
  });
});
