import { describe, expect, test } from "vitest";
import { compileStepCost } from "../../src/perf/compile.ts";
import { StepShape } from "../../src/perf/step-cost.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { writtenSynthetic } from "../../src/scenario/written-synthetic.ts";
import { inputErrorOf, memoryFiles } from "./memory-files.ts";

const YAML = `model: llama-3-8b
device: a100-80gb
workload:
  synthetic:
    arrivals: { process: poisson, rate: 6/s }
    input: { distribution: fixed, tokens: 100 }
    output: { distribution: fixed, tokens: 100 }
    requests: 10
`;

const scenario = (text: string) => loadScenario("s.yaml", memoryFiles({ "s.yaml": text }));
const load = (...lines: string[]) => scenario(`${YAML}${lines.join("\n")}\n`).systems[0]!;
const problemOf = (...lines: string[]) => inputErrorOf(() => load(...lines)).message;

describe("prefix caching", () => {
  test("is off unless asked for, and then leaves no trace in what is hashed", () => {
    expect(load().engine).not.toHaveProperty("prefixCaching");
    expect(load("serving: { enable_prefix_caching: true }").engine.prefixCaching).toEqual({
      ...{ tiers: [], load: "when-faster" },
    });
  });

  test("gets its slower memories in blocks, and the time to bring one back", () => {
    const { engine } = load(
      "serving:",
      "  enable_prefix_caching: true",
      "  kv_offload: { host: { capacity: 8GiB, bandwidth: 20GB/s }, disk: { capacity: 80GiB, bandwidth: 2GB/s }, load: always }",
    );
    // Llama-3-8B keeps 131,072 bytes a token in bf16, and a block has 16 tokens.
    const blockBytes = 16 * 131_072;
    expect(engine.prefixCaching).toEqual({
      tiers: [
        { name: "host", blocks: 4096, secondsPerBlock: blockBytes / 20e9 },
        { name: "disk", blocks: 40_960, secondsPerBlock: blockBytes / 2e9 },
      ],
      load: "always",
    });
  });

  test.each([
    [
      "serving: { kv_offload: { host: { capacity: 1GB, bandwidth: 1GB/s } } }",
      /kv_offload.*only cached blocks/s,
    ],
    ["serving: { enable_prefix_caching: true, kv_offload: {} }", /needs a host, a disk or both/],
    [
      "serving: { enable_prefix_caching: true, kv_offload: { disk: { capacity: 1kB, bandwidth: 1GB/s } } }",
      /kv_offload.disk.capacity.*no room for a single block/s,
    ],
    [
      "serving: { enable_prefix_caching: true, scheduler: orca, max_model_len: 2048 }",
      /orca reserves memory/,
    ],
    [
      "serving: { enable_prefix_caching: true, scheduler: static, max_model_len: 2048 }",
      /static reserves memory/,
    ],
  ])("%s is refused where it stands", (line, says) => {
    expect(problemOf(line)).toMatch(says);
    expect(problemOf(line)).toContain("s.yaml:9");
  });

  test("knows system prompts of all classes, or of one", () => {
    const written = YAML.replace(
      "    requests: 10",
      "    requests: 10\n    system_prompt: 300\n    classes: [{ name: a, weight: 1, system_prompt: 50 }, { name: b, weight: 1 }]",
    );
    const { workload } = scenario(written);
    if (workload.kind !== "synthetic") throw new Error("the workload is synthetic");
    expect(workload.spec).toMatchObject({
      systemPromptTokens: 300,
      classes: [{ systemPromptTokens: 50 }, {}],
    });
    expect(writtenSynthetic(workload.spec)).toMatchObject({
      ...{ system_prompt: 300, classes: [{ name: "a", system_prompt: 50 }, { name: "b" }] },
    });
  });
});

