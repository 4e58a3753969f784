import { expect, test } from "vitest";
import { measureOf } from "../../src/node/progress-bar.ts";
import type { RequestSupply } from "../../src/scenario/request-supply.ts";

const replay = { finishedRequests: 7, simulatedSeconds: 12.5 };
const synthetic = (end: { requests: number } | { durationSeconds: number }): RequestSupply => ({
  kind: "synthetic",
  seed: 1,
  spec: {
    arrivals: { kind: "poisson", ratePerSecond: 2 },
    input: { kind: "fixed", tokens: 10 },
    output: { kind: "fixed", tokens: 10 },
    ...end,
  },
});

test("progress counts requests where their number is known", () => {
  const { total, unit, done } = measureOf(synthetic({ requests: 40 }), replay);
  expect([total, unit, done()]).toEqual([40, "requests", 7]);
});

test("progress follows simulated time where only the duration is known, and stays within it", () => {
  const { total, unit, done } = measureOf(synthetic({ durationSeconds: 60 }), replay);
  expect([total, unit, done()]).toEqual([60, "simulated seconds", 12]);
  expect(measureOf(synthetic({ durationSeconds: 60 }), { ...replay, simulatedSeconds: 90 }).done()).toBe(60);
});
