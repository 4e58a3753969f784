import { expect, test } from "vitest";
import { randomStream } from "../../src/core/random.ts";
import { simulate } from "../../src/serving/simulate.ts";
import { createConversationSource } from "../../src/workload/clients/conversations.ts";
import { meanDurationSeconds } from "../../src/workload/clients/durations.ts";
import { listSource } from "../support/list-source.ts";
import { meanWithin } from "../support/replications.ts";
import { toyConfig } from "../support/simulation.ts";

const REPLICATIONS = 30;
/** Seconds of a step, whatever it holds. */
const STEP = 0.01;
const flat = { baseSeconds: STEP, secondsPerToken: 0, secondsPerContextToken: 0, secondsPerLogit: 0 };

/** Mean wait of M/M/k: the Erlang C formula over the spare capacity. */
function erlangWait(servers: number, load: number, meanServiceSeconds: number): number {
  let term = 1;
  let sum = 1;
  for (let i = 1; i < servers; i++) {
    term *= load / i;
    sum += term;
  }
  const last = ((term * load) / servers) * (servers / (servers - load));
  return ((last / (sum + last)) * meanServiceSeconds) / (servers - load);
}

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
