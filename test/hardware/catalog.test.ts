import { describe, expect, test } from "vitest";
import { findDevice } from "../../src/hardware/catalog.ts";
import type { HdaDevice } from "../../src/hardware/device.ts";

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

  test("HDA presets reach the peaks of their sources", () => {
    // ADOR as recollected: 417 TFLOPS; LLMCompass designs: 184.8 and 739.2 (their cores, arrays and clock).
    expect(peakTflops(ADOR)).toBeCloseTo(417.8, 1);
    expect(peakTflops(findDevice("llmcompass-latency") as HdaDevice)).toBeCloseTo(184.8, 1);
    expect(peakTflops(findDevice("llmcompass-throughput") as HdaDevice)).toBeCloseTo(739.2, 1);
  });
});
