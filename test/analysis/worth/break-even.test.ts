import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { breakEvenOf } from "../../../src/analysis/worth/break-even.ts";
import { economicsOf } from "../../../src/analysis/worth/economics.ts";
import { leadingDevice } from "../../../src/analysis/worth/serving-device.ts";
import { worthBandsOf, type WorthFigures } from "../../../src/analysis/worth/worth-bands.ts";
import { defaultsOf } from "../../../src/hardware/band.ts";
import { bought, made, NOTHING_STATED, rate } from "./serving.ts";

const usual: WorthFigures = defaultsOf(worthBandsOf(leadingDevice(made()), NOTHING_STATED));

const money = fc.record({
  lifeYears: fc.double({ min: 1, max: 8, noNaN: true }),
  interestRate: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 0.3, noNaN: true })),
  designDollars: fc.double({ min: 1e6, max: 5e8, noNaN: true }),
  utilisation: fc.double({ min: 0.1, max: 1, noNaN: true }),
  volumeDevices: fc.double({ min: 100, max: 1e6, noNaN: true }),
});

describe("making a design against buying a device", () => {
  test("breaks even where both fleets cost the same in a year", () => {
    fc.assert(
      fc.property(money, rate, rate, (changed, own, other) => {
        const figures = { ...usual, ...changed };
        const [design, gpu] = [made(own), bought(other)];
        const found = breakEvenOf(design, gpu, figures)!;
        expect(found.replacedDevices).toBe(own / other);
        const fleet = (volume: number) => {
          const { yearly, nreDollarsPerYear } = economicsOf(design, figures);
          return volume * yearly.dollarsPerYear + nreDollarsPerYear;
        };
        const gpuYear = economicsOf(gpu, figures).yearly.dollarsPerYear;
        const gpuFleet = (volume: number) => ((volume * own) / other) * gpuYear;
        const volume = found.volumeDevices;
        if (volume === null) {
          for (const devices of [1, 1e4, 1e9]) expect(fleet(devices)).toBeGreaterThan(gpuFleet(devices));
          return;
        }
        expect(fleet(volume) / gpuFleet(volume)).toBeCloseTo(1, 9);
        expect(fleet(0.9 * volume)).toBeGreaterThan(gpuFleet(0.9 * volume));
        expect(fleet(1.1 * volume)).toBeLessThan(gpuFleet(1.1 * volume));
      }),
    );
  });

  test("at that volume costs as much for a token, and is paid back at the end of the years of service", () => {
    fc.assert(
      fc.property(money, rate, rate, (changed, own, other) => {
        const figures = { ...usual, ...changed };
        const [design, gpu] = [made(own), bought(other)];
        const volume = breakEvenOf(design, gpu, figures)!.volumeDevices;
        fc.pre(volume !== null);
        const there = { ...figures, volumeDevices: volume };
        const tokens = (of: typeof design) => economicsOf(of, there).dollarsPerMillionTokens!;
        expect(tokens(design) / tokens(gpu)).toBeCloseTo(1, 9);
        expect(breakEvenOf(design, gpu, there)!.paybackYears! / figures.lifeYears).toBeCloseTo(1, 6);
        const more = { ...figures, volumeDevices: 2 * volume };
        expect(breakEvenOf(design, gpu, more)!.paybackYears!).toBeLessThan(figures.lifeYears);
      }),
    );
  });

  test("never pays back where savings do not even pay the interest", () => {
    const figures = { ...usual, designDollars: 1e9, interestRate: 0.3, volumeDevices: 100 };
    expect(breakEvenOf(made(), bought(), figures)!.paybackYears).toBeNull();
    expect(breakEvenOf(made(1), bought(100), usual)).toMatchObject({
      ...{ volumeDevices: null, tokensPerYear: null, paybackYears: null },
      savedDollarsPerYear: expect.any(Number),
    });
  });

  test("has no answer for a device that serves nothing", () => {
    expect(breakEvenOf(made(), bought(0), usual)).toBeNull();
    expect(breakEvenOf(made(0), bought(), usual)).toBeNull();
  });
});
