import { describe, expect, test } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import { memoryFiles } from "./memory-files.ts";

const YAML = `model: llama-3-8b
device: a100-80gb
workload:
  synthetic:
    arrivals: { process: poisson, rate: 6/s }
    input: { distribution: fixed, tokens: 100 }
    output: { distribution: fixed, tokens: 100 }
    requests: 10
`;

const load = (...lines: string[]) =>
  loadScenario("s.yaml", memoryFiles({ "s.yaml": `${YAML}${lines.join("\n")}\n` })).systems[0]!;

describe("a scheduler", () => {
  test("is named alone, or with its settings", () => {
    expect(load("serving: { scheduler: sarathi }").scheduler).toEqual({
      policy: "sarathi",
      chunkTokens: 512,
    });
    expect(load("serving: { scheduler: { policy: sarathi, chunk_size: 300 } }").scheduler).toEqual({
      policy: "sarathi",
      chunkTokens: 300,
    });
    expect(load("serving: { scheduler: sjf }").scheduler).toEqual({
      ...{ policy: "sjf", predictionError: 0, agingTokensPerSecond: 10 },
    });
    expect(load("serving: { scheduler: fair }").scheduler).toEqual({
      ...{ policy: "fair", promptWeight: 1, outputWeight: 2 },
    });
  });

  test("takes its targets from the service level, the strictest of those that bound a gap", () => {
    const co = "serving: { scheduler: { policy: co-scheduling, min_chunk: 16 } }";
    expect(load(co, "slo: { max_tbt: 50ms, tbt_p99: 40ms, tpot: 20ms }").scheduler).toEqual({
      ...{ policy: "co-scheduling", tbtSeconds: 0.04, minChunkTokens: 16 },
    });
    expect(load(co, "slo: { tpot: 20ms }").scheduler).toMatchObject({ tbtSeconds: 0.02 });
    const byClass = "slo: { max_tbt: 50ms, by_class: { default: { max_tbt: 30ms } } }";
    expect(load(co, byClass).scheduler).toMatchObject({ tbtSeconds: 0.03 });
    expect(load("serving: { scheduler: edf }", "slo: { ttft: 1s }").scheduler).toEqual({ policy: "edf" });
  });

  test("that never splits prompts switches chunks off, and says so in the settings", () => {
    const { engine, settings } = load("serving: { scheduler: orca, max_model_len: 2048 }");
    expect(engine.enableChunkedPrefill).toBe(false);
    expect(settings.serving).toMatchObject({ scheduler: "orca", enable_chunked_prefill: false });
    expect(load("serving: { scheduler: sarathi }").engine.enableChunkedPrefill).toBe(true);
  });

  test("that swaps gets its room on the host in blocks, and the time to move one", () => {
    const { engine } = load(
      "serving: { scheduler: { policy: vllm-v0, preemption: swap, swap_space: 8GiB, swap_bandwidth: 20GB/s }, max_model_len: 2048 }",
    );
    // Llama-3-8B keeps 131,072 bytes a token in bf16, and a block has 16 tokens.
    expect(engine.hostSwap).toEqual({ blocks: 4096, secondsPerBlock: (16 * 131_072) / 20e9 });
    expect(load("serving: { scheduler: vllm-v0, max_model_len: 2048 }").engine.hostSwap).toBeUndefined();
  });
});

test.each([
  ["serving: { scheduler: edf }", "serving.scheduler: edf needs a deadline", "slo.ttft"],
  ["serving: { scheduler: co-scheduling }", "serving.scheduler: co-scheduling needs a target", "slo.max_tbt"],
  ["serving: { scheduler: orca }", "serving.scheduler: without chunks a prompt", "a smaller max_model_len"],
  [
    "serving: { scheduler: vllm-v0 }",
    "serving.scheduler: without chunks a prompt",
    "a scheduler that chunks",
  ],
  ["serving: { scheduler: static }", "serving.scheduler: without chunks a prompt", "max_num_batched_tokens"],
  [
    "serving: { scheduler: static, max_model_len: 2048, enable_chunked_prefill: true }",
    "serving.enable_chunked_prefill: static never splits a prompt",
    "false",
  ],
  ["serving: { scheduler: priority }", "serving.scheduler: priority needs to know", "priorities"],
  [
    "serving: { scheduler: { policy: sarathi, chunk_size: 100 } }",
    "serving.scheduler.chunk_size: invalid value 100",
    "at least max_num_seqs, which is 256",
  ],
  [
    "serving: { scheduler: { policy: vllm-v0, preemption: swap, swap_space: 0GiB }, max_model_len: 2048 }",
    "serving.scheduler.swap_space: swapping needs memory on the host",
    "2097152 bytes",
  ],
  [
    "serving: { scheduler: { policy: fair, prompt_weight: 0, output_weight: 0 } }",
    "serving.scheduler.output_weight",
    "cannot both count for nothing",
  ],
  ["serving: { scheduler: sarathy }", "serving.scheduler: unknown name", 'did you mean "sarathi"?'],
  [
    "serving: { scheduler: { policy: orca, chunk_size: 3 } }",
    "serving.scheduler.chunk_size: unknown key",
    "s.yaml:9:",
  ],
  [
    "serving: { scheduler: { policy: orka } }",
    "serving.scheduler.policy: unknown name",
    'did you mean "orca"?',
  ],
])("%s is refused at its place", (lines, rule, remedy) => {
  expect(() => load(lines)).toThrow("s.yaml:9:");
  expect(() => load(lines)).toThrow(rule);
  expect(() => load(lines)).toThrow(remedy);
});
