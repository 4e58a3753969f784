import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { economicsOf } from "../../../src/analysis/worth/economics.ts";
import {
  dynamicJoulesPerToken,
  figuresFor,
  leadingDevice,
} from "../../../src/analysis/worth/serving-device.ts";
import { worthBandsOf, type WorthFigures, type WorthName } from "../../../src/analysis/worth/worth-bands.ts";
import { defaultsOf, sensitivities } from "../../../src/hardware/band.ts";
import { findDevice } from "../../../src/hardware/catalog.ts";
import { deviceCost } from "../../../src/hardware/cost/device-cost.ts";
import { ADOR_RECALLED } from "../../../src/hardware/presets/ador.ts";
import { ENERGY_BANDS } from "../../../src/hardware/power-constants.ts";
import { bought, made, NOTHING_STATED, rate } from "./serving.ts";

const bands = worthBandsOf(leadingDevice(made()), NOTHING_STATED);
const usual: WorthFigures = defaultsOf(bands);
const dollars = (serving: ReturnType<typeof made>, changed: Partial<WorthFigures> = {}) =>
  economicsOf(serving, { ...usual, ...changed }).dollarsPerMillionTokens!;

test("a GPU that serves beside designs keeps the spare cores of GPUs", () => {
  const [gpu, design] = [findDevice("a100-80gb"), ADOR_RECALLED];
  const beside = {
    ...made(),
    parts: [design, gpu].map((device) => ({ device, marketDollars: undefined, share: 0.5 })),
  };
  expect(usual.spareCoreShare).toBe(0);
  const figures = figuresFor(gpu, beside, usual);
  expect(deviceCost(gpu, figures).goodsDollars).toBeCloseTo(deviceCost(gpu).goodsDollars, 6);
});

describe("the cost of serving", () => {
  test.each<[WorthName, number, number]>([
    ["dollarsPerKilowattHour", 0.01, 1],
    ["powerUsageEffectiveness", 1, 2],
    ["hostDollars", 0, 20_000],
    ["facilityDollarsPerWatt", 0, 40],
    ["grossMargin", 0, 0.9],
    ["designDollars", 0, 1e9],
    ["hbmDollarsPerGibibyte", 1, 50],
    ["interestRate", 1e-6, 0.5],
    ["dramEnergyFactor", 0.5, 3],
  ])("rises with %s", (name, low, high) => {
    const value = fc.double({ min: low, max: high, noNaN: true });
    fc.assert(
      fc.property(value, value, rate, (a, b, requests) => {
        fc.pre(Math.abs(a - b) > 1e-6 * (high - low));
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const serving = made(requests);
        expect(dollars(serving, { [name]: less })).toBeLessThan(dollars(serving, { [name]: more }));
      }),
    );
  });

  test.each<[WorthName, number, number]>([
    ["utilisation", 0.05, 1],
    ["volumeDevices", 100, 1e6],
    ["supplyEfficiency", 0.5, 1],
  ])("falls with %s", (name, low, high) => {
    expect(dollars(made(), { [name]: high })).toBeLessThan(dollars(made(), { [name]: low }));
  });

  test("of a token is the cost of a year over the tokens that are sold in it", () => {
    fc.assert(
      fc.property(rate, fc.double({ min: 1, max: 2000, noNaN: true }), (requests, tokensPerRequest) => {
        const found = economicsOf({ ...made(requests), tokensPerRequest }, usual);
        const { yearly, nreDollarsPerYear, tokensPerYear } = found;
        expect(tokensPerYear / (requests * tokensPerRequest * usual.utilisation * 365 * 86_400)).toBeCloseTo(
          1,
          12,
        );
        const year = yearly.dollarsPerYear + nreDollarsPerYear / usual.volumeDevices;
        expect((found.dollarsPerMillionTokens! * tokensPerYear) / 1e6 / year).toBeCloseTo(1, 12);
        expect(
          found.dollarsPerMillionRequests! / found.dollarsPerMillionTokens! / tokensPerRequest,
        ).toBeCloseTo(1, 12);
      }),
    );
  });

  // $28,000 and $5,000 of host over 4 years with 5 % upkeep are $0.99 an hour; 700 W and 150 W of host at $0.067 and a PUE
  // of 1.2 with supplies of 0.95² at most $0.076.
  test("of an H100 for an hour is near the published prices of renting one for long", () => {
    const { yearly } = economicsOf(bought(), usual);
    expect(yearly.capitalDollarsPerYear / 8760).toBeCloseTo(0.99, 2);
    expect(yearly.energyDollarsPerYear / 8760).toBeLessThan(0.076);
    // Long tail of rental, $1.99 to $2.50 (mercatus-ai.com), pays a margin as well.
    expect(yearly.dollarsPerHour).toBeGreaterThan(1);
    expect(yearly.dollarsPerHour).toBeLessThan(1.99);
  });

  test("of a device that is sold does not depend on what a design costs, nor on its volume", () => {
    const changed = { designDollars: 1e9, volumeDevices: 10, grossMargin: 0.9, waferDollars: 1e5 };
    expect(dollars(bought(), changed)).toBe(dollars(bought()));
  });

  test("is unknown where nothing is served within the SLO", () => {
    expect(economicsOf(made(0), usual)).toMatchObject({
      dollarsPerMillionTokens: null,
      dollarsPerMillionRequests: null,
    });
  });

  test("with each input at an end of its band is what a tornado shows", () => {
    for (const { constant, atLow, atHigh } of sensitivities(bands, (at) => dollars(made(), at))) {
      expect(atLow).toBe(dollars(made(), { [constant]: bands[constant].low }));
      expect(atHigh).toBe(dollars(made(), { [constant]: bands[constant].high }));
    }
  });

  test("follows what a scenario states, a price for the device of its name alone", () => {
    const stated = {
      bands: { dollarsPerKilowattHour: { low: 0.1, default: 0.2, high: 0.3 } },
      prices: { h100: { low: 10_000, default: 20_000, high: 40_000 } },
    };
    expect(worthBandsOf(leadingDevice(made()), stated)).toEqual({
      ...bands,
      dollarsPerKilowattHour: stated.bands.dollarsPerKilowattHour,
    });
    expect(worthBandsOf(leadingDevice(bought()), stated).knownPriceFactor).toEqual({
      low: 0.5,
      default: 1,
      high: 2,
    });
  });
});

describe("energy above idle with other constants", () => {
  test("is the known energy with the usual ones, rises with each, and not with those of idle units", () => {
    const serving = made();
    expect(dynamicJoulesPerToken(serving, usual)).toBe(serving.dynamicJoulesPerToken);
    for (const name of Object.keys(ENERGY_BANDS) as (keyof typeof ENERGY_BANDS)[]) {
      const joules = (factor: number) =>
        dynamicJoulesPerToken(serving, { ...usual, [name]: factor * usual[name] });
      // Links are idle, and what waits is no energy above idle.
      if (name === "linkJoulesPerByte" || name === "idleWattsPerMm2") {
        expect(joules(2)).toBe(joules(1));
      } else expect(joules(2)).toBeGreaterThan(joules(1));
    }
  });

  test("of a GPU stays: it follows from its published power", () => {
    const changed = { ...usual, arrayMacJoules: 1, dramEnergyFactor: 3 };
    expect(dynamicJoulesPerToken(bought(), changed)).toBe(bought().dynamicJoulesPerToken);
  });
});
