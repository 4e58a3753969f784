import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/core/random.ts";
import { createArrivalProcess, type ArrivalSpec } from "../../src/workload/arrivals/arrival-process.ts";
import { gammaFunction, weibullShapeOfCv } from "../../src/workload/arrivals/weibull-moments.ts";
import { moments, refusalOf } from "./support.ts";

function draw(spec: ArrivalSpec, count: number, seed = 1): number[] {
  return Array.from({ length: count }, createArrivalProcess(spec, randomStream(seed, "arrivals")));
}

function gapsOf(arrivals: readonly number[]): number[] {
  return arrivals.map((arrival, i) => arrival - (arrivals[i - 1] ?? 0));
}

const anyArrivals: fc.Arbitrary<ArrivalSpec> = fc.oneof(
  fc.record({ kind: fc.constantFrom("poisson" as const, "constant" as const), ratePerSecond: fc.double({ min: 0.01, max: 1e4, noNaN: true }) }),
  fc.record({ kind: fc.constant("gamma" as const), ratePerSecond: fc.double({ min: 0.01, max: 1e4, noNaN: true }), burstiness: fc.double({ min: 0.05, max: 50, noNaN: true }) }),
  fc.record({ kind: fc.constant("weibull" as const), ratePerSecond: fc.double({ min: 0.01, max: 1e4, noNaN: true }), cv: fc.double({ min: 0.05, max: 20, noNaN: true }) }),
  fc.record({ kind: fc.constant("on-off" as const), onRatePerSecond: fc.double({ min: 0.1, max: 100, noNaN: true }), offRatePerSecond: fc.double({ min: 0, max: 10, noNaN: true }), meanOnSeconds: fc.double({ min: 0.5, max: 100, noNaN: true }), meanOffSeconds: fc.double({ min: 0.5, max: 100, noNaN: true }) }),
  fc.record({ kind: fc.constant("diurnal" as const), meanRatePerSecond: fc.double({ min: 0.1, max: 100, noNaN: true }), amplitude: fc.double({ min: 0, max: 1, noNaN: true }), periodSeconds: fc.double({ min: 1, max: 1e5, noNaN: true }) }),
); // prettier-ignore

test("arrivals never go back, and equal seeds give equal arrivals", () => {
  fc.assert(
    fc.property(anyArrivals, fc.integer(), (spec, seed) => {
      const arrivals = draw(spec, 50, seed);
      arrivals.forEach((arrival, i) => {
        expect(arrival).toBeGreaterThanOrEqual(arrivals[i - 1] ?? 0);
      });
      expect(draw(spec, 50, seed)).toEqual(arrivals);
    }),
  );
});

// 200,000 gaps: the mean is within 4 standard errors of 4 · CV / sqrt(200,000), i.e. about 1 % for a CV of 1.
describe("renewal processes have the rate and the CV that they are asked for", () => {
  test.each([
    { spec: { kind: "poisson", ratePerSecond: 5 }, cv: 1 },
    { spec: { kind: "gamma", ratePerSecond: 5, burstiness: 1 }, cv: 1 },
    { spec: { kind: "gamma", ratePerSecond: 0.2, burstiness: 0.25 }, cv: 2 },
    { spec: { kind: "gamma", ratePerSecond: 50, burstiness: 4 }, cv: 0.5 },
    { spec: { kind: "weibull", ratePerSecond: 5, cv: 1 }, cv: 1 },
    { spec: { kind: "weibull", ratePerSecond: 5, cv: 2 }, cv: 2 },
    { spec: { kind: "weibull", ratePerSecond: 5, cv: 0.4 }, cv: 0.4 },
    { spec: { kind: "constant", ratePerSecond: 8 }, cv: 0 },
  ] as const)("$spec", ({ spec, cv }) => {
    const found = moments(gapsOf(draw(spec, 200_000)));
    const meanGap = 1 / spec.ratePerSecond;
    expect(Math.abs(found.mean / meanGap - 1)).toBeLessThan(0.001 + (4 * cv) / Math.sqrt(200_000));
    expect(Math.abs(found.cv - cv)).toBeLessThan(0.001 + 0.03 * cv);
  });
});

test("the gamma function and the Weibull shape are right where both are known", () => {
  expect(gammaFunction(5)).toBeCloseTo(24, 10);
  expect(gammaFunction(1.5)).toBeCloseTo(Math.sqrt(Math.PI) / 2, 12);
  expect(weibullShapeOfCv(1)).toBeCloseTo(1, 10); // exponential
  expect(weibullShapeOfCv(Math.sqrt(5))).toBeCloseTo(0.5, 10); // Γ(5) / Γ(3)² - 1 = 5
});

