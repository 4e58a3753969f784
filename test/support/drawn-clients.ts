import fc from "fast-check";
import type { SimulationConfig } from "../../src/serving/config.ts";
import { ROUTERS } from "../../src/serving/config.ts";
import type { ConversationSpec } from "../../src/workload/clients/conversations.ts";
import type { DurationSpec } from "../../src/workload/clients/durations.ts";
import type { LengthSpec } from "../../src/workload/lengths/length-sampler.ts";
import { CLASSES } from "./drawn-policies.ts";

const drawnTimes: fc.Arbitrary<DurationSpec> = fc.oneof(
  fc.constantFrom(0, 0, 0.05, 1).map((seconds) => ({ kind: "fixed" as const, seconds })),
  fc.constantFrom(0.02, 0.5).map((meanSeconds) => ({ kind: "exponential" as const, meanSeconds })),
  fc.constantFrom(0.5, 1.5).map((sigma) => ({ kind: "lognormal" as const, medianSeconds: 0.1, sigma })),
);

const drawnLengths: fc.Arbitrary<LengthSpec> = fc.oneof(
  fc.integer({ min: 1, max: 120 }).map((tokens) => ({ kind: "fixed" as const, tokens })),
  fc.integer({ min: 2, max: 150 }).map((max) => ({ kind: "uniform" as const, min: 1, max })),
);

/** Users of every kind: alone or in conversations, thinking or not, a fixed number or coming at a rate. */
export const drawnConversations: fc.Arbitrary<ConversationSpec> = fc
  .record({
    users: fc.integer({ min: 1, max: 12 }),
    closed: fc.boolean(),
    rampUpSeconds: fc.constantFrom(0, 0.3),
    thinkTime: drawnTimes,
    input: drawnLengths,
    output: drawnLengths,
    codeInput: drawnLengths,
    turns: fc.constantFrom(
      undefined,
      { kind: "fixed", tokens: 3 } as const,
      {
        ...{ kind: "uniform", min: 1, max: 6 },
      } as const,
    ),
    maxContextTokens: fc.constantFrom(undefined, 200),
    requests: fc.integer({ min: 1, max: 60 }),
    durationSeconds: fc.constantFrom(undefined, undefined, 0.7),
  })
  .map(({ users, closed, rampUpSeconds, codeInput, ...talk }) => ({
    ...talk,
    population: closed
      ? { kind: "closed", users, rampUpSeconds }
      : { kind: "open", arrivals: { kind: "poisson", ratePerSecond: users } },
    classes: CLASSES.map((name, i) => ({
      ...{ name, weight: i + 1 },
      ...(name === "code" && { input: codeInput }),
    })),
  }));

/** Clients that give up, change their mind and try again, at a door that may be shut. */
export const drawnImpatience: fc.Arbitrary<Partial<SimulationConfig>> = fc.record({
  clients: fc.record({
    ttftTimeoutSeconds: fc.constantFrom(undefined, 0.02, 0.2),
    totalTimeoutSeconds: fc.constantFrom(undefined, 0.3, 1),
    cancellation: fc.option(fc.record({ share: fc.constantFrom(0.3, 1), after: drawnTimes }), {
      nil: undefined,
    }),
    retry: fc.option(
      fc.record({
        attempts: fc.integer({ min: 2, max: 4 }),
        backoffSeconds: fc.constantFrom(0, 0.1),
        factor: fc.constantFrom(1, 2),
        jitter: fc.constantFrom(0, 0.5),
      }),
      { nil: undefined },
    ),
  }),
  admission: fc.record({
    maxWaiting: fc.constantFrom(undefined, undefined, 0, 3),
    tokenBucket: fc.constantFrom(
      undefined,
      undefined,
      { unit: "requests", ratePerSecond: 20, burst: 2 } as const,
      { unit: "prompt-tokens", ratePerSecond: 500, burst: 200 } as const,
    ),
  }),
});

/** Every way to spread requests over replicas, with fresh and with old information. */
export const drawnRouting: fc.Arbitrary<Partial<SimulationConfig>> = fc
  .record({
    router: fc.constantFrom(...ROUTERS),
    routerDelaySeconds: fc.constantFrom(0, 0, 0.05),
    replicas: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer({ min: 0, max: 5 }),
  })
  .map((drawn) => ({ ...drawn, ...(drawn.router === "central" && { routerDelaySeconds: 0 }) }));
