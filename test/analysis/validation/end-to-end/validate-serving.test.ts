import { describe, expect, test } from "vitest";
import { schedulesAhead } from "../../../../src/analysis/validation/end-to-end/serving-engines.ts";
import {
  validateServing,
  type ServingValidation,
} from "../../../../src/analysis/validation/end-to-end/validate-serving.ts";
import { InputError } from "../../../../src/core/errors.ts";
import { csvOf, memoryFolder } from "../memory-folder.ts";
import { CONFIG, REQUESTS, runFiles, SWEEP_ROW, sweepFiles } from "./sample-run.ts";

const validated = (files: Readonly<Record<string, string>>): ServingValidation =>
  validateServing(memoryFolder(files));
const meanOf = ({ summary }: ServingValidation, metric: string): number =>
  summary.find((row) => row.metric === metric)!.predicted!;

describe("a recorded run", () => {
  test("is told by mean, median and tails of TTFT, TPOT and E2E beside the measured ones", () => {
    const { summary, runs } = validated(runFiles());
    const metrics = ["ttft", "tpot", "e2e"].flatMap((metric) =>
      ["mean", "p50", "p90", "p95", "p99"].map((statistic) => `${metric}_${statistic}`),
    );
    expect(summary.map(({ metric }) => metric)).toEqual(metrics);
    for (const { dataset, system, metric, n, measured, predicted, error } of summary) {
      expect(dataset).toBe("e2e-runs/first");
      expect(system).toBe("NVIDIA GeForce RTX 4090/vllm/meta-llama/Llama-3.1-8B/bfloat16");
      // A single token has no time per output token.
      expect(n).toBe(metric.startsWith("tpot") ? 2 : 3);
      expect(error).toBeCloseTo(predicted! / measured! - 1, 12);
    }
    expect(summary[0]!.measured).toBeCloseTo((0.06 + 0.04 + 0.11) / 3, 12);
    expect(runs[0]!.timeline.running.length).toBeGreaterThan(0);
    expect(runs[0]!.run.samples).toEqual([{ seconds: 1, running: 2, waiting: 0 }]);
  });

  test("needs no time series", () => {
    const { "e2e-runs/first/timeseries.csv": _samples, ...files } = runFiles();
    expect(validated(files).runs[0]!.run.samples).toEqual([]);
  });

  test("runs on the blocks that its server had, else on those of its tokens, else on what fits", () => {
    const burst = Array.from({ length: 12 }, () => ({ ...REQUESTS[2]!, queued_s: 0 }));
    const waits = (config: object) =>
      meanOf(validated(runFiles({ ...CONFIG, ...config }, burst)), "ttft_mean");
    const few = waits({ num_gpu_kv_blocks: 120, kv_capacity_tokens: null });
    expect(waits({ num_gpu_kv_blocks: null, kv_capacity_tokens: 120 * 16 })).toBe(few);
    expect(waits({ num_gpu_kv_blocks: null, kv_capacity_tokens: null })).toBeLessThan(few / 2);
  });

  test("of a dense model on several engines is served by as many replicas", () => {
    const burst = Array.from({ length: 12 }, () => ({ ...REQUESTS[2]!, queued_s: 0 }));
    const wait = (config: object) =>
      meanOf(validated(runFiles({ ...CONFIG, ...config }, burst)), "ttft_mean");
    expect(wait({ data_parallel: 4, num_gpus: 4 })).toBeLessThan(wait({}) / 2);
  });

  test("finds again what its preempted requests had computed, where its server caches prefixes", () => {
    const long = { ...REQUESTS[2]!, queued_s: 0, output_tokens: 400 };
    const burst = Array.from({ length: 12 }, () => long);
    const e2e = (config: object) =>
      meanOf(validated(runFiles({ ...CONFIG, num_gpu_kv_blocks: 700, ...config }, burst)), "e2e_mean");
    expect(e2e({ prefix_caching: true })).toBeLessThan(0.99 * e2e({ prefix_caching: false }));
    expect(e2e({})).toBe(e2e({ prefix_caching: true }));
  });

  test("waits for the host of an engine that prepares no step ahead", () => {
    const tpot = (config: object) => meanOf(validated(runFiles({ ...CONFIG, ...config })), "tpot_mean");
    expect(tpot({ async_scheduling: false })).toBeGreaterThan(tpot({}));
    expect(tpot({ vllm_version: "0.12.0" })).toBe(tpot({ async_scheduling: false }));
    expect(tpot({ vllm_version: "0.12.0", async_scheduling: true })).toBe(tpot({}));
  });

  test.each([
    ["gpu", "abacus", "unknown device"],
    ["model", "nobody/nothing", "unknown model"],
    ["backend", "slate", "backend slate"],
    ["tensor_parallel", 16, "links between nodes"],
    ["num_gpu_kv_blocks", 20, "3 requests that the cache cannot hold"],
  ])("with %s %s is listed and not scored", (key, value, reason) => {
    const { summary, unmodelled } = validated(runFiles({ ...CONFIG, [key]: value }));
    expect(summary).toEqual([]);
    expect(unmodelled).toMatchObject([{ dataset: "e2e-runs/first", reason, rows: 1 }]);
  });

  test.each<[string, Record<string, string>, string]>([
    [
      "without its settings",
      { "e2e-runs/first/requests.csv": "a\n1\n" },
      "measured/e2e-runs/first/config.json: missing file of a recorded run",
    ],
    [
      "whose settings are no JSON",
      { ...runFiles(), "e2e-runs/first/config.json": "{" },
      "measured/e2e-runs/first/config.json: invalid JSON",
    ],
    [
      "whose settings lack one",
      runFiles({ ...CONFIG, max_num_seqs: undefined }),
      "measured/e2e-runs/first/config.json: max_num_seqs: ",
    ],
    [
      "whose requests lack a column",
      runFiles(
        CONFIG,
        REQUESTS.map(({ e2e_ms: _e2e, ...row }) => row),
      ),
      'measured/e2e-runs/first/requests.csv:1: missing column "e2e_ms"',
    ],
    [
      "with a request of no time",
      runFiles(CONFIG, [REQUESTS[0]!, { ...REQUESTS[1]!, ttft_ms: 0 }]),
      "measured/e2e-runs/first/requests.csv:3: ttft_ms: invalid value",
    ],
  ])("%s is refused with its file and place", (_, files, message) => {
    expect(() => validated(files)).toThrow(InputError);
    expect(() => validated(files)).toThrow(message);
  });
});