describe("on-off arrivals", () => {
  const spec = {
    kind: "on-off",
    onRatePerSecond: 20,
    offRatePerSecond: 0,
    meanOnSeconds: 1,
    meanOffSeconds: 3,
  } as const;

  test("have the mean rate of both states by their time, and are burstier than Poisson", () => {
    const arrivals = draw(spec, 200_000);
    expect(arrivals.length / arrivals.at(-1)!).toBeGreaterThan(5 * 0.95);
    expect(arrivals.length / arrivals.at(-1)!).toBeLessThan(5 * 1.05);
    // An interrupted Poisson process is a renewal process of hyper-exponential gaps (Kuczura, BSTJ 52(3), 1973):
    // CV² = 1 + 2 λ s_on / (s_on + s_off)² with λ the on-rate and s the switching rates out of each state.
    const [leaveOn, leaveOff] = [1 / spec.meanOnSeconds, 1 / spec.meanOffSeconds];
    const squaredCv = 1 + (2 * spec.onRatePerSecond * leaveOn) / (leaveOn + leaveOff) ** 2;
    expect(Math.abs(moments(gapsOf(arrivals)).cv / Math.sqrt(squaredCv) - 1)).toBeLessThan(0.04);
  });

  test("start in their long-run mix: the first second is like any other", () => {
    let arrivals = 0;
    const seeds = 4000;
    for (let seed = 0; seed < seeds; seed++) {
      const next = createArrivalProcess(spec, randomStream(seed, "arrivals"));
      while (next() < 1) arrivals++;
    }
    // Counts in a second have a standard deviation below 10: five standard errors are 0.8.
    expect(Math.abs(arrivals / seeds - 5)).toBeLessThan(0.8);
  });

  test("are a Poisson process when both rates are equal", () => {
    const found = moments(gapsOf(draw({ ...spec, offRatePerSecond: 20 }, 200_000)));
    expect(Math.abs(found.mean * 20 - 1)).toBeLessThan(0.01);
    expect(Math.abs(found.cv - 1)).toBeLessThan(0.02);
  });
});

test("diurnal arrivals swing around their mean as the sine says", () => {
  const spec = { kind: "diurnal", meanRatePerSecond: 10, amplitude: 0.8, periodSeconds: 1000 } as const;
  const arrivals = draw(spec, 200_000);
  const perQuarter = [0, 0, 0, 0];
  for (const arrival of arrivals) perQuarter[Math.floor((arrival % 1000) / 250)]! += 1;
  // Mean of 1 + 0.8 sin over the first quarter: 1 + 0.8 · 2/π.
  const swing = (0.8 * 2) / Math.PI;
  [1 + swing, 1 + swing, 1 - swing, 1 - swing].forEach((expected, quarter) => {
    expect(Math.abs(perQuarter[quarter]! / (arrivals.length / 4) / expected - 1)).toBeLessThan(0.03);
  });
  // A quarter of a period later, the first quarter is what the second one was.
  const shifted = draw({ ...spec, phaseSeconds: 500 }, 200_000);
  const inFirstHalf = shifted.filter((arrival) => arrival % 1000 < 500).length / shifted.length;
  expect(Math.abs(inFirstHalf / ((1 - swing) / 2) - 1)).toBeLessThan(0.03);
});

test.each([
  { spec: { kind: "poisson", ratePerSecond: 0 }, key: "arrivals.ratePerSecond" },
  { spec: { kind: "poisson", ratePerSecond: NaN }, key: "arrivals.ratePerSecond" },
  { spec: { kind: "gamma", ratePerSecond: 1, burstiness: -1 }, key: "arrivals.burstiness" },
  { spec: { kind: "weibull", ratePerSecond: 1, cv: 0 }, key: "arrivals.cv" },
  { spec: { kind: "weibull", ratePerSecond: 1, cv: 1e9 }, key: "arrivals.cv" },
  { spec: { kind: "diurnal", meanRatePerSecond: 1, amplitude: 1.1, periodSeconds: 1 }, key: "arrivals.amplitude" },
  { spec: { kind: "on-off", onRatePerSecond: 1, offRatePerSecond: -1, meanOnSeconds: 1, meanOffSeconds: 1 }, key: "arrivals.offRatePerSecond" },
] as { spec: ArrivalSpec; key: string }[])("$spec is refused at $key", ({ spec, key }) => {
  expect(refusalOf(() => draw(spec, 1)).problems[0]!.key).toBe(key);
}); // prettier-ignore
