import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { confirmationsOf } from "../../src/search/confirmation.ts";
import type { Evaluation } from "../../src/search/evaluation/evaluator.ts";
import { RESULT_NAMES, type Results } from "../../src/search/evaluation/results.ts";
import type { Objectives } from "../../src/search/objectives.ts";

const OBJECTIVES: Objectives = {
  combine: "pareto",
  list: [
    { result: "goodput_at_slo_rps", direction: "maximise", weight: 1 },
    { result: "area_mm2", direction: "minimise", weight: 1 },
    { result: "ttft_p99_s", direction: "minimise", weight: 1 },
  ],
};

/** An evaluation of a die of 400 mm² with the given goodput in each section; TTFT falls as goodput grows. */
function served(goodputs: readonly number[]): Evaluation {
  const none = Object.fromEntries(RESULT_NAMES.map((name) => [name, null])) as Record<string, number | null>;
  const resultsAt = (goodput: number): Results =>
    ({
      ...none,
      ...{ goodput_at_slo_rps: goodput, goodput_per_mm2: goodput / 400, area_mm2: 400 },
      ttft_p99_s: 1 / (1 + goodput),
    }) as Results;
  const mean = goodputs.reduce((sum, value) => sum + value, 0) / goodputs.length;
  return { kind: "done", results: resultsAt(mean), sections: goodputs.map(resultsAt) };
}

const goodputs = fc.array(fc.double({ min: 0.5, max: 20, noNaN: true }), { minLength: 5, maxLength: 10 });
const confirmed = (own: readonly number[], device: readonly number[], result = "goodput_at_slo_rps") =>
  confirmationsOf(OBJECTIVES, served(own), "other", served(device)).find((of) => of.result === result);

describe("a recommended design against a known device", () => {
  test("takes out what makes a section hard for both: a lead that is the same in every section is sure", () => {
    fc.assert(
      fc.property(goodputs, fc.double({ min: 0.1, max: 5, noNaN: true }), (device, lead) => {
        fc.pre(new Set(device).size > 1);
        const own = device.map((value) => value + lead);
        const { interval, better, sections } = confirmed(own, device)!;
        expect(interval.estimate).toBeCloseTo(lead, 9);
        expect(interval.high - interval.low).toBeLessThan(1e-9 * (1 + lead) * 100);
        expect([better, sections]).toEqual([device.length, device.length]);
      }),
    );
  });

  test("has the opposite difference the other way round, and as wide an interval", () => {
    fc.assert(
      fc.property(goodputs, (device) => {
        const own = device.map((value, i) => value * (i % 2 === 0 ? 1.3 : 0.9));
        const [there, back] = [confirmed(own, device)!, confirmed(device, own)!];
        expect(there.difference).toBeCloseTo(-back.difference, 12);
        expect(there.interval.low).toBeCloseTo(-back.interval.high, 12);
        expect(there.better + back.better).toBe(device.length);
      }),
    );
  });

  test("is not sure of a lead that some sections take back: Student's interval on 1, -1, 1, -1, 3", () => {
    const { interval, better } = confirmed([6, 4, 6, 4, 8], [5, 5, 5, 5, 5])!;
    // Mean 0.6, standard deviation √2.8, t(0.975, 4) = 2.7764.
    expect(interval.estimate).toBeCloseTo(0.6, 12);
    expect(interval.high - interval.estimate).toBeCloseTo((2.7764451 * Math.sqrt(2.8)) / Math.sqrt(5), 6);
    expect(interval.low).toBeLessThan(0);
    expect(better).toBe(3);
  });

  test("counts less as better where less is better", () => {
    const { interval, better } = confirmed([6, 7, 8, 9, 10], [5, 5, 5, 5, 5], "ttft_p99_s")!;
    expect(interval.high).toBeLessThan(0);
    expect(better).toBe(5);
  });

  test("says nothing of results that no request changes, of refusals, and without sections", () => {
    const [own, device] = [served([6, 7, 8, 9, 10]), served([5, 6, 5, 6, 5])];
    const names = confirmationsOf(OBJECTIVES, own, "other", device).map(({ result }) => result);
    expect(names).toEqual(["goodput_at_slo_rps", "ttft_p99_s", "goodput_per_mm2"]);
    const refused: Evaluation = { kind: "refused", constraint: "area", problem: "beyond area" };
    expect(confirmationsOf(OBJECTIVES, own, "other", refused)).toEqual([]);
    if (device.kind === "refused") throw new Error("the device serves");
    const { sections: _sections, ...without } = device;
    expect(confirmationsOf(OBJECTIVES, own, "other", without)).toEqual([]);
  });
});