describe("a closed-loop sweep", () => {
  test("is one row per system and metric, with the errors of its points", () => {
    const { summary, points } = validated(sweepFiles([SWEEP_ROW, { ...SWEEP_ROW, concurrency: 16 }]));
    expect(points.map(({ line }) => line)).toEqual([2, 3]);
    expect(summary.map(({ metric }) => metric)).toEqual(["ttft", "tpot"]);
    for (const row of summary) {
      const key = row.metric === "ttft" ? "ttftSeconds" : "tpotSeconds";
      const errors = points.map(({ predicted, measured }) => predicted[key] / measured[key] - 1);
      expect(row).toMatchObject({ system: "H100-SXM-80GB/vllm/Qwen/Qwen3-32B/fp8", n: 2, measured: null });
      expect(row.mdape).toBeCloseTo((Math.abs(errors[0]!) + Math.abs(errors[1]!)) / 2, 12);
    }
  });

  test("has no error where the prediction was measured", () => {
    const [first] = validated(sweepFiles()).points;
    const { ttftSeconds, tpotSeconds } = first!.predicted;
    const exact = { ...SWEEP_ROW, ttft_ms: 1e3 * ttftSeconds, tpot_ms: 1e3 * tpotSeconds };
    for (const { mdape } of validated(sweepFiles([exact])).summary) expect(mdape).toBeCloseTo(0, 9);
  });

  test("takes longer with more clients, and with weights of more bytes", () => {
    const tpot = (row: object) =>
      validated(sweepFiles([{ ...SWEEP_ROW, ...row }])).points[0]!.predicted.tpotSeconds;
    expect(tpot({ concurrency: 32 })).toBeGreaterThan(tpot({}));
    expect(tpot({ weights: "bf16" })).toBeGreaterThan(tpot({}));
  });

  test("that InferenceX dated has shorter lengths than one that others made", () => {
    const lengths = (row: object) =>
      validated(sweepFiles([{ ...SWEEP_ROW, osl: 1024, ...row }])).points[0]!.loop;
    expect(lengths({ measured: "2025-10-29" })).toMatchObject({ shortestShare: 0.8, longestShare: 1 });
    expect(lengths({})).toMatchObject({ shortestShare: 0.95, longestShare: 1.05 });
  });

  test.each([
    [{ backend: "slate" }, "backend slate"],
    [{ tp: 16 }, "links between nodes"],
    [{ tp: 3 }, "qwen3-32b cannot be split over this many tensor-parallel devices:"],
  ])("of a system with %j is listed by its reason", (row, reason) => {
    const { points, unmodelled } = validated(sweepFiles([{ ...SWEEP_ROW, ...row }]));
    expect(points).toEqual([]);
    expect(unmodelled).toMatchObject([{ dataset: "e2e-concurrency-sweeps", reason, rows: 1 }]);
  });

  test("is refused with file and line for a cell that is no number", () => {
    const broken = sweepFiles([SWEEP_ROW, { ...SWEEP_ROW, concurrency: "many" }]);
    expect(() => validated(broken)).toThrow(
      'measured/e2e-concurrency-sweeps.csv:3: concurrency: invalid value "many"',
    );
  });
});

