import { describe, expect, test } from "vitest";
import { deviceAreaMm2 } from "../../src/hardware/area.ts";
import { LLMCOMPASS_AREA } from "../../src/hardware/area-constants.ts";
import { DEVICES, findDevice } from "../../src/hardware/catalog.ts";
import type { HdaDevice } from "../../src/hardware/device.ts";
import { checkDevice } from "../../src/hardware/limits.ts";
import { energyConstants, idleWatts, peakWatts } from "../../src/hardware/power.ts";

const ADOR = findDevice("ador-recalled") as HdaDevice;

function peakTflops({ cores, clockHertz, systolicArray, macTree }: HdaDevice): number {
  const macs = systolicArray.perCore * systolicArray.rows * systolicArray.columns;
  const treeMacs = macTree.treesPerCore * macTree.width * macTree.reuse;
  return (2 * cores * (macs + treeMacs) * clockHertz) / 1e12;
}

describe("the device catalog", () => {
  test("finds a device whatever the case and suggests the nearest name", () => {
    expect(findDevice("A100-80GB").name).toBe("a100-80gb");
    expect(() => findDevice("a100-80")).toThrow('unknown device "a100-80" (did you mean "a100-80gb"?)');
  });

  test.each(DEVICES.map((device) => [device.name, device] as const))(
    "%s can exist and draws power sensibly",
    (_, device) => {
      checkDevice(device);
      expect(idleWatts(device)).toBeGreaterThan(0);
      expect(idleWatts(device)).toBeLessThan(0.25 * peakWatts(device));
      expect(peakWatts(device)).toBeLessThanOrEqual(device.tdpWatts);
      for (const joules of Object.values(energyConstants(device))) expect(joules).toBeGreaterThanOrEqual(0);
    },
  );

  test("HDA presets reach the peaks of their sources", () => {
    // ADOR as recollected: 417 TFLOPS; LLMCompass designs: 184.8 and 739.2 (their cores, arrays and clock).
    expect(peakTflops(ADOR)).toBeCloseTo(417.8, 1);
    expect(peakTflops(findDevice("llmcompass-latency") as HdaDevice)).toBeCloseTo(184.8, 1);
    expect(peakTflops(findDevice("llmcompass-throughput") as HdaDevice)).toBeCloseTo(739.2, 1);
  });

  test("an impossible device is refused with every broken rule", () => {
    const impossible = { ...ADOR, cores: 0, memory: { ...ADOR.memory, efficiency: 1.2 } };
    const check = () => {
      checkDevice(impossible);
    };
    expect(check).toThrow(/ador-recalled\.cores: invalid count 0/);
    expect(check).toThrow(/ador-recalled\.memory\.efficiency: invalid share 1\.2/);
  });
});

describe("die area", () => {
  test("a GPU's is as published", () => {
    expect(deviceAreaMm2(findDevice("a100-80gb")).totalMm2).toBe(826);
  });

  test("an HDA's is the sum of its blocks, none of them negative", () => {
    const { totalMm2, blocks } = deviceAreaMm2(ADOR);
    expect(blocks.reduce((sum, { mm2 }) => sum + mm2, 0)).toBeCloseTo(totalMm2, 9);
    for (const { mm2 } of blocks) expect(mm2).toBeGreaterThan(0);
  });

  // 478 and 787 mm²: LLMCompass, ISCA 2024, table IV. About 516 mm²: the ADOR paper as recollected.
  test.each([
    ["llmcompass-latency", 478, 0.87],
    ["llmcompass-throughput", 787, 1.06],
    ["ador-recalled", 516, 0.91],
  ])("%s, published at %d mm², comes out at %d of that", (name, published, ratio) => {
    expect(deviceAreaMm2(findDevice(name)).totalMm2 / published).toBeCloseTo(ratio, 2);
  });

  test("a 64 × 64 array of 7 nm MACs at 854 µm² takes 3.5 mm² a core", () => {
    const arrays = deviceAreaMm2(ADOR).blocks.find(({ name }) => name === "systolic arrays")!;
    expect(arrays.mm2 / ADOR.cores).toBeCloseTo(4096 * 854e-6, 9);
  });

  test("five HBM2e stacks take five times the 16.2 mm² of PHY and controller", () => {
    const memory = deviceAreaMm2(ADOR).blocks.find(({ name }) => name.startsWith("hbm2e"))!;
    expect(memory.mm2).toBeCloseTo(5 * 16.19, 6);
  });

  test("shrinking the process shrinks logic but never the PHYs", () => {
    const area = (device: HdaDevice, block: string) =>
      deviceAreaMm2(device).blocks.find(({ name }) => name.startsWith(block))!.mm2;
    const shrunk = { ...ADOR, processNanometres: 5 };
    expect(area(shrunk, "systolic arrays") / area(ADOR, "systolic arrays")).toBeCloseTo(0.7, 9);
    expect(area(shrunk, "hbm2e")).toBeGreaterThan(5 * 10.45);
    expect(deviceAreaMm2(shrunk).totalMm2).toBeLessThan(deviceAreaMm2(ADOR).totalMm2);
  });

  test("with the constants of LLMCompass, its designs and its GA100 have the areas that it published", () => {
    // ISCA 2024, table IV: 478, 787 and 826 mm²; with decimals as PrincetonUniversity/LLMCompass cost_model.py gives them
    // for configs/latency_design.json, prefilling_system.json and GA100.json. Its HBM2e has six physical channels, of
    // which five are active.
    const latency = findDevice("llmcompass-latency") as HdaDevice;
    const sixPhys = { ...latency, memory: { ...latency.memory, stacks: 6 } };
    const ga100 = { ...sixPhys, cores: 128, globalSramBytes: 48 * 2 ** 20 };
    for (const [device, published] of [
      [sixPhys, 477.9],
      [findDevice("llmcompass-throughput"), 786.6],
      [ga100, 826.8],
    ] as const) {
      expect(Math.abs(deviceAreaMm2(device, LLMCOMPASS_AREA).totalMm2 / published - 1)).toBeLessThan(0.001);
    }
    // One SM: 4.10 mm², of it 1.32 control, 0.51 buffer and 0.27 tensor core.
    const perCore = (name: string) =>
      deviceAreaMm2(ga100, LLMCOMPASS_AREA).blocks.find((block) => block.name === name)!.mm2 / 128;
    expect(perCore("systolic arrays")).toBeCloseTo(0.27, 2);
    expect(perCore("local SRAM")).toBeCloseTo(0.51, 2);
    expect(perCore("systolic arrays") + perCore("local SRAM") + perCore("vector units")).toBeCloseTo(4.1, 2);
  });

  test("a process without known scaling is refused", () => {
    expect(() => deviceAreaMm2({ ...ADOR, processNanometres: 8 })).toThrow(/this process: 8/);
  });
});
