import { describe, expect, test } from "vitest";
import type { HdaDevice } from "../../src/hardware/device.ts";
import {
  LLMCOMPASS_GA100,
  LLMCOMPASS_LATENCY,
  LLMCOMPASS_THROUGHPUT,
} from "../../src/hardware/presets/llmcompass.ts";
import { findModel } from "../../src/models/catalog.ts";
import { BF16, type LlmModel } from "../../src/models/llm-model.ts";
import { SINGLE_DEVICE } from "../../src/models/parallelism.ts";
import { compileStepCost } from "../../src/perf/compile.ts";
import { shapeOf, type Batch } from "./arbitraries.ts";

/**
 * One layer of GPT-3 on four devices, batch 8, as in LLMCompass (H. Zhang et al., ISCA 2024, figures 5 and 7): its share
 * of a step is what 48 layers more add.
 */
const GPT3 = findModel("opt-175b");
const PREFILL: Batch = { contexts: [], chunks: Array.from({ length: 8 }, () => [2048, 0] as const) };
const DECODE: Batch = { contexts: Array.from({ length: 8 }, () => 2048), chunks: [] };

function layerSeconds(device: HdaDevice, batch: Batch): number {
  const seconds = (layers: number) => {
    const model: LlmModel = { ...GPT3, layerGroups: [{ ...GPT3.layerGroups[0]!, layers }] };
    const parallelism = { ...SINGLE_DEVICE, tensorParallel: 4 };
    const cost = compileStepCost({ model, device, parallelism, precision: BF16 });
    return cost.step(shapeOf(cost, batch), cost.openUse());
  };
  return (seconds(96) - seconds(48)) / 48;
}

const slowdown = (device: HdaDevice, batch: Batch) =>
  layerSeconds(device, batch) / layerSeconds(LLMCOMPASS_GA100, batch);

describe("a layer of GPT-3 on four designs of LLMCompass", () => {
  test("as an A100 takes about what four real ones take: 66.7 ms to prefill, 1.11 ms to decode with launches", () => {
    // Sums of PrincetonUniversity/LLMCompass ae/figure5/ijkl/real_hardware, eager PyTorch: nine kernels at 21 µs and more.
    const a100 = { ...LLMCOMPASS_GA100, cores: 108, globalSramBytes: 40 * 2 ** 20 };
    expect(layerSeconds(a100, PREFILL) / 66.7e-3).toBeGreaterThan(0.8);
    expect(layerSeconds(a100, PREFILL) / 66.7e-3).toBeLessThan(1.1);
    const launched = layerSeconds(a100, DECODE) + 9 * 21e-6;
    expect(launched / 1.11e-3).toBeGreaterThan(0.65);
    expect(launched / 1.11e-3).toBeLessThan(1.1);
  });

  test("as the latency design is prefilled 1.82 times slower than on a GA100, and decoded as fast", () => {
    expect(slowdown(LLMCOMPASS_LATENCY, PREFILL)).toBeGreaterThan(1.7);
    expect(slowdown(LLMCOMPASS_LATENCY, PREFILL)).toBeLessThan(1.95);
    expect(slowdown(LLMCOMPASS_LATENCY, DECODE)).toBeCloseTo(1, 2);
  });

  test("with a quarter of the arithmetic is prefilled 3.25 times slower and decoded 0.1 % slower", () => {
    const { systolicArray } = LLMCOMPASS_GA100;
    const quarter = { ...LLMCOMPASS_GA100, systolicArray: { ...systolicArray, rows: 8, columns: 8 } };
    expect(slowdown(quarter, PREFILL)).toBeGreaterThan(2.9);
    expect(slowdown(quarter, PREFILL)).toBeLessThan(3.7);
    expect(slowdown(quarter, DECODE)).toBeLessThan(1.02);
  });

  test("as the throughput design is decoded more slowly by its memory and prefilled faster by its arrays", () => {
    expect(slowdown(LLMCOMPASS_THROUGHPUT, DECODE)).toBeGreaterThan(1.8);
    expect(slowdown(LLMCOMPASS_THROUGHPUT, PREFILL)).toBeLessThan(0.8);
  });

  test("decodes nearly in proportion to memory bandwidth, and is prefilled hardly faster by it", () => {
    // Published: decode 1.88 times faster from 0.8 to 2 TB/s with the collectives, prefill 14 %.
    const { memory } = LLMCOMPASS_GA100;
    const slow = { ...LLMCOMPASS_GA100, memory: { ...memory, bytesPerSecond: 0.8e12 } };
    expect(slowdown(slow, DECODE)).toBeGreaterThan(1.8);
    expect(slowdown(slow, PREFILL)).toBeLessThan(1.2);
    expect(slowdown(slow, PREFILL)).toBeGreaterThan(1);
  });

  test("gains in prefill from local memory up to what a tile needs, and not beyond", () => {
    // Published: 64 to 192 KB 18 %, to 1 MB 0.2 % more.
    const small = { ...LLMCOMPASS_GA100, localSramBytesPerCore: 64 * 2 ** 10 };
    const large = { ...LLMCOMPASS_GA100, localSramBytesPerCore: 2 ** 20 };
    expect(slowdown(small, PREFILL)).toBeGreaterThan(1.1);
    expect(slowdown(large, PREFILL)).toBeGreaterThan(0.97);
  });
});
