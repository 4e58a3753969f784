import { describe, expect, test } from "vitest";
import { REJECT_REASONS, STATUS } from "../../src/serving/result.ts";
import { simulate } from "../../src/serving/simulate.ts";
import { createConversationSource, type ConversationSpec } from "../../src/workload/clients/conversations.ts";
import { listSource } from "../support/list-source.ts";
import { toyConfig } from "../support/simulation.ts";

/** 10 ms a step whatever it holds, so that every time can be told by counting steps. */
const flat = { baseSeconds: 0.01 - 1e-6, secondsPerToken: 0, secondsPerContextToken: 0, secondsPerLogit: 0 };
const step = 0.01 - 1e-6;

const fixed = (tokens: number) => ({ kind: "fixed", tokens }) as const;

function closedLoop(changes: Partial<ConversationSpec> & { readonly users: number }): ConversationSpec {
  const { users, ...rest } = changes;
  return {
    population: { kind: "closed", users, rampUpSeconds: 0 },
    thinkTime: { kind: "fixed", seconds: 0 },
    ...{ input: fixed(10), output: fixed(10), requests: 200 },
    ...rest,
  };
}

describe("a closed loop", () => {
  test("never has more requests open than users, and keeps them all busy without think time", () => {
    const config = toyConfig({ cost: flat, config: { timelineSeconds: 0.013 } });
    const { timeline, metrics } = simulate(createConversationSource(closedLoop({ users: 7 }), 1), config);
    const open = timeline!.running.map((running, i) => running + timeline!.waiting[i]!);
    expect(Math.max(...open)).toBe(7);
    expect(Math.min(...open.slice(0, -10))).toBe(7);
    expect(metrics.counts).toMatchObject({ submitted: 200, completed: 200 });
  });

  test("sends each request a think time after the answer to the last", () => {
    const spec = closedLoop({ users: 1, thinkTime: { kind: "fixed", seconds: 0.5 }, requests: 4 });
    const { records } = simulate(createConversationSource(spec, 1), toyConfig({ cost: flat }));
    for (let row = 1; row < 4; row++) {
      expect(records.arrivalSeconds[row]! - records.finishSeconds[row - 1]!).toBeCloseTo(0.5, 12);
    }
    expect(records.finishSeconds[3]).toBeCloseTo(4 * 10 * step + 3 * 0.5, 9);
  });

  test("starts its users evenly over the ramp, and ends with its duration", () => {
    const spec = closedLoop({
      ...{ users: 4, requests: undefined, durationSeconds: 2.05 },
      population: { kind: "closed", users: 4, rampUpSeconds: 2 },
      thinkTime: { kind: "fixed", seconds: 100 },
    });
    const { records } = simulate(createConversationSource(spec, 1), toyConfig({ cost: flat }));
    expect([...records.arrivalSeconds.subarray(0, records.length)]).toEqual([0, 0.5, 1, 1.5]);
  });

  test("whose users are always refused at once ends as an error, not never", () => {
    const spec = closedLoop({ users: 2, input: fixed(9000), requests: undefined, durationSeconds: 1 });
    expect(() => simulate(createConversationSource(spec, 1), toyConfig())).toThrow(/send for ever/);
  });
});

