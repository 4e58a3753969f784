import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grossDies, harvestedYield, negativeBinomialYield } from "../../../src/hardware/cost/die-yield.ts";

/** Dollars of a good die, or of any die without a defect density. */
const dieDollars = (mm2: number, waferDollars: number, defects = 0, alpha = 3) =>
  waferDollars / (grossDies(mm2, 0) * negativeBinomialYield(mm2, defects, alpha));

const die = fc
  .record({
    coreMm2: fc.double({ min: 0.5, max: 10, noNaN: true }),
    cores: fc.integer({ min: 1, max: 60 }),
    restMm2: fc.double({ min: 0, max: 400, noNaN: true }),
  })
  .map(({ coreMm2, cores, restMm2 }) => ({ coreMm2, cores, dieMm2: cores * coreMm2 + restMm2 }));
const defectsPerCm2 = fc.double({ min: 0.01, max: 0.5, noNaN: true });
const alpha = fc.constantFrom(1, 2, 3, 10);

describe("dies of a wafer", () => {
  // LLMCompass, ISCA 2024, table IV: 80, 151 and 142 dollars, by ttm-cas's formula and wafer of $9,346, without yield.
  test.each([
    [478, 80],
    [826, 151],
    [787, 142],
  ])("one of %d mm² in 7 nm costs %d dollars before yield", (mm2, dollars) => {
    expect(Math.abs(dieDollars(mm2, 9_346) / dollars - 1)).toBeLessThan(0.01);
  });

  // The same wafer with the defect densities and clustering of ttm-cas (0.15, 3) and of reallm (0.10, 10).
  test.each([
    [300, 72, 64],
    [478, 151, 127],
    [517, 173, 144],
    [600, 227, 185],
    [787, 383, 302],
    [826, 423, 331],
  ])(
    "a good one of %d mm² costs %d dollars by one set of constants and %d by the other",
    (mm2, ttm, reallm) => {
      expect(Math.abs(dieDollars(mm2, 9_346, 0.15, 3) - ttm)).toBeLessThan(1);
      expect(Math.abs(dieDollars(mm2, 9_346, 0.1, 10) - reallm)).toBeLessThan(1);
    },
  );

  test("an edge and a saw street cost dies", () => {
    fc.assert(
      fc.property(fc.double({ min: 20, max: 1000, noNaN: true }), (mm2) => {
        expect(grossDies(mm2, 0)).toBeLessThan((Math.PI * 150 ** 2) / mm2);
        expect(grossDies(mm2, 0.1)).toBeLessThan(grossDies(mm2, 0));
      }),
    );
  });
});

describe("yield", () => {
  test("falls with area and defects, and less where defects cluster", () => {
    fc.assert(
      fc.property(fc.double({ min: 10, max: 900, noNaN: true }), defectsPerCm2, (mm2, defects) => {
        const good = negativeBinomialYield(mm2, defects, 3);
        expect(good).toBeGreaterThan(0);
        expect(good).toBeLessThan(1);
        expect(negativeBinomialYield(2 * mm2, defects, 3)).toBeLessThan(good);
        expect(negativeBinomialYield(mm2, defects, 2)).toBeGreaterThan(good);
        // Without clustering it is Poisson's.
        expect(negativeBinomialYield(mm2, defects, 1e9)).toBeCloseTo(Math.exp((-mm2 * defects) / 100), 6);
      }),
    );
  });

  test("with spare cores it is the probability that inclusion and exclusion give", () => {
    fc.assert(
      fc.property(die, defectsPerCm2, alpha, (drawn, defects, clustering) => {
        const rest = drawn.dieMm2 - drawn.cores * drawn.coreMm2;
        const good = (cores: number) =>
          negativeBinomialYield(rest + cores * drawn.coreMm2, defects, clustering);
        // All good, or any one of them bad and the others good.
        const atMostOne = good(drawn.cores) + drawn.cores * (good(drawn.cores - 1) - good(drawn.cores));
        const harvested = (spareCores: number) =>
          harvestedYield({ ...drawn, spareCores }, defects, clustering);
        expect(harvested(0)).toBe(good(drawn.cores));
        expect(harvested(1)).toBeCloseTo(atMostOne, 4);
        // Where any core may be bad, only the rest must be good.
        expect(harvested(drawn.cores)).toBeCloseTo(good(0), 4);
      }),
    );
  });

  test("never falls with another spare core", () => {
    fc.assert(
      fc.property(die, defectsPerCm2, alpha, fc.nat(20), (drawn, defects, clustering, spareCores) => {
        const harvested = (spares: number) =>
          harvestedYield({ ...drawn, spareCores: spares }, defects, clustering);
        expect(harvested(spareCores + 1)).toBeGreaterThanOrEqual(harvested(spareCores) - 1e-6);
      }),
    );
  });
});
