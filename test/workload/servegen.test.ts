import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { collectRequests } from "../../src/workload/collect-requests.ts";
import { describeTrace } from "../../src/workload/describe.ts";
import type { RequestTable } from "../../src/workload/request.ts";
import { parseServegenClient, type ServegenClient } from "../../src/workload/servegen/client-files.ts";
import { createServegenSource } from "../../src/workload/servegen/servegen-source.ts";
import { needsShared, sharedPath } from "../support/needs.ts";
import { moments, refusalOf } from "./support.ts";

const DATASET = JSON.stringify({
  "0": { input_tokens: "{18: 0.25, 19: 0.75}", output_tokens: "{1: 1.0}" },
  "1200": { input_tokens: "{}", output_tokens: "{}" },
  "1800": { input_tokens: { 500: 1 }, output_tokens: "{7: 0.5, 9: 0.5}" },
});
const TRACE = "0,10,1,Gamma,1,0.1\n600,0,0,,0,0\n1200,40,2,Weibull,0.5,0.02\n1800,20,2,Gamma,0.25,0.2\n";

const client = (traceText = TRACE, datasetText = DATASET): ServegenClient =>
  parseServegenClient({ name: "c", traceFile: "c.csv", traceText, datasetFile: "c.json", datasetText });

function inWindow(table: RequestTable, start: number, end: number): number[] {
  return [...table.arrivalSeconds.keys()].filter((row) => {
    const arrival = table.arrivalSeconds[row]!;
    return arrival >= start && arrival < end;
  });
}

describe("arrivals drawn from a ServeGen client", () => {
  const table = collectRequests(createServegenSource([client()], {}, 1));

  test("follow the rate of each window, silence included", () => {
    expect(client().endSeconds).toBe(2400);
    for (const { start, rate, cv } of [
      { start: 0, rate: 10, cv: 1 },
      { start: 600, rate: 0, cv: 1 },
      { start: 1200, rate: 40, cv: Math.sqrt(5) },
      { start: 1800, rate: 20, cv: 2 },
    ]) {
      const count = inWindow(table, start, start + 600).length;
      // The count of a renewal process varies by CV · sqrt(n).
      expect(Math.abs(count - 600 * rate)).toBeLessThanOrEqual(4 * cv * Math.sqrt(600 * rate));
    }
  });

  test("have the burstiness of the fitted shape", () => {
    const rows = inWindow(table, 1200, 1800);
    const gaps = rows.slice(1).map((row) => table.arrivalSeconds[row]! - table.arrivalSeconds[row - 1]!);
    // A Weibull shape of 0.5 has CV² = Γ(5) / Γ(3)² - 1 = 5.
    expect(Math.abs(moments(gaps).cv / Math.sqrt(5) - 1)).toBeLessThan(0.08);
  });

  test("take their lengths from the table of their time, or the last one that is not empty", () => {
    const lengths = (start: number, end: number) =>
      new Set(
        inWindow(table, start, end).map((row) => `${table.inputTokens[row]!}/${table.outputTokens[row]!}`),
      );
    expect(lengths(0, 600)).toEqual(new Set(["18/1", "19/1"]));
    expect(lengths(1200, 1799)).toEqual(new Set(["18/1", "19/1"]));
    expect(lengths(1801, 2400)).toEqual(new Set(["500/7", "500/9"]));
  });

  test("can be started later, cut and thinned, with the same seed the same", () => {
    const options = { startSeconds: 1500, durationSeconds: 600, rateFactor: 0.5 };
    const part = collectRequests(createServegenSource([client()], options, 3));
    expect(Math.abs(part.length - 0.5 * (300 * 40 + 300 * 20))).toBeLessThan(900);
    expect(part.arrivalSeconds.at(-1)).toBeLessThan(600);
    expect(collectRequests(createServegenSource([client()], options, 3))).toEqual(part);
  });

  test("of several clients are merged in order, a class each, independent of one another", () => {
    const other = { ...client(), name: "d" };
    const both = collectRequests(createServegenSource([client(), other], {}, 1));
    expect(both.classes).toEqual(["c", "d"]);
    const ofFirst = both.arrivalSeconds.filter((_, row) => both.classIndex[row] === 0);
    expect(ofFirst.length).toBe(table.length);
    expect(both.arrivalSeconds).toEqual(both.arrivalSeconds.slice().sort());
  });
});