describe("a conversation", () => {
  test("puts all before it into the prompt of each turn", () => {
    const spec = closedLoop({ users: 1, turns: fixed(3), requests: 7, input: fixed(10), output: fixed(5) });
    const { records } = simulate(createConversationSource(spec, 1), toyConfig());
    expect([...records.inputTokens.subarray(0, 7)]).toEqual([10, 25, 40, 10, 25, 40, 10]);
    expect([...records.sessionId.subarray(0, 7)]).toEqual([0, 0, 0, 1, 1, 1, 2]);
  });

  test("ends before a prompt would be longer than max_context", () => {
    const spec = closedLoop({ users: 1, turns: fixed(9), requests: 5, maxContextTokens: 39 });
    const { records } = simulate(createConversationSource(spec, 1), toyConfig());
    expect([...records.inputTokens.subarray(0, 5)]).toEqual([10, 30, 10, 30, 10]);
  });

  test("that begins at a rate of its own does not wait for others", () => {
    const spec = {
      ...closedLoop({ users: 1, turns: fixed(2), requests: 400 }),
      population: { kind: "open", arrivals: { kind: "constant", ratePerSecond: 10 } },
    } as const;
    const { records } = simulate(createConversationSource(spec, 1), toyConfig());
    const begun = new Map<number, number>();
    for (let row = 0; row < records.length; row++) {
      const session = records.sessionId[row]!;
      if (!begun.has(session)) begun.set(session, records.arrivalSeconds[row]!);
    }
    for (const [session, seconds] of begun) expect(seconds).toBeCloseTo((session + 1) / 10, 12);
  });

  test("keeps its class, whose lengths are its own", () => {
    const spec = closedLoop({
      ...{ users: 3, turns: fixed(4), requests: 300 },
      classes: [
        { name: "chat", weight: 1 },
        { name: "code", weight: 1, input: fixed(77), output: fixed(3) },
      ],
    });
    const { records } = simulate(createConversationSource(spec, 1), toyConfig());
    const classOf = new Map<number, number>();
    for (let row = 0; row < records.length; row++) {
      const session = records.sessionId[row]!;
      if (!classOf.has(session)) {
        classOf.set(session, records.classIndex[row]!);
        expect(records.inputTokens[row]).toBe(records.classIndex[row] === 1 ? 77 : 10);
      }
      expect(records.classIndex[row]).toBe(classOf.get(session));
      expect(records.outputTokens[row]).toBe(records.classIndex[row] === 1 ? 3 : 10);
    }
    expect(new Set(classOf.values()).size).toBe(2);
  });
});

const single = (inputTokens: number, outputTokens: number, arrivalSeconds = 0) => ({
  ...{ arrivalSeconds, inputTokens, outputTokens },
});

describe("a client that gives up", () => {
  test("without a first token in time leaves the queue, and its place to the next", () => {
    const config = toyConfig({
      ...{ cost: flat, engine: { maxNumSeqs: 1 } },
      config: { clients: { ttftTimeoutSeconds: 0.15 } },
    });
    const { records, metrics } = simulate(
      listSource([single(5, 30), single(5, 5), single(5, 5, 0.2)]),
      config,
    );
    expect([...records.status.subarray(0, 3)]).toEqual([STATUS.completed, STATUS.timedOut, STATUS.completed]);
    expect(records.firstScheduledSeconds[2]).toBeCloseTo(30 * step, 9);
    expect(metrics.counts).toMatchObject({ completed: 2, timedOut: 1 });
    expect(metrics.audit.filter(({ passed }) => !passed)).toEqual([]);
  });

  test("in the middle of its answer frees its blocks at the end of the step", () => {
    // 20 blocks of 10 tokens: the second request cannot start while the first holds 11 of them.
    const config = toyConfig({
      ...{ cost: flat, engine: { blockSize: 10, kvBlocks: 20 } },
      config: { clients: { cancellation: { share: 1, after: { kind: "fixed", seconds: 0.0555 } } } },
    });
    const { records } = simulate(listSource([single(101, 50), single(101, 2, 0.02)]), config);
    expect(records.status[0]).toBe(STATUS.cancelled);
    expect(records.firstScheduledSeconds[1]).toBeCloseTo(6 * step, 9);
  });

  test("with the last token at that very instant has made it", () => {
    const config = (totalTimeoutSeconds: number) =>
      toyConfig({ cost: { ...flat, baseSeconds: 0.25 }, config: { clients: { totalTimeoutSeconds } } });
    const status = (seconds: number) =>
      simulate(listSource([single(5, 4)]), config(seconds)).records.status[0];
    expect(status(1)).toBe(STATUS.completed);
    expect(status(0.999)).toBe(STATUS.timedOut);
  });

  test("tries again after pauses that grow, its times counted from the first attempt", () => {
    const config = toyConfig({
      ...{ cost: flat, engine: { maxNumSeqs: 1 } },
      config: {
        clients: {
          ttftTimeoutSeconds: 0.1,
          retry: { attempts: 3, backoffSeconds: 0.1, factor: 2, jitter: 0 },
        },
      },
    });
    // Gives up at 0.1, 0.3 and 0.6 s; the long request runs until 0.45 s in the one case and 0.65 s in the other.
    const run = (steps: number) => simulate(listSource([single(5, steps), single(5, 5, 0)]), config).records;
    const served = run(45);
    expect(served.status[1]).toBe(STATUS.completed);
    expect(served.attempts[1]).toBe(3);
    expect(served.firstScheduledSeconds[1]).toBeCloseTo(0.5, 9);
    expect(served.arrivalSeconds[1]).toBe(0);
    const lost = run(65);
    expect(lost.status[1]).toBe(STATUS.timedOut);
    expect(lost.attempts[1]).toBe(3);
  });
});