describe("a sliding window", () => {
  const engineOf = (model: string, ...lines: string[]) =>
    scenario(YAML.replace("llama-3-8b", model) + lines.join("\n")).systems[0]!.engine;

  test("frees what is behind it where every layer has it and blocks come chunk by chunk", () => {
    expect(engineOf("mistral-7b-v0.1").slidingWindowTokens).toBe(4096);
    expect(engineOf("llama-3-8b")).not.toHaveProperty("slidingWindowTokens");
    // Half of the layers see all, and need every block.
    expect(engineOf("gemma-2-9b")).not.toHaveProperty("slidingWindowTokens");
    expect(engineOf("mistral-7b-v0.1", "serving: { scheduler: sarathi }")).not.toHaveProperty(
      "slidingWindowTokens",
    );
    expect(engineOf("mistral-7b-v0.1", "serving: { enable_prefix_caching: true }")).not.toHaveProperty(
      "slidingWindowTokens",
    );
  });
});

describe("kv_cache_dtype", () => {
  const decodeSeconds = (system: ReturnType<typeof load>) => {
    const cost = compileStepCost(system);
    const shape = new StepShape(cost.windowTokens.length, 0);
    Object.assign(shape, { decodeSequences: 32, decodeContextTokens: 32 * 8000, logitSequences: 32 });
    return cost.step(shape, cost.openUse());
  };

  test("fp8 holds twice the tokens and reads half the bytes", () => {
    const [plain, quantised] = [load(), load("serving: { kv_cache_dtype: fp8 }")];
    expect(quantised.precision).toMatchObject({ kv: "fp8", weights: "bf16" });
    expect(Math.abs(quantised.engine.kvBlocks - 2 * plain.engine.kvBlocks)).toBeLessThanOrEqual(1);
    // 32 × 8,000 tokens of 131,072 bytes are read in about 20 ms at 1.6 TB/s, half of them in half the time.
    const saved = decodeSeconds(plain) - decodeSeconds(quantised);
    const halfTheBytes = (32 * 8000 * 131_072) / 2;
    const bandwidth = halfTheBytes / saved;
    expect(bandwidth).toBeGreaterThan(1.2e12);
    expect(bandwidth).toBeLessThan(2.04e12);
  });

  test("says the same as precision.kv, in vLLM's words", () => {
    const byPrecision = load("precision: { kv: fp8 }");
    for (const dtype of ["fp8", "fp8_e4m3", "fp8_e5m2"]) {
      const { engine, precision } = load(`serving: { kv_cache_dtype: ${dtype} }`);
      expect({ engine, precision }).toEqual({ engine: byPrecision.engine, precision: byPrecision.precision });
    }
    expect(load("serving: { kv_cache_dtype: auto }", "precision: { kv: int8 }").precision.kv).toBe("int8");
    expect(problemOf("precision: { kv: int8 }", "serving: { kv_cache_dtype: fp8 }")).toMatch(
      /kv_cache_dtype: precision keeps the KV cache in int8/,
    );
  });
});

describe("speculative decoding", () => {
  test("is told in vLLM's words, with the scenario's seed", () => {
    const { engine, settings } = load(
      "seed: 5",
      "serving: { speculative: { num_speculative_tokens: 4, acceptance_rate: 0.8 } }",
    );
    expect(engine.speculation).toEqual({ tokens: 4, acceptanceRate: 0.8, draftCost: 0, seed: 5 });
    expect(settings.serving).toMatchObject({ speculative: { num_speculative_tokens: 4 } });
    expect(load().engine).not.toHaveProperty("speculation");
  });

  test.each([
    [
      "{ num_speculative_tokens: 8, acceptance_rate: 0.8 }",
      "",
      /256 sequences of 9 tokens each do not fit in a step of 2048/,
    ],
    ["{ num_speculative_tokens: 2, acceptance_rate: 1.5 }", "", /acceptance_rate/],
    [
      "{ num_speculative_tokens: 2, acceptance_rate: 0.5 }",
      ", scheduler: sarathi",
      /sarathi is not modelled with drafts/,
    ],
  ])("%s%s is refused where it stands", (speculative, more, says) => {
    const message = problemOf(`serving: { speculative: ${speculative}${more} }`);
    expect(message).toMatch(says);
    expect(message).toContain("s.yaml:9");
  });
});
