import { describe, expect, test } from "vitest";
import { findModel, MODELS } from "../../src/models/catalog.ts";
import { BF16, layerCount, windowClasses } from "../../src/models/llm-model.ts";
import { activeParameterCount, kvBytesPerToken, parameterCount } from "../../src/models/memory.ts";

/**
 * Parameters in billions and KV KiB per token in bf16. Both are what the checkpoints publish: parameter totals from the
 * model cards or safetensors indexes, KV as 2 · layers · KV heads · head size · 2 bytes of config.json.
 */
const PUBLISHED: readonly (readonly [name: string, parametersBillion: number, kvKiBPerToken: number])[] = [
  ["llama-2-7b", 6.738, 512],
  ["llama-2-13b", 13.016, 800],
  ["llama-2-70b", 68.977, 320],
  ["llama-3-8b", 8.03, 128],
  ["llama-3.1-8b", 8.03, 128],
  ["llama-3.1-70b", 70.554, 320],
  ["llama-3.1-405b", 405.853, 504],
  ["llama-3.2-1b", 1.236, 32],
  ["llama-3.2-3b", 3.213, 112],
  ["mistral-7b-v0.1", 7.242, 128],
  ["mistral-7b-v0.3", 7.248, 128],
  ["qwen2.5-7b", 7.616, 56],
  ["qwen2.5-14b", 14.77, 192],
  ["qwen2.5-32b", 32.764, 256],
  ["qwen2.5-72b", 72.706, 320],
  ["qwen3-8b", 8.191, 144],
  ["qwen3-14b", 14.768, 160],
  ["qwen3-32b", 32.762, 256],
  ["phi-3-mini-4k", 3.821, 384],
  ["phi-4", 14.66, 200],
  ["phi-4-mini", 3.836, 128],
  ["gemma-2-2b", 2.614, 104],
  ["gemma-2-9b", 9.242, 336],
  ["gemma-2-27b", 27.227, 368],
  ["gemma-3-1b", 1.0, 26],
  ["gemma-3-4b", 3.88, 136],
  ["gemma-3-12b", 11.766, 384],
  ["gemma-3-27b", 27.009, 496],
  ["opt-6.7b", 6.66, 512],
  ["opt-13b", 12.85, 800],
  ["opt-30b", 29.97, 1344],
  ["opt-66b", 65.71, 2304],
  ["opt-175b", 174.6, 4608],
  ["bloom-176b", 176.247, 3920],
  ["bloom-7b1", 7.069, 480],
  ["llama-7b", 6.738, 512],
  ["qwen1.5-7b", 7.721, 512],
  ["phi-2", 2.7797, 320],
  ["gpt-j-6b", 6.0509, 448],
];

/**
 * Mixtures of experts: parameters of the model and those that a token passes in billions, embedding and LM head counted in
 * both, KV KiB per token in bf16. The totals are those of the model cards (46.7, 141, 30.5, 235, 20.91, 116.83, 15.7, 671,
 * 1000, 228.7, 744 and 397 billion), with extra layers for multi-token prediction left out, to the digits of the shapes.
 */
const PUBLISHED_EXPERTS: readonly (readonly [name: string, total: number, active: number, kvKiB: number])[] =
  [
    ["mixtral-8x7b", 46.703, 12.88, 128],
    ["mixtral-8x22b", 140.62, 39.15, 224],
    ["qwen3-30b-a3b", 30.532, 3.353, 96],
    ["qwen3-235b-a22b", 235.09, 22.19, 188],
    ["gpt-oss-20b", 20.91, 4.187, 48],
    ["gpt-oss-120b", 116.83, 5.71, 72],
    // 27 layers · (512 + 64) · 2 bytes
    ["deepseek-v2-lite", 15.706, 2.661, 30.375],
    ["deepseek-v3", 671.03, 37.55, 68.625],
    ["kimi-k2", 1026.4, 32.86, 68.625],
    ["kimi-k2.5", 1026.4, 32.86, 68.625],
    ["minimax-m2.5", 228.7, 11.03, 248],
    // Latents of 576 elements and, for the indexer, 128 bytes and a 4-byte scale in each of 78 layers.
    ["glm-5", 743.9, 41.79, 97.8046875],
    // Of 60 layers 15 have a KV cache.
    ["qwen3.5-397b-a17b", 396.35, 17.35, 30],
  ];

