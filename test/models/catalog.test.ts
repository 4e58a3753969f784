import { describe, expect, test } from "vitest";
import { findModel, MODELS } from "../../src/models/catalog.ts";
import { BF16, layerCount, windowClasses } from "../../src/models/llm-model.ts";
import { kvBytesPerToken, parameterCount } from "../../src/models/memory.ts";

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
    });
  });

  test("names are unique, and query heads are a multiple of KV heads", () => {
    expect(new Set(MODELS.map((model) => model.name)).size).toBe(MODELS.length);
    for (const { attention } of MODELS) {
      expect(attention.kind === "grouped" && attention.queryHeads % attention.kvHeads).toBe(0);
    }
  });

  test("finds a model by name or Hugging Face id, whatever the case, tuned or not", () => {
    expect(findModel("LLAMA-3.1-8B").name).toBe("llama-3.1-8b");
    expect(findModel("meta-llama/Llama-3.1-8B").name).toBe("llama-3.1-8b");
    expect(findModel("meta-llama/Llama-3.1-8B-Instruct").name).toBe("llama-3.1-8b");
    expect(findModel("meta-llama/Llama-2-7b-chat-hf").name).toBe("llama-2-7b");
    expect(findModel("google/gemma-3-27b-it").name).toBe("gemma-3-27b");
    expect(layerCount(findModel("gpt-3"))).toBe(96);
  });

  test("an unknown name is refused with the nearest known one", () => {
    expect(() => findModel("lama-3.1-8b")).toThrow(
      'unknown model "lama-3.1-8b" (did you mean "llama-3.1-8b"?)',
    );
  });
});
