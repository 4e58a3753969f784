import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findModel, MODELS } from "../../src/models/catalog.ts";
import { elementsPerDevice } from "../../src/models/elements.ts";
import { BF16, layerCount, type LlmModel } from "../../src/models/llm-model.ts";
import {
  activationBytesPerDevice,
  kvBytesPerToken,
  kvBytesPerTokenPerDevice,
  parameterCount,
  stateBytesPerSequence,
  weightBytesPerDevice,
} from "../../src/models/memory.ts";
import {
  checkParallelism,
  deviceCount,
  SINGLE_DEVICE,
  stageDevices,
  type Parallelism,
} from "../../src/models/parallelism.ts";
import { precisionOf } from "../../src/models/precision.ts";

const LLAMA_8B = findModel("llama-3.1-8b");
const LLAMA_70B = findModel("llama-3.1-70b");
const DEEPSEEK = findModel("deepseek-v3");
const tensorParallel = (degree: number): Parallelism => ({ ...SINGLE_DEVICE, tensorParallel: degree });

/** A model and a way to cut it that it allows. */
const cut: fc.Arbitrary<readonly [model: LlmModel, parallelism: Parallelism]> = fc
  .tuple(
    fc.constantFrom(...MODELS),
    fc.record({
      tensorParallel: fc.constantFrom(1, 2, 4, 8, 16),
      pipelineParallel: fc.constantFrom(1, 2, 3, 8),
      expertParallel: fc.constantFrom(1, 2, 4, 8, 32),
      dataParallelAttention: fc.constantFrom(1, 2, 4, 8),
    }),
  )
  .map(([model, parallelism]) => {
    const isDense = model.layerGroups.every(({ mlp }) => mlp.kind === "dense");
    return [
      model,
      isDense ? { ...parallelism, expertParallel: 1, dataParallelAttention: 1 } : parallelism,
    ] as const;
  })
  .filter(([model, parallelism]) => {
    try {
      checkParallelism(model, parallelism);
      return true;
    } catch {
      return false;
    }
  });