test("clients beyond 256 keep their own class; too many, or two of one name, are refused", () => {
  const one = client("0,0.1,1,Gamma,1,10\n", DATASET);
  const named = (count: number) => Array.from({ length: count }, (_, i) => ({ ...one, name: `c${i}` }));
  const table = collectRequests(createServegenSource(named(300), {}, 1));
  expect(new Set(table.classIndex).size).toBe(300);
  const refused = (clients: ServegenClient[]) =>
    refusalOf(() => createServegenSource(clients, {}, 1)).message;
  expect(refused(named(65_537))).toMatch(/^too many request classes: 65537\n.*65536/);
  expect(refused([one, one])).toMatch(/^two request classes are called "c"/);
});

test.each([
  { trace: "", message: "c.csv: the file is empty" },
  { trace: "0,10,1,Gamma,1,0.1\nfoo\n", message: 'c.csv:2: not a line of a ServeGen trace: "foo"' },
  { trace: "0,10,1,Pareto,1,0.1\n", message: "c.csv:1: not a line of a ServeGen trace:" },
  { trace: "0,-10,1,Gamma,1,0.1\n", message: "c.csv:1: invalid rate in" },
  { trace: "0,10,1,,0,0\n", message: "c.csv:1: no gap distribution in" },
  { trace: "600,10,1,Gamma,1,0.1\n0,10,1,Gamma,1,0.1\n", message: "c.csv:2: windows do not rise at" },
])("a trace file is refused with its line: $message", ({ trace, message }) => {
  expect(refusalOf(() => client(trace)).message).toContain(message);
});

test.each([
  { dataset: "[", message: "c.json: not a JSON object" },
  { dataset: "{}", message: "c.json: the file has no length tables" },
  {
    dataset: '{"0": {"input_tokens": "{1: x}", "output_tokens": "{1: 1}"}}',
    message: "c.json: 0.input_tokens: invalid",
  },
  { dataset: '{"0": {"input_tokens": "{1: 1}"}}', message: "c.json: 0.output_tokens: invalid" },
  {
    dataset: '{"0": {"input_tokens": "{0: 1}", "output_tokens": "{1: 1}"}}',
    message: "c.json: 0.input_tokens: out of",
  },
  {
    dataset: '{"0": {"input_tokens": "{1: -1}", "output_tokens": "{1: 1}"}}',
    message: "0.input_tokens: out of",
  },
])("a dataset file is refused with its key: $message", ({ dataset, message }) => {
  expect(refusalOf(() => client(TRACE, dataset)).message).toContain(message);
});

describe("real ServeGen clients", () => {
  const testOn = needsShared("traces-real/servegen");
  for (const chunk of [14, 17, 27]) {
    testOn(`client ${chunk} keeps its stated rate and lengths over an hour`, () => {
      const text = (name: string) =>
        readFileSync(sharedPath(`traces-real/servegen/language-m-small/chunk-${chunk}-${name}`), "utf8");
      const real = client(text("trace.csv"), text("dataset.json"));
      expect(real.rates.length).toBe(2016);
      expect(real.endSeconds).toBe(14 * 86_400);
      const startSeconds = 2 * 86_400 + 12 * 3600;
      const windows = real.rates.filter(
        (w) => w.startSeconds >= startSeconds && w.startSeconds < startSeconds + 3600,
      );
      const expected = windows.reduce((sum, window) => sum + window.ratePerSecond * 600, 0);
      const table = collectRequests(createServegenSource([real], { startSeconds, durationSeconds: 3600 }, 1));
      expect(Math.abs(table.length / expected - 1)).toBeLessThan(0.05);
      const { input } = real.lengths.findLast((window) => window.startSeconds <= startSeconds)!;
      const total = input.weights!.reduce((sum, weight) => sum + weight, 0);
      const mean = input.values.reduce((sum, value, i) => sum + value * input.weights![i]!, 0) / total;
      expect(Math.abs(describeTrace(table).inputTokens.mean! / mean - 1)).toBeLessThan(0.05);
    });
  }
});
