import { expect, test } from "vitest";
import { randomStream } from "../../../src/core/random.ts";
import { simulate } from "../../../src/serving/simulate.ts";
import { createConversationSource } from "../../../src/workload/clients/conversations.ts";
import { meanDurationSeconds } from "../../../src/workload/clients/durations.ts";
import { erlangWait } from "../../support/erlang.ts";
import { listSource } from "../../support/list-source.ts";
import { meanWithin } from "../../support/replications.ts";
import { toyConfig } from "../../support/simulation.ts";

const REPLICATIONS = 30;
/** Seconds of a step, whatever it holds. */
const STEP = 0.01;
const flat = { baseSeconds: STEP, secondsPerToken: 0, secondsPerContextToken: 0, secondsPerLogit: 0 };

/** Exponential service in whole steps, so fine that the steps do not show. */
function replicate(seed: number, replicas: number, router: "central" | "random", utilization: number) {
  const meanTokens = 80;
  const lengths = randomStream(seed, "lengths");
  const gaps = randomStream(seed, "gaps");
  const rate = (utilization * replicas) / (meanTokens * STEP);
  let arrivalSeconds = 0;
  const requests = Array.from({ length: 5000 }, () => {
    arrivalSeconds -= Math.log(gaps()) / rate;
    // Rounding up adds half a step to the mean.
    return {
      arrivalSeconds,
      inputTokens: 1,
      outputTokens: Math.ceil(-Math.log(lengths()) * (meanTokens - 0.5)),
    };
  });
  const config = toyConfig({ engine: { maxNumSeqs: 1 }, cost: flat, config: { replicas, router, seed } });
  const { records } = simulate(listSource(requests), config);
  const warmup = 1000;
  let wait = 0;
  for (let row = warmup; row < records.length; row++) {
    wait += records.firstScheduledSeconds[row]! - records.arrivalSeconds[row]!;
  }
  return wait / (records.length - warmup);
}

test.each([
  { replicas: 2, utilization: 0.7 },
  { replicas: 4, utilization: 0.8 },
])("one queue before $replicas replicas of one slot waits as M/M/k does", ({ replicas, utilization }) => {
  const waits = Array.from({ length: REPLICATIONS }, (_, seed) =>
    replicate(seed, replicas, "central", utilization),
  );
  const service = 80 * STEP;
  meanWithin(waits, erlangWait(replicas, replicas * utilization, service), 0.12);
});

test("random routing splits Poisson arrivals into independent single-server queues", () => {
  const waits = Array.from({ length: REPLICATIONS }, (_, seed) => replicate(seed, 3, "random", 0.6));
  const service = 80 * STEP;
  meanWithin(waits, (0.6 / (1 - 0.6)) * service, 0.12);
});

// Source: Denning and Buzen, "The operational analysis of queueing network models", ACM CSUR 10(3), 1978.
test.each([
  { users: 1, thinkTime: { kind: "fixed", seconds: 2 }, tolerance: 0.003 },
  { users: 20, thinkTime: { kind: "fixed", seconds: 2 }, tolerance: 0.003 },
  { users: 60, thinkTime: { kind: "fixed", seconds: 2 }, tolerance: 0.003 },
  { users: 5, thinkTime: { kind: "exponential", meanSeconds: 2 }, tolerance: 0.03 },
  { users: 60, thinkTime: { kind: "exponential", meanSeconds: 2 }, tolerance: 0.03 },
  { users: 60, thinkTime: { kind: "lognormal", medianSeconds: 2, sigma: 0.5 }, tolerance: 0.03 },
] as const)(
  "$users users with $thinkTime.kind think times keep X = N / (R + Z), the interactive response time law",
  ({ users, thinkTime, tolerance }) => {
    const [fromSeconds, durationSeconds] = [100, 3000];
    const source = createConversationSource(
      {
        ...{ population: { kind: "closed", users, rampUpSeconds: 2 }, thinkTime, durationSeconds },
        ...{ input: { kind: "uniform", min: 1, max: 80 }, output: { kind: "uniform", min: 1, max: 80 } },
      },
      users,
    );
    const { records } = simulate(source, toyConfig({ engine: { maxNumSeqs: 16 } }));
    let count = 0;
    let response = 0;
    for (let row = 0; row < records.length; row++) {
      const finish = records.finishSeconds[row]!;
      if (finish < fromSeconds || finish >= durationSeconds) continue;
      count++;
      response += finish - records.arrivalSeconds[row]!;
    }
    const throughput = count / (durationSeconds - fromSeconds);
    const law = users / (response / count + meanDurationSeconds(thinkTime));
    expect(Math.abs(throughput / law - 1)).toBeLessThan(tolerance);
  },
);

test("with more users than can be served throughput is the bottleneck's, in closed form", () => {
  // 16 slots, each holding a request for one prefill step and 49 decode steps of 10 ms: 16 / 0.5 s.
  const source = createConversationSource(
    {
      population: { kind: "closed", users: 200, rampUpSeconds: 0 },
      thinkTime: { kind: "exponential", meanSeconds: 1 },
      ...{ input: { kind: "fixed", tokens: 8 }, output: { kind: "fixed", tokens: 50 } },
      durationSeconds: 300,
    },
    1,
  );
  const config = toyConfig({
    engine: { maxNumSeqs: 16 },
    cost: flat,
    config: { window: { fromSeconds: 0, untilSeconds: 300 } },
  });
  const { records } = simulate(source, config);
  const finished = records.finishSeconds
    .subarray(0, records.length)
    .filter((at) => at >= 10 && at < 300).length;
  expect(finished / 290).toBeCloseTo(16 / 0.5, 0);
  expect(Math.abs(finished / 290 / 32 - 1)).toBeLessThan(0.01);
});

// Source: Muntz and Wong, "Asymptotic properties of closed queueing network models", Princeton Conference on Information
// Sciences and Systems, 1974; as in Denning and Buzen.
test("the throughput of a closed network keeps below both of its asymptotes, and on them at either end", () => {
  const [slots, service, think] = [8, 50 * STEP, 2];
  const throughput = (users: number) => {
    const source = createConversationSource(
      {
        population: { kind: "closed", users, rampUpSeconds: 1 },
        thinkTime: { kind: "exponential", meanSeconds: think },
        ...{ input: { kind: "fixed", tokens: 8 }, output: { kind: "fixed", tokens: 50 } },
        durationSeconds: 2000,
      },
      users,
    );
    const { records } = simulate(source, toyConfig({ engine: { maxNumSeqs: slots }, cost: flat }));
    const finishes = records.finishSeconds.subarray(0, records.length);
    return finishes.filter((at) => at >= 50 && at < 2000).length / 1950;
  };
  for (const users of [1, 4, 10, 20, 30, 40, 60, 200]) {
    const [latencyBound, capacityBound] = [users / (think + service), slots / service];
    const bound = Math.min(latencyBound, capacityBound);
    const measured = throughput(users);
    expect(measured / bound, `${users} users`).toBeLessThan(1.03);
    // Half a step passes on average before a request can join, and the knee is round: 40 users would just fill the slots.
    expect(measured / bound, `${users} users`).toBeGreaterThan(users === 30 || users === 40 ? 0.85 : 0.96);
  }
});