describe("weights on a device", () => {
  test("one device holds every parameter in two bytes", () => {
    for (const candidate of MODELS) {
      expect(weightBytesPerDevice(candidate, SINGLE_DEVICE, BF16)).toBe(2 * parameterCount(candidate));
    }
  });

  test("the devices of a stage hold each expert once, and together with all stages at least the model", () => {
    fc.assert(
      fc.property(cut, ([model, parallelism]) => {
        const whole = elementsPerDevice(model, SINGLE_DEVICE);
        const oneStage = elementsPerDevice(model, { ...parallelism, pipelineParallel: 1 });
        const part = elementsPerDevice(model, parallelism);
        expect(
          (oneStage.expertMatrices * stageDevices(parallelism)) / (whole.expertMatrices || 1),
        ).toBeCloseTo(whole.expertMatrices > 0 ? 1 : 0, 9);
        for (const kind of ["matrices", "expertMatrices", "unquantised"] as const) {
          expect(part[kind] * deviceCount(parallelism)).toBeGreaterThanOrEqual(whole[kind] * (1 - 1e-9));
          expect(part[kind]).toBeLessThanOrEqual(whole[kind]);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("matrices of grouped attention and MLP add up to the whole while there is a KV head for every device", () => {
    fc.assert(
      fc.property(cut, ([model, parallelism]) => {
        const { attention } = model;
        fc.pre(attention.kind === "grouped" && attention.kvHeads % parallelism.tensorParallel === 0);
        const stage = elementsPerDevice(model, { ...parallelism, pipelineParallel: 1 });
        const whole = elementsPerDevice(model, SINGLE_DEVICE);
        expect((stage.matrices * parallelism.tensorParallel) / whole.matrices).toBeCloseTo(1, 9);
      }),
    );
  });

  test("more devices never hold more each", () => {
    fc.assert(
      fc.property(cut, ([model, parallelism]) => {
        const fewer = { ...parallelism, tensorParallel: 1, pipelineParallel: 1, expertParallel: 1 };
        expect(weightBytesPerDevice(model, parallelism, BF16)).toBeLessThanOrEqual(
          weightBytesPerDevice(model, { ...fewer, dataParallelAttention: 1 }, BF16),
        );
      }),
    );
  });

  test("eight-bit weights halve the matrices but not the embeddings", () => {
    const embeddings = 2 * 128256 * 8192 * 2;
    const full = weightBytesPerDevice(LLAMA_70B, SINGLE_DEVICE, BF16);
    const saved = full - weightBytesPerDevice(LLAMA_70B, SINGLE_DEVICE, precisionOf({ weights: "fp8" }));
    expect(saved / ((full - embeddings) / 2)).toBeCloseTo(1, 4);
  });

  test.each([
    // OpenAI, gpt-oss model card, arXiv 2508.10925, table 1: size of the released checkpoint, experts in mxfp4.
    ["gpt-oss-20b", 12.8],
    ["gpt-oss-120b", 60.8],
  ])("%s as released takes %d GiB", (name, gib) => {
    const model = findModel(name);
    const bytes = weightBytesPerDevice(model, SINGLE_DEVICE, precisionOf(model.checkpoint ?? {}));
    expect(bytes / 2 ** 30).toBeCloseTo(gib, 1);
  });

  test("experts of DeepSeek-V3 over 8 groups: an eighth of them each, attention whole in every one", () => {
    const spread = { ...SINGLE_DEVICE, expertParallel: 8, dataParallelAttention: 8 };
    const { expertMatrices, matrices } = elementsPerDevice(DEEPSEEK, spread);
    // 58 layers · 32 experts · 3 matrices of 7168 · 2048
    expect(expertMatrices).toBe(58 * 32 * 3 * 7168 * 2048);
    expect(matrices).toBe(elementsPerDevice(DEEPSEEK, SINGLE_DEVICE).matrices);
  });

  test("two pipeline stages of DeepSeek-V3 hold 31 of its 61 layers and one of embedding and LM head", () => {
    const whole = elementsPerDevice(DEEPSEEK, SINGLE_DEVICE);
    const stage = elementsPerDevice(DEEPSEEK, { ...SINGLE_DEVICE, pipelineParallel: 2 });
    expect(stage.matrices / whole.matrices).toBeCloseTo(31 / 61, 12);
    const embedding = 129280 * 7168;
    expect(whole.unquantised - embedding).toBeGreaterThan(stage.unquantised);
    expect(stage.unquantised).toBeGreaterThan(embedding);
  });
});

describe("KV cache and states on a device", () => {
  test("Llama-3.1-70B keeps 40 KiB of KV per token on each of 8 devices, and no less on 16", () => {
    // 2 · 80 layers · 1 KV head · 128 · 2 bytes
    expect(kvBytesPerTokenPerDevice(LLAMA_70B, tensorParallel(8), BF16)).toBe(40_960);
    expect(kvBytesPerTokenPerDevice(LLAMA_70B, tensorParallel(16), BF16)).toBe(40_960);
  });

  test("every tensor-parallel device keeps the whole latent, in half the bytes when cached in fp8", () => {
    // 61 layers · (512 + 64) · 2 bytes
    for (const degree of [1, 2, 8]) {
      expect(kvBytesPerTokenPerDevice(DEEPSEEK, tensorParallel(degree), BF16)).toBe(70_272);
    }
    expect(kvBytesPerToken(DEEPSEEK, precisionOf({ kv: "fp8" }))).toBe(35_136);
  });

  test("devices together keep at least the cache of the model, a stage that of its layers", () => {
    fc.assert(
      fc.property(cut, ([model, parallelism]) => {
        const kv = kvBytesPerTokenPerDevice(model, parallelism, BF16);
        const devices = parallelism.tensorParallel * parallelism.pipelineParallel;
        expect(kv * devices).toBeGreaterThanOrEqual(kvBytesPerToken(model, BF16) * (1 - 1e-9));
        const stageLayers = Math.ceil(layerCount(model) / parallelism.pipelineParallel);
        expect(kv).toBeLessThanOrEqual(
          (kvBytesPerToken(model, BF16) * stageLayers) / layerCount(model) + 1e-6,
        );
      }),
    );
  });

  test("a sequence of Qwen3.5-397B keeps 183 MiB of states, and half of that on each of two devices", () => {
    const model = findModel("qwen3.5-397b-a17b");
    // 45 layers · (64 heads · 128 · 128 · 4 bytes + (2 · 2048 + 8192) · 3 tokens · 2 bytes)
    const bytes = 45 * (64 * 128 * 128 * 4 + (2 * 2048 + 8192) * 3 * 2);
    expect(stateBytesPerSequence(model, SINGLE_DEVICE, BF16)).toBe(bytes);
    expect(stateBytesPerSequence(model, tensorParallel(2), BF16)).toBe(bytes / 2);
    expect(stateBytesPerSequence(DEEPSEEK, SINGLE_DEVICE, BF16)).toBe(0);
  });
});

describe("activations on a device", () => {
  test("of Llama-3.1-8B at 8192 tokens: two residual rows and the MLP", () => {
    const expected = 8192 * 2 * (2 * 4096 + 3 * 14336);
    expect(activationBytesPerDevice(LLAMA_8B, 8192, SINGLE_DEVICE, BF16)).toBe(expected);
  });

  test("with few tokens the logits of as many sequences are the peak", () => {
    const expected = 64 * 2 * 2 * 4096 + 64 * 128256 * (2 + 4);
    expect(activationBytesPerDevice(LLAMA_8B, 64, SINGLE_DEVICE, BF16)).toBe(expected);
  });

  test("of Mixtral-8x7B: two copies of a token through experts, on half the width of two devices", () => {
    const model = findModel("mixtral-8x7b");
    const rows = (width: number): number => 8192 * 2 * (2 * 4096 + 2 * (4096 + 3 * width));
    expect(activationBytesPerDevice(model, 8192, SINGLE_DEVICE, BF16)).toBe(rows(14336));
    expect(activationBytesPerDevice(model, 8192, tensorParallel(2), BF16)).toBe(rows(7168));
  });

  test("attention groups bring their tokens to the experts, which share them out", () => {
    const model = findModel("mixtral-8x7b");
    const spread = { ...SINGLE_DEVICE, expertParallel: 4, dataParallelAttention: 4 };
    expect(activationBytesPerDevice(model, 8192, spread, BF16)).toBe(
      activationBytesPerDevice(model, 8192, SINGLE_DEVICE, BF16),
    );
  });
});
