import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError, type InputProblem } from "../../src/core/errors.ts";
import { deviceAreaMm2 } from "../../src/hardware/area.ts";
import { DEVICES, findDevice } from "../../src/hardware/catalog.ts";
import type { HdaDevice } from "../../src/hardware/device.ts";
import { checkFeasible, RETICLE_MM2 } from "../../src/hardware/feasibility.ts";
import { checkArithmetic, checkDevice, checkTreeWidth } from "../../src/hardware/limits.ts";
import { peakBlocks } from "../../src/hardware/power.ts";
import { ADOR_RECALLED } from "../../src/hardware/presets/ador.ts";
import { design } from "./designs.ts";

/** What a device is refused for, by key; empty for one that passes. */
function refusals(device: HdaDevice): Record<string, InputProblem> {
  try {
    checkFeasible(device);
    return {};
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return Object.fromEntries(error.problems.map((problem) => [problem.key ?? "", problem]));
  }
}

const nearest = (problem: InputProblem) => Number(/at (?:most|least) ([\d.]+)/.exec(problem.expected!)?.[1]);
const withStacks = (device: HdaDevice, stacks: number) => ({
  ...device,
  memory: { ...device.memory, stacks },
});

describe("numbers that no device has", () => {
  test.each(DEVICES.map((device) => [device.name, device] as const))("%s has none", (_, device) => {
    checkDevice(device);
    checkFeasible(device);
  });

  test("every broken rule is named with what was found", () => {
    const impossible = {
      ...ADOR_RECALLED,
      cores: 0,
      memory: { ...ADOR_RECALLED.memory, efficiency: 1.2 },
    };
    const check = () => {
      checkDevice(impossible);
    };
    expect(check).toThrow(/ador-recalled\.cores: invalid count 0/);
    expect(check).toThrow(/ador-recalled\.memory\.efficiency: invalid share 1\.2/);
  });

  test.each([NaN, Infinity, -1])("%d is refused wherever it stands", (bad) => {
    for (const device of [
      { ...ADOR_RECALLED, clockHertz: bad },
      { ...ADOR_RECALLED, overheads: { ...ADOR_RECALLED.overheads, launchSeconds: bad } },
      { ...ADOR_RECALLED, noc: { ...ADOR_RECALLED.noc, bytesPerCyclePerPort: bad } },
    ]) {
      expect(() => {
        checkDevice(device);
      }).toThrow(/invalid number/);
    }
  });
});

describe("designs that cannot be made", () => {
  test("a die above the reticle is refused, and the largest number of cores that fits is named", () => {
    fc.assert(
      fc.property(design, (device) => {
        const problem = refusals(device)["cores"];
        const mm2 = (cores: number) => deviceAreaMm2({ ...device, cores }).totalMm2;
        expect(problem !== undefined).toBe(mm2(device.cores) > RETICLE_MM2);
        if (problem === undefined) return;
        const cores = Number.isNaN(nearest(problem)) ? 0 : nearest(problem);
        if (cores > 0) expect(mm2(cores)).toBeLessThanOrEqual(RETICLE_MM2);
        expect(mm2(cores + 1)).toBeGreaterThan(RETICLE_MM2);
      }),
    );
  });

  test("stacks without edge are refused, and the number that is named passes", () => {
    fc.assert(
      fc.property(design, (device) => {
        const problem = refusals(device)["memory.stacks"];
        if (problem === undefined || !problem.expected!.startsWith("at most")) return;
        expect(nearest(problem)).toBeLessThan(device.memory.stacks);
        expect(refusals(withStacks(device, nearest(problem)))).not.toHaveProperty("memory.stacks");
      }),
    );
    // Two sides of 21.4 mm hold six stacks of 7 mm; GPUs of 814 to 826 mm² carry six.
    expect(refusals(withStacks(ADOR_RECALLED, 6))).toEqual({});
    expect(nearest(refusals(withStacks(ADOR_RECALLED, 8))["memory.stacks"]!)).toBeGreaterThanOrEqual(6);
  });

  test("a die hotter than 1.1 W/mm² is refused, and the clock that is named passes", () => {
    fc.assert(
      fc.property(design, (device) => {
        const hot = { ...device, clockHertz: 4 * device.clockHertz };
        const problem = refusals(hot)["clock"];
        const watts = peakBlocks(hot).reduce((sum, block) => sum + (block.onDie ? block.watts : 0), 0);
        expect(problem !== undefined).toBe(watts > 1.1 * deviceAreaMm2(hot).totalMm2);
        if (problem === undefined || !problem.expected!.startsWith("at most")) return;
        expect(refusals({ ...hot, clockHertz: nearest(problem) * 1e9 })).not.toHaveProperty("clock");
      }),
    );
  });

  test("local SRAM too small for a double-buffered tile is refused, and the size that is named passes", () => {
    const arrays = { ...ADOR_RECALLED.systolicArray, perCore: 2 };
    const starved = { ...ADOR_RECALLED, systolicArray: arrays, localSramBytesPerCore: 100 * 1024 };
    const problem = refusals(starved)["local_sram_per_core"]!;
    // Two arrays, two buffers, of 64 × 64 × (2 + 2 + 4) bytes.
    expect(nearest(problem)).toBe(128);
    expect(refusals({ ...starved, localSramBytesPerCore: 128 * 1024 })).toEqual({});
  });

  test("a bandwidth beyond the stacks is refused with what they deliver", () => {
    const fast = { ...ADOR_RECALLED, memory: { ...ADOR_RECALLED.memory, bytesPerSecond: 2.5e12 } };
    expect(refusals(fast)["memory.bandwidth"]!.expected).toBe(
      "at most 2304 GB/s, or memory.stacks of at least 6",
    );
  });
});

describe("designs that do not fit a model", () => {
  test("a tree wider than the hidden size is refused, one as wide is not", () => {
    const wide = { ...ADOR_RECALLED, macTree: { ...ADOR_RECALLED.macTree, width: 4096 } };
    checkTreeWidth(wide, 4096);
    expect(() => {
      checkTreeWidth(wide, 2048);
    }).toThrow(/hidden size: 4096\n.*at most 2048/);
    checkTreeWidth({ ...wide, macTree: { ...wide.macTree, treesPerCore: 0 } }, 2048);
  });

  test("arithmetic in a format that the units lack is refused with those that they have", () => {
    const check = (name: string, element: string) => () => {
      checkArithmetic(findDevice(name), element);
    };
    for (const { name } of DEVICES) expect(check(name, "fp16")).not.toThrow();
    expect(check("h100", "fp8")).not.toThrow();
    expect(check("a100-80gb", "fp8")).toThrow(/a100-80gb has no units that multiply "fp8"\n.*bf16 or int8/);
    expect(check("ador-recalled", "fp8")).toThrow(/expected bf16;/);
    const narrow = { ...ADOR_RECALLED, nativeFormats: { ...ADOR_RECALLED.nativeFormats, fp8: true } };
    checkArithmetic(narrow, "fp8");
    expect(() => {
      checkArithmetic(narrow, "fp4");
    }).toThrow(/expected bf16 or fp8;/);
  });
});
