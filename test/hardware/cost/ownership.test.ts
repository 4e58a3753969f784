import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findDevice } from "../../../src/hardware/catalog.ts";
import { defaultCostAssumptions } from "../../../src/hardware/cost/cost-assumptions.ts";
import { dollarsPerMillionTokens, totalCostOfOwnership } from "../../../src/hardware/cost/ownership.ts";

const DEFAULTS = defaultCostAssumptions(findDevice("h100"));
const HOURS = 8760;
/** A bare device: no server around it, no losses, no interest. */
const BARE = {
  ...DEFAULTS,
  ...{ hostDollars: 0, hostWatts: 0, serverUpkeepShare: 0, interestRate: 0, supplyEfficiency: 1 },
  ...{ powerUsageEffectiveness: 1.2, dollarsPerKilowattHour: 0.07, lifeYears: 4 },
};
const H100 = { priceDollars: 28_000, peakWatts: 700, meanWatts: 700 };

describe("total cost of ownership", () => {
  test("an H100 of 28,000 dollars over four years is 0.80 an hour, and 0.06 of energy at 7 cents and PUE 1.2", () => {
    const cost = totalCostOfOwnership(H100, BARE);
    expect(cost.capitalDollarsPerYear / HOURS).toBeCloseTo(0.8, 2);
    expect(cost.energyDollarsPerYear / HOURS).toBeCloseTo(0.06, 2);
    expect(cost.interestDollarsPerYear).toBe(0);
  });

  test("all in, it stays below what the hour is rented at by the cheapest, 1.99 dollars", () => {
    // Rental of 1.99 to 2.50 dollars: mercatus-ai.com, May 2026.
    const { dollarsPerHour } = totalCostOfOwnership(H100, DEFAULTS);
    expect(dollarsPerHour).toBeGreaterThan(1);
    expect(dollarsPerHour).toBeLessThan(1.99);
  });

  test("interest is what a monthly annuity of 8 % takes beyond the loan", () => {
    const cost = totalCostOfOwnership(H100, { ...BARE, interestRate: 0.08 });
    // 28,000 dollars in 48 payments of 683.56.
    expect(cost.interestDollarsPerYear).toBeCloseTo(12 * 683.56 - 7_000, 0);
  });

  test("the facility is paid for the peak, energy for the mean", () => {
    const idle = totalCostOfOwnership({ ...H100, meanWatts: 0 }, BARE);
    expect(idle.energyDollarsPerYear).toBe(0);
    // 10 dollars a watt over 12 years and 4 cents a watt and month.
    expect(idle.facilityDollarsPerYear).toBeCloseTo(700 * (10 / 12 + 0.48), 9);
  });

  test("the parts add up, and nothing that costs more makes it cheaper", () => {
    const dollars = fc.double({ min: 0, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(dollars, dollars, dollars, (priceDollars, peakWatts, meanWatts) => {
        const device = { priceDollars, peakWatts, meanWatts };
        const cost = totalCostOfOwnership(device, DEFAULTS);
        const parts =
          cost.capitalDollarsPerYear +
          cost.interestDollarsPerYear +
          cost.energyDollarsPerYear +
          cost.facilityDollarsPerYear;
        expect(cost.dollarsPerYear).toBeCloseTo(parts, 6);
        expect(cost.dollarsPerHour * HOURS).toBeCloseTo(parts, 6);
        for (const key of ["priceDollars", "peakWatts", "meanWatts"] as const) {
          const dearer = totalCostOfOwnership({ ...device, [key]: device[key] + 1 }, DEFAULTS);
          expect(dearer.dollarsPerYear).toBeGreaterThan(cost.dollarsPerYear);
        }
      }),
    );
  });
});

describe("dollars per million tokens", () => {
  test("3.60 dollars an hour at 1,000 tokens a second is one dollar", () => {
    expect(dollarsPerMillionTokens(3.6, 1000)).toBeCloseTo(1, 12);
  });

  test("is unknown where no tokens come", () => {
    expect(dollarsPerMillionTokens(3.6, 0)).toBeNull();
  });
});
