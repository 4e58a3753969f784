import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { areaSensitivities, deviceAreaBand, deviceAreaMm2 } from "../../src/hardware/area.ts";
import { DEVICES, findDevice } from "../../src/hardware/catalog.ts";
import type { HdaDevice, SramStyle } from "../../src/hardware/device.ts";
import { LLMCOMPASS_AREA } from "../../src/hardware/llmcompass-area.ts";
import { nocMm2 } from "../../src/hardware/noc.ts";
import { ADOR_RECALLED } from "../../src/hardware/presets/ador.ts";
import {
  LLMCOMPASS_GA100,
  LLMCOMPASS_LATENCY,
  LLMCOMPASS_THROUGHPUT,
} from "../../src/hardware/presets/llmcompass.ts";
import { design, GROWTHS } from "./designs.ts";

const blockMm2 = (device: HdaDevice, block: string) =>
  deviceAreaMm2(device).blocks.find(({ name }) => name.startsWith(block))!.mm2;

describe("die area", () => {
  test("a GPU's is as published, without a band", () => {
    expect(deviceAreaMm2(findDevice("a100-80gb")).totalMm2).toBe(826);
    expect(deviceAreaBand(findDevice("a100-80gb"))).toEqual({ low: 826, default: 826, high: 826 });
  });

  test("an HDA's is the sum of its blocks, none of them negative", () => {
    fc.assert(
      fc.property(design, (device) => {
        const { totalMm2, blocks } = deviceAreaMm2(device);
        expect(blocks.reduce((sum, { mm2 }) => sum + mm2, 0)).toBeCloseTo(totalMm2, 9);
        for (const { mm2 } of blocks) expect(mm2).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test.each(GROWTHS)("more %s never make a smaller die", (_, grow) => {
    fc.assert(
      fc.property(design, (device) => {
        expect(deviceAreaMm2(grow(device)).totalMm2).toBeGreaterThan(deviceAreaMm2(device).totalMm2);
      }),
      { numRuns: 30 },
    );
  });

  test("a finer process never makes a larger die", () => {
    const nodes = [16, 14, 12, 10, 8, 7, 6, 5, 4, 3];
    fc.assert(
      fc.property(design, (device) => {
        const areas = nodes.map(
          (processNanometres) => deviceAreaMm2({ ...device, processNanometres }).totalMm2,
        );
        expect(areas).toEqual([...areas].sort((a, b) => b - a));
      }),
      { numRuns: 30 },
    );
  });

  test("shrinking the process shrinks logic but never the PHYs", () => {
    const shrunk = { ...ADOR_RECALLED, processNanometres: 5 };
    expect(blockMm2(shrunk, "systolic arrays") / blockMm2(ADOR_RECALLED, "systolic arrays")).toBeCloseTo(
      0.7,
      9,
    );
    expect(blockMm2(shrunk, "hbm2e")).toBeGreaterThan(5 * 10.45);
  });

  // 478 and 787 mm²: LLMCompass, ISCA 2024, table IV. About 516 mm²: the ADOR paper as recollected.
  test.each([
    ["llmcompass-latency", 478, 0.84],
    ["llmcompass-throughput", 787, 1.06],
    ["ador-recalled", 516, 0.89],
  ])("%s, published at %d mm², comes out at %d of that, and the band holds it", (name, published, ratio) => {
    const device = findDevice(name);
    const { low, high } = deviceAreaBand(device);
    expect(deviceAreaMm2(device).totalMm2 / published).toBeCloseTo(ratio, 2);
    expect(low).toBeLessThan(published);
    expect(high).toBeGreaterThan(published);
  });

  test("a 64 × 64 array of 7 nm MACs at 854 µm² takes 3.5 mm² a core", () => {
    expect(blockMm2(ADOR_RECALLED, "systolic arrays") / ADOR_RECALLED.cores).toBeCloseTo(4096 * 854e-6, 9);
  });

  test("five HBM2e stacks take five times the 16.2 mm² of PHY and controller", () => {
    expect(blockMm2(ADOR_RECALLED, "hbm2e")).toBeCloseTo(5 * 16.19, 6);
  });

  test("a byte takes the area of the style in which its buffer is built", () => {
    const global = (style: SramStyle) =>
      blockMm2({ ...ADOR_RECALLED, sramStyle: { local: "scratchpad", global: style } }, "global SRAM") / 16;
    expect([global("macro"), global("scratchpad"), global("cache")].map((mm2) => mm2.toFixed(2))).toEqual([
      "0.32",
      "0.90",
      "2.40",
    ]);
    const local = { ...ADOR_RECALLED, sramStyle: { local: "macro", global: "scratchpad" } } as const;
    expect(blockMm2(local, "local SRAM")).toBeCloseTo(64 * 0.32, 9);
  });

  test("what moves the ADOR design's area most is the size of a MAC; what it has not, moves nothing", () => {
    const constants = areaSensitivities(ADOR_RECALLED).map(({ constant }) => constant);
    expect(constants.slice(0, 2)).toEqual(["arrayMacMm2", "scratchpadMm2PerMebibyte"]);
    expect(constants).not.toContain("cacheMm2PerMebibyte");
    expect(constants).not.toContain("crossbarPortMm2");
  });

  test.each(DEVICES.map((device) => [device.name, device] as const))(
    "%s lies within its band",
    (_, device) => {
      const band = deviceAreaBand(device);
      expect(band.default).toBe(deviceAreaMm2(device).totalMm2);
      expect(band.low).toBeLessThanOrEqual(band.default);
      expect(band.high).toBeGreaterThanOrEqual(band.default);
    },
  );

  test("a process without known scaling is refused with the nearest one", () => {
    expect(() => deviceAreaMm2({ ...ADOR_RECALLED, processNanometres: 9 })).toThrow(
      /this process: 9\n.*nearest is 8/,
    );
  });
});

describe("the network on chip", () => {
  const area = { routerMm2: 0.075, crossbarPortMm2: 0.46 };
  const noc = (topology: "ring" | "mesh" | "all-to-all", bytesPerCyclePerPort: number) => ({
    topology,
    bytesPerCyclePerPort,
  });

  test("a ring's routers have three of a mesh's five ports", () => {
    expect(nocMm2(32, noc("ring", 64), area) / nocMm2(32, noc("mesh", 64), area)).toBeCloseTo(3 / 5, 12);
    expect(nocMm2(32, noc("mesh", 64), area)).toBeCloseTo(32 * 0.075, 12);
  });

  test("a crossbar among GA100's 128 cores takes LLMCompass's 59 mm², and four times that among twice as many", () => {
    expect(nocMm2(128, noc("all-to-all", 40), area)).toBeCloseTo(58.9, 1);
    expect(nocMm2(256, noc("all-to-all", 40), area)).toBeCloseTo(4 * 58.88, 6);
  });
});

describe("with the constants of LLMCompass", () => {
  // Its HBM2e has six physical channels, of which five are active.
  const sixPhys = (device: HdaDevice) => ({ ...device, memory: { ...device.memory, stacks: 6 } });
  const GA100 = sixPhys(LLMCOMPASS_GA100);
  const cores = (
    count: number,
    lanes: number,
    side: number,
    vectorWidth: number,
    localKibibytes: number,
  ) => ({
    ...GA100,
    cores: count,
    systolicArray: { ...GA100.systolicArray, perCore: lanes, rows: side, columns: side },
    vector: { lanesPerCore: lanes * vectorWidth },
    localSramBytesPerCore: localKibibytes * 2 ** 10,
  });

  // ISCA 2024, table IV: 478, 787 and 826 mm², with decimals as PrincetonUniversity/LLMCompass cost_model.py gives them for
  // configs/latency_design.json, prefilling_system.json and GA100.json; designs A to E of its table III likewise.
  test.each([
    ["latency design", sixPhys(LLMCOMPASS_LATENCY), 477.9],
    ["throughput design", LLMCOMPASS_THROUGHPUT, 786.6],
    ["GA100", GA100, 826.8],
    ["design A", cores(128, 4, 8, 8, 192), 475.5],
    ["design B", cores(128, 4, 16, 32, 192), 826.8],
    ["design C", cores(128, 1, 32, 128, 192), 826.8],
    ["design D", cores(32, 1, 64, 512, 768), 793.3],
    ["design E", cores(8, 1, 128, 2048, 3072), 763.3],
  ])("the %s has the area that it published", (_, device, mm2) => {
    expect(Math.abs(deviceAreaMm2(device, LLMCOMPASS_AREA).totalMm2 / mm2 - 1)).toBeLessThan(0.001);
  });

  test("one SM takes 4.10 mm², of it 0.51 buffer and 0.27 tensor core", () => {
    const perCore = (name: string) =>
      deviceAreaMm2(GA100, LLMCOMPASS_AREA).blocks.find((block) => block.name === name)!.mm2 / 128;
    expect(perCore("systolic arrays")).toBeCloseTo(0.27, 2);
    expect(perCore("local SRAM")).toBeCloseTo(0.51, 2);
    expect(perCore("systolic arrays") + perCore("local SRAM") + perCore("vector units")).toBeCloseTo(4.1, 2);
  });
});
