import { describe, expect, test } from "vitest";
import { DEVICES, findDevice } from "../../../src/hardware/catalog.ts";
import { defaultCostAssumptions } from "../../../src/hardware/cost/cost-assumptions.ts";
import { costSensitivities, deviceCost, deviceCostBand } from "../../../src/hardware/cost/device-cost.ts";
import { deviceAreaMm2 } from "../../../src/hardware/area.ts";
import { ADOR_RECALLED } from "../../../src/hardware/presets/ador.ts";
import { LLMCOMPASS_LATENCY } from "../../../src/hardware/presets/llmcompass.ts";

describe("what a device costs", () => {
  test.each(DEVICES.map((device) => [device.name, device] as const))(
    "%s: the parts add up, the band holds the default, nobody sells below cost",
    (_, device) => {
      const cost = deviceCost(device);
      const parts = cost.dieDollars + cost.memoryDollars + cost.packageDollars + cost.testDollars;
      expect(cost.goodsDollars).toBeCloseTo(parts, 9);
      expect(cost.dieYield).toBeGreaterThan(0);
      expect(cost.dieYield).toBeLessThan(1);
      const band = deviceCostBand(device, ({ goodsDollars }) => goodsDollars);
      expect(band.default).toBe(cost.goodsDollars);
      expect(band.low).toBeLessThan(band.default);
      expect(band.high).toBeGreaterThan(band.default);
      expect(cost.priceDollars).toBeGreaterThan(cost.goodsDollars);
    },
  );

  // Cost of goods and prices as reported (siliconanalysts.com, after Epoch), the price of the H200 as recollected.
  test.each([
    ["h100", 3_320, 28_000],
    ["h200", 4_800, 32_000],
    ["b200", 6_400, 40_000],
    ["mi300x", 5_300, 15_000],
  ])(
    "%s comes within a quarter of the %d dollars reported, and the band holds them",
    (name, reported, price) => {
      const device = findDevice(name);
      const cost = deviceCost(device);
      const band = deviceCostBand(device, ({ goodsDollars }) => goodsDollars);
      expect(Math.abs(cost.goodsDollars / reported - 1)).toBeLessThan(0.25);
      expect(band.low).toBeLessThan(reported);
      expect(band.high).toBeGreaterThan(reported);
      expect(cost).toMatchObject({ priceDollars: price, priceSource: "market" });
    },
  );

  test("80 GB of HBM cost the 560 dollars of LLMCompass at its price of 7", () => {
    const assumptions = { ...defaultCostAssumptions(LLMCOMPASS_LATENCY), hbmDollarsPerGibibyte: 7 };
    expect(deviceCost(LLMCOMPASS_LATENCY, assumptions).memoryDollars).toBe(560);
  });

  test("a design of 100 million dollars adds 1,000 to each of 100,000 devices, and price covers cost and margin", () => {
    const assumptions = {
      ...defaultCostAssumptions(ADOR_RECALLED),
      ...{ maskSetDollars: 10e6, ipDollars: 5e6, packageDesignDollars: 0, designDollars: 85e6 },
      ...{ volumeDevices: 100e3, grossMargin: 0.5 },
    };
    const cost = deviceCost(ADOR_RECALLED, assumptions);
    expect(cost.nreDollarsPerDevice).toBe(1_000);
    expect(cost).toMatchObject({ priceSource: "cost and margin" });
    expect(cost.priceDollars).toBeCloseTo(2 * (cost.goodsDollars + 1_000), 9);
  });

  test("NRE of a design of equal cores lies in the range that is recollected for its process", () => {
    const band = (processNanometres: number) =>
      deviceCostBand({ ...ADOR_RECALLED, processNanometres }, ({ nreDollars }) => nreDollars);
    for (const [nanometres, low, high] of [
      [7, 60e6, 100e6],
      [5, 120e6, 200e6],
      [3, 200e6, 350e6],
    ] as const) {
      expect(band(nanometres).low / low).toBeCloseTo(1, 1);
      expect(band(nanometres).high / high).toBeCloseTo(1, 1);
    }
  });

  test("spare cores make a larger die of which more can be sold", () => {
    const spared = { ...defaultCostAssumptions(ADOR_RECALLED), spareCoreShare: 1 / 9 };
    const [plain, harvested] = [deviceCost(ADOR_RECALLED), deviceCost(ADOR_RECALLED, spared)];
    expect(harvested.dieMm2).toBeCloseTo(deviceAreaMm2({ ...ADOR_RECALLED, cores: 36 }).totalMm2, 9);
    expect(harvested.dieYield).toBeGreaterThan(plain.dieYield);
    expect(harvested.dieDollars).toBeLessThan(plain.dieDollars);
  });

  test("a GPU beyond the reticle is made of several dies, which yield better than one", () => {
    const b200 = findDevice("b200");
    if (b200.kind !== "gpu") throw new Error("a B200 is a GPU");
    const half = { ...b200, dieMm2: 800, multiprocessors: 74 };
    expect(deviceCost(b200)).toMatchObject({ dies: 2, dieMm2: 1600 });
    expect(deviceCost(b200).dieDollars).toBeCloseTo(2 * deviceCost(half).dieDollars, 9);
    expect(deviceCost(findDevice("h100")).dies).toBe(1);
  });

  test("a die's cost depends on the area constants, a package of memory on the price of HBM", () => {
    const goods = costSensitivities(ADOR_RECALLED, ({ goodsDollars }) => goodsDollars);
    const die = costSensitivities(ADOR_RECALLED, ({ dieDollars }) => dieDollars);
    expect(goods.slice(0, 3).map(({ constant }) => constant)).toContain("hbmDollarsPerGibibyte");
    expect(die.slice(0, 2).map(({ constant }) => constant)).toContain("arrayMacMm2");
    expect(die.map(({ constant }) => constant)).not.toContain("hbmDollarsPerGibibyte");
  });
});
