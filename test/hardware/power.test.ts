import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEVICES, findDevice } from "../../src/hardware/catalog.ts";
import { energyConstants } from "../../src/hardware/energy.ts";
import { meanHops } from "../../src/hardware/noc.ts";
import {
  idleWatts,
  peakBlocks,
  peakWatts,
  peakWattsBand,
  powerSensitivities,
} from "../../src/hardware/power.ts";
import { ADOR_RECALLED } from "../../src/hardware/presets/ador.ts";
import { design, GROWTHS } from "./designs.ts";

describe("power", () => {
  test.each(DEVICES.map((device) => [device.name, device] as const))("%s draws it sensibly", (_, device) => {
    expect(idleWatts(device)).toBeGreaterThan(0);
    expect(idleWatts(device)).toBeLessThan(0.25 * peakWatts(device));
    expect(peakWatts(device)).toBeLessThanOrEqual(device.tdpWatts);
    for (const joules of Object.values(energyConstants(device))) expect(joules).toBeGreaterThanOrEqual(0);
    const band = peakWattsBand(device);
    expect(band.default).toBe(peakWatts(device));
    expect(band.low).toBeLessThanOrEqual(band.default);
    expect(band.high).toBeGreaterThanOrEqual(band.default);
  });

  test.each(GROWTHS)("more %s never draw less at their peak", (_, grow) => {
    fc.assert(
      fc.property(design, (device) => {
        expect(peakWatts(grow(device))).toBeGreaterThan(peakWatts(device));
      }),
      { numRuns: 30 },
    );
  });

  test("twice the clock doubles what follows it and leaves the rest", () => {
    fc.assert(
      fc.property(design, (device) => {
        const faster = peakBlocks({ ...device, clockHertz: 2 * device.clockHertz });
        peakBlocks(device).forEach(({ watts, clocked }, i) => {
          expect(faster[i]!.watts).toBeCloseTo(clocked ? 2 * watts : watts, 9);
        });
      }),
      { numRuns: 30 },
    );
  });

  test("the ADOR design's arrays draw 0.6 pJ times 1.75 for each of 131,072 MACs at 1.5 GHz", () => {
    const arrays = peakBlocks(ADOR_RECALLED).find(({ name }) => name === "systolic arrays")!;
    expect(arrays.watts).toBeCloseTo(0.6e-12 * 1.75 * 131_072 * 1.5e9, 9);
    expect(powerSensitivities(ADOR_RECALLED)[0]!.constant).toBe("arrayMacJoules");
  });

  test("HBM2e at 2 TB/s and 3.9 pJ/bit draws 62 W, and 4 W a stack to stand by", () => {
    const memory = peakBlocks(ADOR_RECALLED).find(({ name }) => name === "hbm2e")!;
    expect(memory.watts).toBeCloseTo(62.4 + 5 * 4, 9);
    expect(memory.onDie).toBe(false);
  });
});

describe("energy", () => {
  test("a finer process never takes more for an operation", () => {
    const nodes = [16, 10, 8, 7, 6, 5, 4, 3];
    const joules = nodes.map((processNanometres) => energyConstants({ ...ADOR_RECALLED, processNanometres }));
    for (const key of [
      "perArrayFlop",
      "perTreeFlop",
      "perVectorFlop",
      "perNocByte",
      "perLocalByte",
    ] as const) {
      const row = joules.map((energy) => energy[key]);
      expect(row).toEqual([...row].sort((a, b) => b - a));
    }
  });

  test("a byte over the network pays the shared memory once and every hop of its way", () => {
    fc.assert(
      fc.property(design, (device) => {
        const energy = energyConstants(device);
        const hops = meanHops(device.cores, device.noc.topology);
        expect(energy.perNocByte).toBeCloseTo(energy.perGlobalSramByte + hops * energy.perNocHopByte, 20);
        expect(hops).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  test("a ring of many cores is longer than a mesh of them", () => {
    expect(meanHops(64, "ring")).toBe(16);
    expect(meanHops(64, "mesh")).toBeCloseTo(16 / 3, 12);
  });

  test("a GPU's tensor FLOP follows from its TDP", () => {
    const a100 = findDevice("a100-80gb");
    if (a100.kind !== "gpu") throw new Error("an A100 is a GPU");
    const { perArrayFlop } = energyConstants(a100);
    const watts = perArrayFlop * a100.tensorFlopsPerSecond * a100.tensorEfficiency;
    expect(watts).toBeCloseTo(0.85 * (400 - 65), 9);
  });
});
