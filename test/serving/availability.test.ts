import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AutoscalingConfig, FailureConfig, SimulationConfig } from "../../src/serving/config.ts";
import { STATUS, type SimulationResult } from "../../src/serving/result.ts";
import { Autoscaler } from "../../src/serving/availability/autoscaler.ts";
import { EventQueue } from "../../src/core/event-queue.ts";
import { simulate } from "../../src/serving/simulate.ts";
import { createConversationSource } from "../../src/workload/clients/conversations.ts";
import { drawnConversations, drawnImpatience, drawnRouting } from "../support/drawn-clients.ts";
import { CLASSES, drawnClassedRequests, EVERY_SCHEDULER } from "../support/drawn-policies.ts";
import { drawnSystems } from "../support/drawn-systems.ts";
import { listSource, type ListedRequest } from "../support/list-source.ts";
import { expectSameRun } from "../support/same-run.ts";
import { toyConfig } from "../support/simulation.ts";

const drawnFailures: fc.Arbitrary<FailureConfig> = fc.record({
  requests: fc.constantFrom("requeue" as const, "lose" as const),
  outages: fc.array(
    fc.record({
      replica: fc.nat(2),
      atSeconds: fc.double({ min: 1e-3, max: 2, noNaN: true }),
      downSeconds: fc.constantFrom(0.01, 0.3, 5, Infinity),
    }),
    { maxLength: 3 },
  ),
  random: fc.constantFrom(undefined, { meanUpSeconds: 1.5, meanDownSeconds: 0.2 }),
});

const drawnScaling: fc.Arbitrary<AutoscalingConfig> = fc.record({
  minReplicas: fc.integer({ min: 1, max: 3 }),
  maxReplicas: fc.integer({ min: 3, max: 5 }),
  targetRequests: fc.constantFrom(1, 3, 8),
  intervalSeconds: fc.constantFrom(0.05, 0.3),
  coldStartSeconds: fc.constantFrom(0, 0.4),
  downAfterSeconds: fc.constantFrom(0, 0.3),
});

const both = (run: (mode: SimulationConfig["mode"]) => SimulationResult): SimulationResult => {
  const [fast, plain] = [run("fast-forward"), run("step-by-step")];
  expectSameRun(fast, plain);
  expect(fast.metrics.availability?.outages).toBe(plain.metrics.availability?.outages);
  return fast;
};

const ended = ({ metrics: { counts } }: SimulationResult) =>
  counts.completed + counts.rejected + counts.timedOut + counts.cancelled + counts.failed;

test.each(EVERY_SCHEDULER)(
  "under $name replicas that fail give the same run in both modes, every request once",
  ({ systems }) => {
    const seen = { failed: 0, outages: 0, skipped: 0, completed: 0 };
    fc.assert(
      fc.property(
        drawnClassedRequests,
        systems,
        drawnImpatience,
        drawnFailures,
        fc.boolean(),
        (requests, drawn, impatience, failures, waits) => {
          const base = toyConfig({
            ...drawn,
            config: { ...drawn.config, ...(!waits && impatience), failures, replicas: 3 },
          });
          const result = both((mode) => simulate(listSource(requests, CLASSES), { ...base, mode }));
          expect(ended(result)).toBe(requests.length);
          seen.failed += result.metrics.counts.failed;
          seen.completed += result.metrics.counts.completed;
          seen.outages += result.metrics.availability!.outages;
          seen.skipped += result.effort.stepsSkipped;
        },
      ),
      { numRuns: 150 },
    );
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(50);
  },
);

