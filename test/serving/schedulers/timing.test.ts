import { expect, test } from "vitest";
import type { SchedulerConfig } from "../../../src/serving/scheduler-config.ts";
import { simulate } from "../../../src/serving/simulate.ts";
import { CLASSES } from "../../support/drawn-policies.ts";
import { listSource, type ListedRequest } from "../../support/list-source.ts";
import { expectSameRun } from "../../support/same-run.ts";
import { toyConfig, type SimulationOverrides } from "../../support/simulation.ts";

/** 10 ms a step whatever it holds, so that every time can be told by counting steps. */
const FLAT = { baseSeconds: 0.01, secondsPerToken: 0, secondsPerLogit: 0, secondsPerContextToken: 0 };
const SLO = {
  request: {},
  byClass: Object.fromEntries(CLASSES.map((name, i) => [name, { ttftSeconds: 10 ** (i - 1) }])),
  run: [],
};

const request = (
  arrivalSeconds: number,
  inputTokens: number,
  outputTokens: number,
  classIndex = 0,
): ListedRequest => ({ arrivalSeconds, inputTokens, outputTokens, classIndex });

/** The run in both modes, which must agree. */
function runOf(
  scheduler: SchedulerConfig,
  engine: NonNullable<SimulationOverrides["engine"]>,
  requests: readonly ListedRequest[],
) {
  const config = toyConfig({ engine, cost: FLAT, config: { scheduler, slo: SLO } });
  const fast = simulate(listSource(requests, CLASSES), { ...config, mode: "fast-forward" });
  expectSameRun(fast, simulate(listSource(requests, CLASSES), { ...config, mode: "step-by-step" }));
  return fast;
}

test.each<SchedulerConfig>([
  { policy: "sjf", predictionError: 0, agingTokensPerSecond: 1 },
  { policy: "priority", priorities: { chat: 0, code: 0, batch: 1 } },
  { policy: "edf" },
])("$policy admits at once who comes to the head of a queue that memory blocks", (scheduler) => {
  const { records } = runOf(scheduler, { blockSize: 10, kvBlocks: 20 }, [
    request(0, 50, 100, 1),
    // 18 blocks are not free; two are.
    request(0.055, 180, 15, 2),
    request(0.105, 20, 5, 0),
  ]);
  expect(records.firstScheduledSeconds[2]).toBeCloseTo(0.11, 9);
  expect(records.firstScheduledSeconds[1]).toBeGreaterThan(0.9);
});

test("fair shares change their mind in the middle of a jump, when a client has got more than another that waits", () => {
  const { records, effort } = runOf(
    { policy: "fair", promptWeight: 1, outputWeight: 2 },
    { blockSize: 10, kvBlocks: 20 },
    [
      // Client 1 gets 100 + 2 tokens and is done at 10 ms; client 0 has 50 and gets 2 with every step.
      request(0, 50, 100, 0),
      request(0, 100, 1, 1),
      // Client 0 is next in line until it has got more than 102, which is so after 27 tokens, but its request does not fit.
      request(0, 180, 10, 0),
      request(0.105, 20, 5, 1),
    ],
  );
  expect(records.firstScheduledSeconds[3]).toBeCloseTo(0.27, 9);
  expect(effort.stepsByReason["policy_asked_again"]).toBeGreaterThan(0);
});

test("priority tries again after a step in which the running took the blocks that the head needed", () => {
  // The head needs six blocks of ten: six are free at 110 ms, but the running request takes one of them.
  const { records } = runOf(
    { policy: "priority", priorities: { chat: 0, batch: 1 } },
    { blockSize: 10, kvBlocks: 10 },
    [request(0, 30, 60, 2), request(0.105, 60, 10, 0)],
  );
  expect(records.firstScheduledSeconds[1]).toBeCloseTo(0.12, 9);
  expect(Array.from(records.preemptions.subarray(0, 2))).toEqual([1, 0]);
});

test("a request that is preempted after a pause has stalled since its last token, not since the pause", () => {
  const { records } = runOf(
    { policy: "vllm-v0" },
    { blockSize: 10, kvBlocks: 9, maxModelLen: 100, enableChunkedPrefill: false },
    // The third prompt holds both up from 20 to 30 ms; then the next token of both takes two blocks, and one is free.
    [request(0, 39, 30), request(0, 39, 20), request(0.015, 5, 1)],
  );
  expect(Array.from(records.preemptions.subarray(0, 3))).toEqual([0, 1, 0]);
  // The first is done at 310 ms, and a step later the second has its third token.
  expect(records.finishSeconds[0]).toBeCloseTo(0.31, 9);
  expect(records.maxTbtSeconds[1]).toBeCloseTo(0.32 - 0.02, 9);
  expect(records.maxTbtSeconds[0]).toBeCloseTo(0.02, 9);
});
