import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findModel, MODELS } from "../../src/models/catalog.ts";
import { BF16 } from "../../src/models/llm-model.ts";
import {
  activationBytesPerDevice,
  kvBytesPerToken,
  kvBytesPerTokenPerDevice,
  parameterCount,
  weightBytesPerDevice,
} from "../../src/models/memory.ts";
import { checkTensorParallel } from "../../src/models/parallelism.ts";

const LLAMA_70B = findModel("llama-3.1-70b");
const model = fc.constantFrom(...MODELS);
const degree = fc.constantFrom(1, 2, 4, 8, 16, 32);

function accepts(...[candidate, tensorParallel]: Parameters<typeof checkTensorParallel>): boolean {
  try {
    checkTensorParallel(candidate, tensorParallel);
    return true;
  } catch {
    return false;
  }
}

describe("memory of a model", () => {
  test("one device holds every parameter in two bytes", () => {
    for (const candidate of MODELS) {
      expect(weightBytesPerDevice(candidate, 1, BF16)).toBe(2 * parameterCount(candidate));
    }
  });

  test("Llama-3.1-70B keeps 40 KiB of KV per token on each of 8 devices, and no less on 16", () => {
    // 2 · 80 layers · 1 KV head · 128 · 2 bytes
    expect(kvBytesPerTokenPerDevice(LLAMA_70B, 8, BF16)).toBe(40_960);
    expect(kvBytesPerTokenPerDevice(LLAMA_70B, 16, BF16)).toBe(40_960);
  });

  test("devices together hold at least the model, and each less than with fewer of them", () => {
    fc.assert(
      fc.property(model, degree, (candidate, tensorParallel) => {
        fc.pre(accepts(candidate, tensorParallel));
        const weights = weightBytesPerDevice(candidate, tensorParallel, BF16);
        expect(weights * tensorParallel).toBeGreaterThanOrEqual(weightBytesPerDevice(candidate, 1, BF16));
        const kv = kvBytesPerTokenPerDevice(candidate, tensorParallel, BF16);
        expect(kv * tensorParallel).toBeGreaterThanOrEqual(kvBytesPerToken(candidate, BF16));
        if (tensorParallel > 1) expect(weights).toBeLessThan(weightBytesPerDevice(candidate, 1, BF16));
      }),
    );
  });

  test("eight-bit weights halve the matrices but not the embeddings", () => {
    const fp8 = { weightBytes: 1, kvBytes: 2, activationBytes: 2 };
    const embeddings = 2 * 128256 * 8192 * 2;
    const saved = weightBytesPerDevice(LLAMA_70B, 1, BF16) - weightBytesPerDevice(LLAMA_70B, 1, fp8);
    expect(saved / ((weightBytesPerDevice(LLAMA_70B, 1, BF16) - embeddings) / 2)).toBeCloseTo(1, 4);
  });

  test("activations of Llama-3.1-8B at 8192 tokens: two residual rows and the MLP", () => {
    const expected = 8192 * 2 * (2 * 4096 + 3 * 14336);
    expect(activationBytesPerDevice(findModel("llama-3.1-8b"), 8192, 1, BF16)).toBe(expected);
  });

  test("with few tokens the logits of as many sequences are the peak", () => {
    const expected = 64 * 2 * 2 * 4096 + 64 * 128256 * (2 + 4);
    expect(activationBytesPerDevice(findModel("llama-3.1-8b"), 64, 1, BF16)).toBe(expected);
  });
});

describe("tensor parallelism", () => {
  test("a degree that does not divide the heads is refused with those that do", () => {
    expect(() => {
      checkTensorParallel(findModel("llama-3.1-8b"), 3);
    }).toThrow(/3\n {2}expected one of 1, 2, 4, 8, 16, 32/);
  });

  test("KV heads that cannot be shared or replicated evenly are refused", () => {
    // 40 query heads, 10 KV heads: 4 divides the former, but 10 heads do not split over 4 devices.
    expect(accepts(findModel("phi-4"), 4)).toBe(false);
    expect(accepts(findModel("phi-4"), 5)).toBe(true);
    expect(accepts(findModel("phi-4"), 20)).toBe(true);
  });

  test.each([0, -2, 1.5, NaN])("a degree of %d is refused", (tensorParallel) => {
    expect(accepts(LLAMA_70B, tensorParallel)).toBe(false);
  });
});