test("a number of replicas that follows the load gives the same run in both modes, whoever routes", () => {
  const seen = { ordered: 0, dismissed: 0, skipped: 0 };
  fc.assert(
    fc.property(
      drawnConversations,
      drawnRouting,
      drawnSystems,
      drawnScaling,
      (talk, routing, drawn, autoscaling) => {
        const config = toyConfig({
          ...drawn,
          config: { ...drawn.config, ...routing, autoscaling, replicas: 3 },
        });
        const result = both((mode) => simulate(createConversationSource(talk, 3), { ...config, mode }));
        expect(ended(result)).toBe(result.metrics.counts.submitted);
        const { availability } = result.metrics;
        expect(availability!.mostReplicas).toBeLessThanOrEqual(autoscaling.maxReplicas);
        seen.ordered += availability!.ordered;
        seen.dismissed += availability!.dismissed;
        seen.skipped += result.effort.stepsSkipped;
      },
    ),
    { numRuns: 500 },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(100);
});

const flat = { baseSeconds: 0.01, secondsPerToken: 0, secondsPerContextToken: 0, secondsPerLogit: 0 };
const request = (outputTokens: number, arrivalSeconds = 0): ListedRequest => ({
  ...{ arrivalSeconds, inputTokens: 10, outputTokens },
});
const failing = (requests: FailureConfig["requests"], downSeconds: number, atSeconds = 0.205) =>
  ({ requests, outages: [{ replica: 0, atSeconds, downSeconds }] }) satisfies FailureConfig;

describe("a replica that fails", () => {
  const run = (failures: FailureConfig, replicas = 1, requests = [request(50)]) =>
    simulate(listSource(requests), toyConfig({ cost: flat, config: { failures, replicas } }));

  test("loses what it held, and its requests where they are not sent on", () => {
    const { records, metrics } = run(failing("lose", 1));
    expect(records.status[0]).toBe(STATUS.failed);
    expect(metrics.counts.failed).toBe(1);
    expect(metrics.audit.filter(({ passed }) => !passed)).toEqual([]);
  });

  test("and loses its requests leaves it to their clients to try again", () => {
    const requests = [request(10), request(10)];
    const failures: FailureConfig = {
      requests: "lose",
      outages: [{ replica: 0, atSeconds: 0.055, downSeconds: 1 }],
    };
    const retry = { attempts: 2, backoffSeconds: 0.5, factor: 1, jitter: 0 };
    const { records, metrics } = both((mode) =>
      simulate(
        listSource(requests),
        toyConfig({ cost: flat, config: { failures, replicas: 2, clients: { retry }, mode } }),
      ),
    );
    expect(metrics.counts).toMatchObject({ completed: 2, failed: 0 });
    expect(Array.from(records.attempts.subarray(0, 2))).toEqual([2, 1]);
    expect(records.finishSeconds[0]).toBeCloseTo(0.055 + 0.5 + 0.1, 9);
  });

  test("sends its requests to another, where all begins again", () => {
    const { records } = run(failing("requeue", Infinity), 2);
    expect(records.status[0]).toBe(STATUS.completed);
    expect(records.replica[0]).toBe(1);
    expect(records.firstTokenSeconds[0]).toBeCloseTo(0.215, 12);
    expect(records.finishSeconds[0]).toBeCloseTo(0.205 + 0.5, 12);
  });

  test("keeps them waiting until it is repaired when there is no other", () => {
    const { records } = run(failing("requeue", 2));
    expect(records.firstScheduledSeconds[0]).toBeCloseTo(2.205, 12);
  });

  test("for good, alone, leaves its requests failed instead of waiting for ever", () => {
    const { records, metrics } = run(failing("requeue", Infinity), 1, [request(50), request(5, 9)]);
    expect(Array.from(records.status.subarray(0, 2))).toEqual([STATUS.failed, STATUS.failed]);
    expect(metrics.counts.unfinished).toBe(0);
  });

  test("exactly at the end of a request has served it", () => {
    const quarter = toyConfig({
      cost: { ...flat, baseSeconds: 0.25 },
      config: { failures: failing("lose", 1, 1) },
    });
    expect(simulate(listSource([request(4)]), quarter).records.status[0]).toBe(STATUS.completed);
    expect(simulate(listSource([request(5)]), quarter).records.status[0]).toBe(STATUS.failed);
  });

  test("again and again, faster than it serves, ends the run with an error that says so", () => {
    const random = { meanUpSeconds: 0.01, meanDownSeconds: 0.01 };
    expect(() => run({ requests: "requeue", outages: [], random }, 1, [request(5000)])).toThrow(
      /fail faster than they serve/,
    );
  });

  test("is up for the share of the time that its mean times say", () => {
    const random = { meanUpSeconds: 30, meanDownSeconds: 10 };
    const requests = Array.from({ length: 20_000 }, (_, i) => request(1, i));
    const { metrics } = run({ requests: "requeue", outages: [], random }, 4, requests);
    expect(metrics.availability!.replicaSeconds / (4 * metrics.durationSeconds)).toBeCloseTo(0.75, 1.5);
  });
});

describe("autoscaling", () => {
  const autoscaling: AutoscalingConfig = {
    ...{ minReplicas: 1, maxReplicas: 4, targetRequests: 10, intervalSeconds: 1 },
    ...{ coldStartSeconds: 5, downAfterSeconds: 3 },
  };
  const run = (requests: ListedRequest[], changes: Partial<AutoscalingConfig> = {}) =>
    simulate(
      listSource(requests),
      toyConfig({
        ...{ cost: flat, engine: { maxNumSeqs: 10 } },
        config: { router: "least-outstanding", autoscaling: { ...autoscaling, ...changes } },
      }),
    );

  test("orders as many replicas as the load asks for, which serve after their cold start", () => {
    const burst = Array.from({ length: 35 }, () => request(110));
    const late = Array.from({ length: 20 }, () => request(5, 6.5));
    const { records, metrics } = run([...burst, ...late], { downAfterSeconds: 30 });
    expect(metrics.availability).toMatchObject({ ordered: 3, mostReplicas: 4 });
    // Ordered at 1 s, there at 6 s: the burst is served by the first alone.
    expect(new Set(records.replica.subarray(0, 35))).toEqual(new Set([0]));
    expect(new Set(records.replica.subarray(35, 55)).size).toBe(4);
  });

  test("dismisses them when fewer have done for a while, and pays only for those that are there", () => {
    const requests = [...Array.from({ length: 35 }, () => request(110)), request(5, 100)];
    const { metrics } = run(requests);
    expect(metrics.availability!.dismissed).toBe(3);
    // One all the time, three from 1 s until at most 10 s.
    expect(metrics.availability!.replicaSeconds).toBeLessThan(100 + 3 * 9 + 1);
    expect(metrics.availability!.replicaSeconds).toBeGreaterThan(100 + 3 * 4);
  });

  test("dismisses only what was not wanted at any time of the while", () => {
    const scaler = new Autoscaler(autoscaling, 4, new EventQueue());
    const idle = () => true;
    for (const seconds of [1, 2, 3]) scaler.look(seconds, 25, idle);
    scaler.look(4, 5, idle);
    expect([0, 1, 2, 3].filter((replica) => scaler.isOn(replica))).toEqual([0, 1, 2]);
    for (const seconds of [5, 6, 7, 8]) scaler.look(seconds, 5, idle);
    expect([0, 1, 2, 3].filter((replica) => scaler.isOn(replica))).toEqual([0]);
  });

  test("lets a dismissed replica finish what it has", () => {
    const requests = [
      ...Array.from({ length: 35 }, () => request(20)),
      ...Array.from({ length: 40 }, () => request(1000, 6.5)),
    ];
    const { metrics } = run(requests, { downAfterSeconds: 0, targetRequests: 11 });
    expect(metrics.counts.completed).toBe(75);
  });
});

test.each([
  { changes: { failures: failing("lose", 1), autoscaling: {} }, says: /not modelled together/ },
  {
    changes: { failures: { requests: "lose", outages: [{ replica: 7, atSeconds: 0, downSeconds: 1 }] } },
    says: /outage of replica 7\n {2}expected replicas from 0 to 0/,
  },
  {
    changes: { autoscaling: { minReplicas: 2, maxReplicas: 4 } },
    says: /starts with 1 replicas\n {2}expected from 2 to 4/,
  },
])("what cannot be is refused: $says", ({ changes, says }) => {
  const config = toyConfig({ config: changes as Partial<SimulationConfig> });
  expect(() => simulate(listSource([]), config)).toThrow(says);
});