describe("the model catalog", () => {
  test.each(PUBLISHED)(
    "%s has %d billion parameters and keeps %d KiB of KV per token",
    (name, billion, kib) => {
      const model = findModel(name);
      expect(Math.abs(parameterCount(model) / 1e9 / billion - 1)).toBeLessThan(0.001);
      expect(kvBytesPerToken(model, BF16)).toBe(kib * 1024);
    },
  );

  test.each(PUBLISHED_EXPERTS)(
    "%s has %d billion parameters, passes %d of them per token and keeps %d KiB of KV per token",
    (name, total, active, kib) => {
      const model = findModel(name);
      expect(Math.abs(parameterCount(model) / 1e9 / total - 1)).toBeLessThan(0.001);
      expect(Math.abs(activeParameterCount(model) / 1e9 / active - 1)).toBeLessThan(0.001);
      expect(kvBytesPerToken(model, BF16)).toBe(kib * 1024);
    },
  );

  test.each([
    // OpenAI, gpt-oss model card, arXiv 2508.10925, table 1: active parameters without the embedding.
    ["gpt-oss-20b", 3.61],
    ["gpt-oss-120b", 5.13],
  ])("%s passes %d billion parameters beside its embedding", (name, billion) => {
    const model = findModel(name);
    const active = activeParameterCount(model) - model.vocabSize * model.hiddenSize;
    expect(active / 1e9).toBeCloseTo(billion, 2);
  });

  test("a dense model passes all of its parameters", () => {
    const model = findModel("llama-3.1-8b");
    expect(activeParameterCount(model)).toBe(parameterCount(model));
  });

  test("every model has windows only as its family publishes them", () => {
    const windows = new Map(
      MODELS.filter((model) => windowClasses(model).length > 0).map((model) => [
        model.name,
        model.layerGroups.map(({ layers, windowTokens }) => [layers, windowTokens]),
      ]),
    );
    expect(Object.fromEntries(windows)).toEqual({
      "mistral-7b-v0.1": [[32, 4096]],
      "phi-3-mini-4k": [[32, 2048]],
      "gemma-2-2b": [
        [13, 4096],
        [13, null],
      ],
      "gemma-2-9b": [
        [21, 4096],
        [21, null],
      ],
      "gemma-2-27b": [
        [23, 4096],
        [23, null],
      ],
      "gemma-3-1b": [
        [22, 512],
        [4, null],
      ],
      "gemma-3-4b": [
        [29, 1024],
        [5, null],
      ],
      "gemma-3-12b": [
        [40, 1024],
        [8, null],
      ],
      "gemma-3-27b": [
        [52, 1024],
        [10, null],
      ],
      "gpt-oss-20b": [
        [12, 128],
        [12, null],
      ],
      "gpt-oss-120b": [
        [18, 128],
        [18, null],
      ],
      // Its indexer, not a window, limits what is read.
      "glm-5": [
        [3, null],
        [75, null],
      ],
    });
    expect(windowClasses(findModel("glm-5"))).toEqual([2048]);
  });

  test("names are unique, and query heads are a multiple of KV heads", () => {
    expect(new Set(MODELS.map((model) => model.name)).size).toBe(MODELS.length);
    for (const { attention } of MODELS) {
      if (attention.kind === "grouped") expect(attention.queryHeads % attention.kvHeads).toBe(0);
    }
  });

  test("finds a model by name or Hugging Face id, whatever the case, tuned or not", () => {
    expect(findModel("LLAMA-3.1-8B").name).toBe("llama-3.1-8b");
    expect(findModel("meta-llama/Llama-3.1-8B").name).toBe("llama-3.1-8b");
    expect(findModel("meta-llama/Llama-3.1-8B-Instruct").name).toBe("llama-3.1-8b");
    expect(findModel("meta-llama/Llama-2-7b-chat-hf").name).toBe("llama-2-7b");
    expect(findModel("google/gemma-3-27b-it").name).toBe("gemma-3-27b");
    expect(findModel("nvidia/Llama-3.1-8B-Instruct-FP8").name).toBe("llama-3.1-8b");
    expect(findModel("deepseek-ai/DeepSeek-R1").name).toBe("deepseek-v3");
    expect(findModel("Qwen/Qwen3-235B-A22B-FP8").name).toBe("qwen3-235b-a22b");
    expect(layerCount(findModel("gpt-3"))).toBe(96);
  });

  test("an unknown name is refused with the nearest known one", () => {
    expect(() => findModel("lama-3.1-8b")).toThrow(
      'unknown model "lama-3.1-8b" (did you mean "llama-3.1-8b"?)',
    );
  });
});