describe("admission control", () => {
  test("refuses what comes to a full queue", () => {
    const config = toyConfig({ engine: { maxNumSeqs: 1 }, config: { admission: { maxWaiting: 2 } } });
    const requests = [single(5, 50), ...[1, 2, 3, 4].map((i) => single(5, 5, i * 0.01))];
    const { records } = simulate(listSource(requests), config);
    const reasons = Array.from(records.rejectReason.subarray(0, 5), (code) => REJECT_REASONS[code]);
    expect(reasons).toEqual(["", "", "", "queue-full", "queue-full"]);
  });

  test("lets in what the bucket holds, and no more than its rate in the long run", () => {
    const tokenBucket = { unit: "requests", ratePerSecond: 10, burst: 5 } as const;
    const config = toyConfig({ config: { admission: { tokenBucket } } });
    const requests = Array.from({ length: 1000 }, (_, i) => single(5, 2, i * 0.01));
    const { records, metrics } = simulate(listSource(requests), config);
    expect(Array.from(records.status.subarray(0, 6))).toEqual([
      ...Array.from({ length: 5 }, () => STATUS.completed),
      STATUS.rejected,
    ]);
    expect(metrics.counts.completed).toBe(5 + Math.floor(9.99 * 10));
  });

  test("counts prompt tokens where the bucket does", () => {
    const tokenBucket = { unit: "prompt-tokens", ratePerSecond: 100, burst: 100 } as const;
    const config = toyConfig({ config: { admission: { tokenBucket } } });
    const { records } = simulate(
      listSource([single(60, 2), single(60, 2), single(30, 2), single(60, 2, 0.6)]),
      config,
    );
    expect(Array.from(records.status.subarray(0, 4))).toEqual([
      ...[STATUS.completed, STATUS.rejected, STATUS.completed, STATUS.completed],
    ]);
  });
});

test("each class is judged by its own targets, and cancelled requests by none", () => {
  const config = toyConfig({
    cost: flat,
    config: {
      slo: { request: { e2eSeconds: 0.055 }, byClass: { code: { e2eSeconds: 1 }, free: {} }, run: [] },
    },
  });
  const requests = [single(5, 5), single(5, 9), { ...single(5, 9), classIndex: 1 }];
  const { metrics } = simulate(listSource(requests, ["chat", "code"]), config);
  expect(metrics.slo.byClass["chat"]).toMatchObject({ requests: 2, attainment: 0.5 });
  expect(metrics.slo.byClass["code"]).toMatchObject({ requests: 1, attainment: 1 });
  expect(metrics.slo.attainment).toBe(2 / 3);
  const impatient = { cancellation: { share: 1, after: { kind: "fixed", seconds: 0.01 } } } as const;
  const cancelled = simulate(listSource(requests, ["chat", "code"]), { ...config, clients: impatient });
  expect(cancelled.metrics.counts.cancelled).toBe(3);
  expect(cancelled.metrics.slo.attainment).toBeNull();
});
