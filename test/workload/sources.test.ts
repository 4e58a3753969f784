import { describe, expect, test } from "vitest";
import { collectRequests } from "../../src/workload/collect-requests.ts";
import { RequestDraft } from "../../src/workload/request.ts";
import { createSyntheticSource, type SyntheticSpec } from "../../src/workload/synthetic.ts";
import { createTableSource } from "../../src/workload/table-source.ts";
import { read, refusalOf, rowsOf } from "./support.ts";

const SPEC: SyntheticSpec = {
  arrivals: { kind: "poisson", ratePerSecond: 10 },
  input: { kind: "lognormal", median: 500, sigma: 1 },
  output: { kind: "uniform", min: 1, max: 400 },
  requests: 500,
};

describe("a synthetic source", () => {
  test("gives the same requests for the same seed, and others for another", () => {
    const rows = (seed: number) => rowsOf(collectRequests(createSyntheticSource(SPEC, seed)));
    expect(rows(7)).toEqual(rows(7));
    expect(rows(7)).not.toEqual(rows(8));
  });

  test("draws arrivals, input and output lengths independently: changing one leaves the others", () => {
    const base = collectRequests(createSyntheticSource(SPEC, 7));
    const changes = [
      {
        change: { arrivals: { kind: "gamma", ratePerSecond: 3, burstiness: 0.3 } },
        changed: "arrivalSeconds",
      },
      { change: { input: { kind: "zipf", exponent: 1, min: 1, max: 9999 } }, changed: "inputTokens" },
      { change: { output: { kind: "lognormal", median: 5, sigma: 1 } }, changed: "outputTokens" },
    ] as const;
    for (const { change, changed } of changes) {
      const other = collectRequests(createSyntheticSource({ ...SPEC, ...change }, 7));
      for (const column of ["arrivalSeconds", "inputTokens", "outputTokens"] as const) {
        if (column === changed) expect(other[column]).not.toEqual(base[column]);
        else expect(other[column]).toEqual(base[column]);
      }
    }
  });

  test("draws input and output lengths without correlation", () => {
    const lengths = { kind: "uniform", min: 1, max: 1000 } as const;
    const spec = { ...SPEC, input: lengths, output: lengths, requests: 20_000 };
    const { inputTokens, outputTokens } = collectRequests(createSyntheticSource(spec, 1));
    // Uniform on 1…1000: mean 500.5, variance (1000² - 1) / 12. A sample correlation has a standard error of 0.007.
    let covariance = 0;
    inputTokens.forEach((input, row) => (covariance += (input - 500.5) * (outputTokens[row]! - 500.5)));
    expect(Math.abs(covariance / 20_000 / ((1000 ** 2 - 1) / 12))).toBeLessThan(0.03);
  });

  test("ends after its requests, or before its duration, whichever comes first", () => {
    const source = createSyntheticSource(SPEC, 1);
    expect(source.knownCount).toBe(500);
    expect(collectRequests(source).length).toBe(500);
    expect(source.nextArrivalSeconds).toBe(Infinity);

    const timed = createSyntheticSource({ ...SPEC, requests: undefined, durationSeconds: 1000 }, 1);
    expect(timed.knownCount).toBeUndefined();
    let last = 0;
    let count = 0;
    for (const draft = new RequestDraft(); timed.nextArrivalSeconds < Infinity; count++) {
      timed.take(draft);
      last = draft.arrivalSeconds;
    }
    expect(last).toBeLessThan(1000);
    // Poisson count of mean 10,000: 5 standard deviations are 500.
    expect(Math.abs(count - 10_000)).toBeLessThan(500);
    expect(collectRequests(createSyntheticSource({ ...SPEC, durationSeconds: 1000 }, 1)).length).toBe(500);
  });

  test("mixes classes by their weights, and numbers its requests", () => {
    const classes = [
      { name: "chat", weight: 3 },
      { name: "code", weight: 1 },
    ];
    const table = collectRequests(createSyntheticSource({ ...SPEC, requests: 20_000, classes }, 1));
    expect(table.classes).toEqual(["chat", "code"]);
    const code = table.classIndex.reduce((sum, index) => sum + index, 0);
    expect(Math.abs(code / 5000 - 1)).toBeLessThan(0.06);
    expect([...table.sourceRow.subarray(0, 3)]).toEqual([0, 1, 2]);
  });

  test("keeps 300 classes apart, and refuses names that repeat or are too many to tell apart", () => {
    const named = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `c${i}`, weight: 1 }));
    const spec = { ...SPEC, requests: 20_000, classes: named(300) };
    const table = collectRequests(createSyntheticSource(spec, 1));
    expect(new Set(table.classIndex).size).toBe(300);
    const refused = (classes: SyntheticSpec["classes"]) =>
      refusalOf(() => createSyntheticSource({ ...SPEC, classes }, 1)).message;
    expect(refused(named(65_537))).toMatch(/^too many request classes: 65537\n.*65536/);
    expect(refused([...named(2), ...named(1)])).toMatch(/^two request classes are called "c0"/);
  });

  test("streams a million requests without keeping them", () => {
    const source = createSyntheticSource({ ...SPEC, requests: 1_000_000 }, 1);
    const draft = new RequestDraft();
    let count = 0;
    let last = 0;
    for (; source.nextArrivalSeconds < Infinity; count++) {
      source.take(draft);
      if (draft.arrivalSeconds < last || draft.sourceRow !== count) throw new Error("out of order");
      last = draft.arrivalSeconds;
    }
    expect(count).toBe(1_000_000);
    expect(Math.abs(last / 100_000 - 1)).toBeLessThan(0.005);
  });

  test("without an end, or with a bad one, is refused", () => {
    expect(refusalOf(() => createSyntheticSource({ ...SPEC, requests: undefined }, 1)).message).toContain(
      "end",
    );
    expect(() => createSyntheticSource({ ...SPEC, requests: 0 }, 1)).toThrow("requests");
    expect(() => createSyntheticSource({ ...SPEC, durationSeconds: -1 }, 1)).toThrow("durationSeconds");
  });
});

test("a table source replays its table, row by row", () => {
  const { table } = read(
    "arrival_s,input_tokens,output_tokens,class,session_id\n0,1,2,a,5\n1,3,4,b,\n1,5,6,a,5\n",
  );
  const source = createTableSource(table);
  expect(source.knownCount).toBe(3);
  expect(source.classes).toEqual(["a", "b"]);
  const taken: RequestDraft[] = [];
  while (source.nextArrivalSeconds < Infinity) {
    const draft = new RequestDraft();
    const due = source.nextArrivalSeconds;
    source.take(draft);
    expect(draft.arrivalSeconds).toBe(due);
    taken.push(draft);
  }
  expect(taken).toMatchObject([
    { arrivalSeconds: 0, inputTokens: 1, outputTokens: 2, classIndex: 0, sessionId: 5, sourceRow: 0 },
    { arrivalSeconds: 1, inputTokens: 3, outputTokens: 4, classIndex: 1, sessionId: -1, sourceRow: 1 },
    { arrivalSeconds: 1, inputTokens: 5, outputTokens: 6, classIndex: 0, sessionId: 5, sourceRow: 2 },
  ]);
  expect(collectRequests(createTableSource(table))).toEqual(table);
});
