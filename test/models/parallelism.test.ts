import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findModel, MODELS } from "../../src/models/catalog.ts";
import {
  checkParallelism,
  checkTensorParallel,
  deviceCount,
  expertParallelDegrees,
  expertTensorParallel,
  SINGLE_DEVICE,
  stageDevices,
  tensorParallelDegrees,
  type Parallelism,
} from "../../src/models/parallelism.ts";

function accepts(name: string, parallelism: Partial<Parallelism>): boolean {
  try {
    checkParallelism(findModel(name), { ...SINGLE_DEVICE, ...parallelism });
    return true;
  } catch {
    return false;
  }
}

describe("tensor parallelism", () => {
  test("a degree that does not divide the heads is refused with those that do", () => {
    expect(() => {
      checkTensorParallel(findModel("llama-3.1-8b"), 3);
    }).toThrow(/3\n {2}expected one of 1, 2, 4, 8, 16, 32/);
  });

  test("KV heads that cannot be shared or replicated evenly are refused", () => {
    // 40 query heads, 10 KV heads: 4 divides the former, but 10 heads do not split over 4 devices.
    expect(accepts("phi-4", { tensorParallel: 4 })).toBe(false);
    expect(accepts("phi-4", { tensorParallel: 5 })).toBe(true);
    expect(accepts("phi-4", { tensorParallel: 20 })).toBe(true);
  });

  test("latent attention is cut by query heads alone", () => {
    expect(tensorParallelDegrees(findModel("deepseek-v2-lite"))).toEqual([1, 2, 4, 8, 16]);
  });

  test("heads of linear attention are cut too", () => {
    // 32 query heads would allow 32 devices; 16 key heads of the linear layers do not.
    expect(tensorParallelDegrees(findModel("qwen3.5-397b-a17b"))).toEqual([1, 2, 4, 8, 16]);
  });

  test.each([0, -2, 1.5, NaN])("a degree of %d is refused", (tensorParallel) => {
    expect(accepts("llama-3.1-70b", { tensorParallel })).toBe(false);
  });
});

describe("expert parallelism", () => {
  test("a degree that does not divide the experts is refused with those that do", () => {
    const parallelism = { ...SINGLE_DEVICE, dataParallelAttention: 16, expertParallel: 16 };
    expect(() => {
      checkParallelism(findModel("mixtral-8x7b"), parallelism);
    }).toThrow(/expert-parallel groups: 16\n {2}expected one of 1, 2, 4, 8 \(a divisor of its 8 experts/);
  });

  test("it is limited by the devices of a stage", () => {
    expect(accepts("deepseek-v3", { tensorParallel: 8, expertParallel: 16 })).toBe(false);
    expect(accepts("deepseek-v3", { tensorParallel: 8, dataParallelAttention: 2, expertParallel: 16 })).toBe(
      true,
    );
  });

  test("devices that share an expert divide its width", () => {
    // 768 is a multiple of 3 · 256 but not of 512: there is no way to cut an expert over that many devices.
    const parallelism = { ...SINGLE_DEVICE, tensorParallel: 4, dataParallelAttention: 128 };
    expect(accepts("qwen3-30b-a3b", { ...parallelism, expertParallel: 1 })).toBe(false);
    expect(accepts("qwen3-30b-a3b", { ...parallelism, expertParallel: 2 })).toBe(true);
    expect(expertParallelDegrees(findModel("qwen3-30b-a3b"), parallelism)).toEqual([
      2, 4, 8, 16, 32, 64, 128,
    ]);
  });

  test("a model without experts has none to spread, and nothing to gain from attention groups", () => {
    const dense = findModel("llama-3.1-70b");
    expect(() => {
      checkParallelism(dense, { ...SINGLE_DEVICE, tensorParallel: 8, expertParallel: 8 });
    }).toThrow(/expert-parallel groups: 8\n {2}expected 1, as it has no experts/);
    expect(() => {
      checkParallelism(dense, { ...SINGLE_DEVICE, dataParallelAttention: 2 });
    }).toThrow(/data-parallel attention groups: 2\n {2}expected 1, as it has no experts/);
  });

  test("when no degree fits the devices, the devices are to blame", () => {
    expect(() => {
      checkParallelism(findModel("mixtral-8x7b"), {
        ...SINGLE_DEVICE,
        dataParallelAttention: 3,
        expertParallel: 3,
      });
    }).toThrow(/expert-parallel groups: 3\n {2}expected another number of devices a stage than 3/);
  });
});

describe("pipeline parallelism", () => {
  test("there are no more stages than layers", () => {
    expect(accepts("llama-3.1-8b", { pipelineParallel: 32 })).toBe(true);
    expect(() => {
      checkParallelism(findModel("llama-3.1-8b"), { ...SINGLE_DEVICE, pipelineParallel: 33 });
    }).toThrow(/pipeline stages: 33\n {2}expected 1 to 32, its layers/);
  });
});

test("what the lists of degrees name is accepted, and nothing else", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...MODELS),
      fc.record({
        tensorParallel: fc.integer({ min: 1, max: 64 }),
        dataParallelAttention: fc.constantFrom(1, 2, 3, 4, 8),
        expertParallel: fc.constantFrom(1, 2, 3, 4, 8, 16),
      }),
      (model, drawn) => {
        const parallelism = { ...SINGLE_DEVICE, ...drawn };
        const isDense = model.layerGroups.every(({ mlp }) => mlp.kind === "dense");
        fc.pre(!isDense || drawn.dataParallelAttention === 1);
        const isAccepted = accepts(model.name, parallelism);
        const degrees = tensorParallelDegrees(model, parallelism);
        expect(degrees.includes(drawn.tensorParallel)).toBe(isAccepted);
        if (isAccepted) {
          expect(expertParallelDegrees(model, parallelism)).toContain(drawn.expertParallel);
          expect(expertTensorParallel(parallelism) * drawn.expertParallel).toBe(stageDevices(parallelism));
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("a replica has the devices of all its stages", () => {
  const parallelism = {
    tensorParallel: 4,
    pipelineParallel: 3,
    expertParallel: 8,
    dataParallelAttention: 2,
  };
  expect(deviceCount(parallelism)).toBe(24);
});