test("a folder without measured serving is refused", () => {
  expect(() => validated({ "op-gemm-grid.csv": "" })).toThrow("no measured serving");
});

test.each([
  ["vllm", "0.12.0", false],
  ["vllm", "v0.13.2", false],
  ["vllm", "0.14.0", true],
  ["vllm", "1.0.0", true],
  ["vllm", "", true],
  ["trtllm", "0.9.0", true],
])("%s %s prepares steps ahead: %s", (backend, version, ahead) => {
  expect(schedulesAhead(backend, version)).toBe(ahead);
});

describe("a run on a device whose layers were measured", () => {
  const LAYERS = ["layernorm", "qkv_proj", "rotary_emb", "o_proj", "gate_up_proj", "act_fn", "down_proj"];
  const ONCE = ["embedding", "final_layernorm", "lm_head", "sampler"];
  const of = { gpu: "RTX4090", model: "meta-llama/Llama-3.1-8B", tp: 1, profiler: "v1 (vLLM 0.19.0 eager)" };
  const layerRows = (names: readonly string[], microseconds: number) =>
    names.flatMap((layer) => [1, 2048].map((tokens) => ({ ...of, layer, tokens, time_us: microseconds })));
  const attention = (prefill_chunk: number, n_decode: number, kv_decode: number, time_us: number) => ({
    ...{ ...of, prefill_chunk, kv_prefill: 0, n_decode, kv_decode, time_us },
  });
  const ATTENTION = [
    ...[attention(2048, 0, 0, 10), attention(0, 1, 100, 10), attention(0, 64, 100, 10)],
    attention(2048, 8, 100, 30),
  ];
  const files = (names: readonly string[], microseconds: number) => ({
    ...runFiles(),
    "op-llmservingsim-layers.csv": csvOf(layerRows(names, microseconds)),
    "op-llmservingsim-attention.csv": csvOf(ATTENTION),
  });

  test("is replayed on them as well, under a name of its own", () => {
    const { summary } = validated(files([...LAYERS, ...ONCE], 100));
    expect([...new Set(summary.map(({ dataset }) => dataset))]).toEqual([
      ...["e2e-runs/first", "e2e-runs-profile/first"],
    ]);
    const tpot = summary.find(
      ({ dataset, metric }) => dataset.startsWith("e2e-runs-profile") && metric === "tpot_mean",
    )!.predicted!;
    // 32 layers of eight kernels and one of attention, four kernels beside, 0.9 µs between them, and the host.
    const step = 32 * (8 * 100.9e-6 + 10.9e-6) + 4 * 100.9e-6 + 0.5e-3;
    expect(tpot).toBeGreaterThan(step * 0.999);
    expect(tpot).toBeLessThan(step * 1.05);
  });

  test("is not where one of them is missing", () => {
    const { summary } = validated(files([...LAYERS.slice(1), ...ONCE], 100));
    expect(new Set(summary.map(({ dataset }) => dataset))).toEqual(new Set(["e2e-runs/first"]));
  });
});
