import { describe, expect, test } from "vitest";
import {
  atRateFactor,
  reseeded,
  sectionsOf,
  withPromptFactor,
  withUsers,
} from "../../../src/analysis/experiment/supplies.ts";
import { InputError } from "../../../src/core/errors.ts";
import { openSource, type RequestSupply } from "../../../src/scenario/request-supply.ts";
import type { ArrivalSpec } from "../../../src/workload/arrivals/arrival-process.ts";
import { RequestDraft } from "../../../src/workload/request.ts";
import type { SyntheticSpec } from "../../../src/workload/synthetic.ts";
import { RequestTableBuilder } from "../../../src/workload/request-table.ts";

interface Row {
  readonly seconds: number;
  readonly input: number;
  readonly output: number;
}

function rowsOf(supply: RequestSupply): Row[] {
  const source = openSource(supply);
  const draft = new RequestDraft();
  const rows: Row[] = [];
  while (source.nextArrivalSeconds < Infinity) {
    source.take(draft);
    rows.push({ seconds: draft.arrivalSeconds, input: draft.inputTokens, output: draft.outputTokens });
    if (draft.clientId >= 0)
      source.requestEnded?.({ clientId: draft.clientId, seconds: draft.arrivalSeconds, completed: true });
  }
  return rows;
}

function tableSupply(requests: number): RequestSupply {
  const builder = new RequestTableBuilder({ ticksPerSecond: 1000 });
  for (let i = 0; i < requests; i++)
    builder.add(i * i, 10 + i, 5 + i, i, builder.classIndexOf("default")!, -1);
  return { kind: "table", table: builder.build() };
}

function synthetic(
  arrivals: ArrivalSpec,
  end: { requests?: number; durationSeconds?: number },
): RequestSupply {
  const spec: SyntheticSpec = {
    arrivals,
    input: { kind: "uniform", min: 10, max: 500 },
    output: { kind: "fixed", tokens: 20 },
    ...end,
  };
  return { kind: "synthetic", spec, seed: 7 };
}

const ARRIVALS: readonly ArrivalSpec[] = [
  { kind: "poisson", ratePerSecond: 3 },
  { kind: "constant", ratePerSecond: 3 },
  { kind: "gamma", ratePerSecond: 3, burstiness: 0.3 },
  { kind: "weibull", ratePerSecond: 3, cv: 2 },
  { kind: "on-off", onRatePerSecond: 9, offRatePerSecond: 1, meanOnSeconds: 20, meanOffSeconds: 40 },
  { kind: "diurnal", meanRatePerSecond: 3, amplitude: 0.5, periodSeconds: 200, phaseSeconds: 30 },
];

describe("the same requests at another rate", () => {
  test.each([
    ["a trace", tableSupply(60)],
    ...ARRIVALS.map(
      (arrivals) => [`${arrivals.kind} arrivals`, synthetic(arrivals, { requests: 200 })] as const,
    ),
    ["a duration", synthetic({ kind: "poisson", ratePerSecond: 3 }, { durationSeconds: 50 })],
  ] as const)("are the same requests, so many times as fast: %s", (_, supply) => {
    const before = rowsOf(supply);
    const after = rowsOf(atRateFactor(supply, 2.5));
    expect(after.length).toBe(before.length);
    expect(after.map(({ input, output }) => [input, output])).toEqual(
      before.map(({ input, output }) => [input, output]),
    );
    after.forEach(({ seconds }, i) => {
      expect(seconds * 2.5).toBeCloseTo(before[i]!.seconds, 6);
    });
  });

  test("do not exist for users who send when they are answered", () => {
    const users = withUsers(tableSupply(60), 5, { kind: "fixed", seconds: 1 });
    expect(() => atRateFactor(users, 2)).toThrow(InputError);
  });
});

test("sections of a trace hold every request once, each section from its own start", () => {
  const supply = tableSupply(500);
  const sections = sectionsOf(supply, 5).map(rowsOf);
  expect(sections.map((rows) => rows.length)).toEqual([100, 100, 100, 100, 100]);
  expect(sections.map((rows) => rows[0]!.seconds)).toEqual([0, 0, 0, 0, 0]);
  expect(sections.flat().map(({ input }) => input)).toEqual(rowsOf(supply).map(({ input }) => input));
  expect(sectionsOf(tableSupply(100), 5)).toEqual([]);
});

test("another seed draws other requests, and leaves a trace as it is", () => {
  const drawn = synthetic({ kind: "poisson", ratePerSecond: 3 }, { requests: 50 });
  expect(rowsOf(reseeded(drawn, 8))).not.toEqual(rowsOf(drawn));
  expect(reseeded(tableSupply(10), 8)).toEqual(tableSupply(10));
});

test("prompts grow by their factor and answers stay", () => {
  const doubled = rowsOf(withPromptFactor(tableSupply(20), 2));
  expect(doubled.map(({ input }) => input)).toEqual(rowsOf(tableSupply(20)).map(({ input }) => 2 * input));
  expect(doubled.map(({ output }) => output)).toEqual(rowsOf(tableSupply(20)).map(({ output }) => output));
});

test("users need a think time from somewhere, and take their lengths from the trace", () => {
  expect(() => withUsers(tableSupply(60), 5, undefined)).toThrow(/how long users think/);
  const users = withUsers(tableSupply(60), 5, { kind: "exponential", meanSeconds: 2 });
  const rows = rowsOf(users);
  expect(rows.length).toBe(60);
  expect(rows.every(({ input }) => input >= 10 && input < 70)).toBe(true);
});
