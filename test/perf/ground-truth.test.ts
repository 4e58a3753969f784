import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { afterAll, describe, expect } from "vitest";
import { findDevice } from "../../src/hardware/catalog.ts";
import type { GpuDevice } from "../../src/hardware/device.ts";
import { energyConstants } from "../../src/hardware/power.ts";
import { collectiveBytes, collectiveLatencySeconds } from "../../src/perf/collective-seconds.ts";
import { gpuAttention } from "../../src/perf/gpu/gpu-attention.ts";
import { GpuProductModel } from "../../src/perf/gpu/matrix-product.ts";
import { AttentionWork, decodeLineSeconds, type AttentionKernel } from "../../src/perf/machine.ts";
import { causalPairs } from "../../src/perf/prefill-work.ts";
import { CHARGE_COUNT } from "../../src/perf/step-cost.ts";
import { needsShared, sharedPath } from "../support/needs.ts";

// Kernel times measured on real GPUs, kept beside the repository: vLLM 0.14 matrix products, attention and all-reduce in
// CUDA graphs (ai-dynamo/aiconfigurator), layers and attention of mixed batches under vLLM 0.19
// (casys-kaist/LLMServingSim), linear layers profiled at sustained clocks (microsoft/vidur), to which nothing is fitted.
const GPUS: Readonly<Record<string, string>> = {
  A100: "a100-80gb",
  "A100-SXM4-80GB": "a100-80gb",
  H100: "h100",
  "H100-SXM-80GB": "h100",
  L40S: "l40s",
  RTX4090: "rtx-4090",
  RTXPRO6000: "rtx-pro-6000",
};

type Row = Readonly<Record<string, string>>;

function read(file: string): Row[] {
  return parse(readFileSync(sharedPath(`ground-truth/${file}`)), { columns: true });
}

const gpuOf = (row: Row) => findDevice(GPUS[row["gpu"]!]!) as GpuDevice;
const number = (row: Row, key: string) => Number(row[key]);

function productMicroseconds(device: GpuDevice, m: number, n: number, k: number): number {
  const products = new GpuProductModel(device, device.tensorFlopsPerSecond);
  return 1e6 * products.seconds(m, n, k, 2 * (k * n + m * (k + n)));
}

function attentionKernel(
  device: GpuDevice,
  queryHeads: number,
  kvHeads: number,
  headSize: number,
): AttentionKernel {
  const heads = { queryHeads, kvHeads, headSize, kvBytesPerToken: 4 * kvHeads * headSize };
  return gpuAttention(device, energyConstants(device), heads);
}

function attentionMicroseconds(row: Row): number {
  const sizes = ["num_q_heads", "num_kv_heads", "head_dim"].map((key) => number(row, key));
  const kernel = attentionKernel(gpuOf(row), ...(sizes as [number, number, number]));
  const [sequences, tokens] = [number(row, "batch"), number(row, "kv_len_per_seq")];
  if (row["phase"] === "decode")
    return 1e6 * decodeLineSeconds(kernel.decodeLines, sequences, sequences * tokens);
  const work = new AttentionWork();
  work.newTokens = sequences * tokens;
  work.prefillPairs = sequences * causalPairs(tokens, 0, Infinity);
  work.prefillKvTokens = sequences * tokens;
  return 1e6 * kernel.mixed(work, 1, new Float64Array(CHARGE_COUNT));
}

/** A chunk beside decodes, heads of 128. */
function mixedAttentionMicroseconds(row: Row, queryHeads: number, kvHeads: number): number {
  const [chunk, chunkContext] = [number(row, "prefill_chunk"), number(row, "kv_prefill")];
  const work = new AttentionWork();
  work.newTokens = chunk;
  work.prefillPairs = causalPairs(chunk, chunkContext, Infinity);
  work.prefillKvTokens = chunk + chunkContext;
  work.decodeSequences = number(row, "n_decode");
  work.decodeContextTokens = work.decodeSequences * number(row, "kv_decode");
  const kernel = attentionKernel(gpuOf(row), queryHeads, kvHeads, 128);
  return 1e6 * kernel.mixed(work, 1, new Float64Array(CHARGE_COUNT));
}

function reduceMicroseconds(row: Row): number {
  const { links } = gpuOf(row);
  const devices = number(row, "num_gpus");
  const bytes = collectiveBytes("all-reduce", devices, number(row, "bytes"));
  return 1e6 * (collectiveLatencySeconds(links, devices) + bytes / (links.bytesPerSecond * links.efficiency));
}

/** Layers of the tables with the model's sizes on one of `tp` devices: output and inner dimension. */
const LAYERS: Readonly<
  Record<string, Readonly<Record<string, (tp: number) => readonly [n: number, k: number]>>>
> = {
  "meta-llama/Llama-3.1-8B": {
    qkv_proj: (tp) => [6144 / tp, 4096],
    o_proj: (tp) => [4096, 4096 / tp],
    gate_up_proj: (tp) => [28672 / tp, 4096],
    down_proj: (tp) => [4096, 14336 / tp],
  },
  "Qwen/Qwen3-32B": {
    qkv_proj: (tp) => [10240 / tp, 5120],
    o_proj: (tp) => [5120, 8192 / tp],
    gate_up_proj: (tp) => [51200 / tp, 5120],
    down_proj: (tp) => [5120, 25600 / tp],
  },
};

/** Rows of the table that is printed at the end. */
const table: string[] = [];

/** Median absolute relative error of the predictions; adds a row to the table. */
function medianError(
  kernel: string,
  gpu: string,
  rows: readonly Row[],
  predict: (row: Row) => number,
): number {
  const signed = rows.map((row) => predict(row) / number(row, "time_us") - 1);
  const quantile = (values: number[], share: number) =>
    values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!;
  const absolute = signed.map(Math.abs);
  const [median, p90, bias] = [quantile(absolute, 0.5), quantile(absolute, 0.9), quantile(signed, 0.5)];
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  table.push(`| ${[kernel, gpu, rows.length, ...[median, p90, bias].map(percent)].join(" | ")} |`);
  return median;
}

afterAll(() => {
  if (table.length === 0) return;
  const head =
    "| kernel | GPU | n | median error | p90 | median signed error |\n|---|---|---:|---:|---:|---:|";
  console.log([head, ...table].join("\n"));
});

describe("GPU kernel models against measured times", () => {
  const testOn = needsShared("ground-truth");

  for (const gpu of ["A100-SXM4-80GB", "H100-SXM-80GB", "L40S"]) {
    testOn(`matrix products of 16 µs and more on ${gpu} within 8 %`, () => {
      const rows = read("op-gemm-grid.csv").filter(
        (row) => row["gpu"] === gpu && row["dtype"] === "bf16" && number(row, "time_us") >= 16,
      );
      const error = medianError("matrix product, 16 µs and more", gpu, rows, (row) =>
        productMicroseconds(gpuOf(row), number(row, "m"), number(row, "n"), number(row, "k")),
      );
      expect(error).toBeLessThan(0.08);
    });
  }

  for (const [gpu, model] of [
    ["RTX4090", "meta-llama/Llama-3.1-8B"],
    ["RTXPRO6000", "Qwen/Qwen3-32B"],
  ] as const) {
    testOn(`dense layers of 16 µs and more on ${gpu} within 15 %`, () => {
      const rows = read("op-llmservingsim-layers.csv").filter(
        (row) =>
          row["gpu"] === gpu &&
          row["model"] === model &&
          LAYERS[model]![row["layer"]!] !== undefined &&
          number(row, "time_us") >= 16,
      );
      const error = medianError(`layer of ${model}, 16 µs and more`, gpu, rows, (row) => {
        const [n, k] = LAYERS[model]![row["layer"]!]!(number(row, "tp"));
        return productMicroseconds(gpuOf(row), number(row, "tokens"), n, k);
      });
      expect(error).toBeLessThan(0.15);
    });
  }

  for (const [gpu, limit] of [
    ["A100", 0.13],
    ["H100", 0.17],
  ] as const) {
    testOn(`linear layers of 16 µs and more at sustained clocks on ${gpu} within ${limit}`, () => {
      const rows = read("op-vidur-linear-ops.csv").filter(
        (row) => row["gpu"] === gpu && row["kind"] === "gemm" && number(row, "time_us") >= 16,
      );
      const error = medianError("linear layer at sustained clocks, 16 µs and more", gpu, rows, (row) =>
        productMicroseconds(gpuOf(row), number(row, "m"), number(row, "n"), number(row, "k")),
      );
      expect(error).toBeLessThan(limit);
    });
  }

  for (const [gpu, limit] of [
    ["A100-SXM4-80GB", 0.1],
    ["H100-SXM-80GB", 0.12],
    ["L40S", 0.15],
  ] as const) {
    testOn(`prefill attention of 50 µs and more on ${gpu} within ${limit}`, () => {
      const rows = read("op-attention.csv").filter(
        (row) => row["gpu"] === gpu && row["phase"] === "prefill" && number(row, "time_us") >= 50,
      );
      expect(medianError("prefill attention, 50 µs and more", gpu, rows, attentionMicroseconds)).toBeLessThan(
        limit,
      );
    });
  }

  for (const [gpu, limit] of [
    ["A100-SXM4-80GB", 0.15],
    ["H100-SXM-80GB", 0.12],
    ["L40S", 0.25],
  ] as const) {
    testOn(`decode attention on ${gpu} within ${limit}`, () => {
      const rows = read("op-attention.csv").filter((row) => row["gpu"] === gpu && row["phase"] === "decode");
      expect(medianError("decode attention", gpu, rows, attentionMicroseconds)).toBeLessThan(limit);
    });
  }

  for (const [gpu, queryHeads, tp] of [
    ["RTX4090", 32, 1],
    ["RTXPRO6000", 64, 2],
  ] as const) {
    testOn(`attention of mixed batches on ${gpu} within 12 %`, () => {
      const rows = read("op-llmservingsim-attention.csv").filter(
        (row) => row["gpu"] === gpu && number(row, "prefill_chunk") > 0 && number(row, "n_decode") > 0,
      );
      const error = medianError("attention of a mixed batch", gpu, rows, (row) =>
        mixedAttentionMicroseconds(row, queryHeads / tp, 8 / tp),
      );
      expect(error).toBeLessThan(0.12);
    });
  }

  for (const gpu of ["A100-SXM4-80GB", "H100-SXM-80GB"]) {
    testOn(`all-reduce of 64 KiB to 64 MiB on ${gpu} within 20 %`, () => {
      const rows = read("collectives.csv").filter(
        (row) =>
          row["op"] === "all_reduce" &&
          row["gpu"] === gpu &&
          row["backend"]!.startsWith("vLLM_custom_graph") &&
          number(row, "bytes") >= 2 ** 16 &&
          number(row, "bytes") <= 2 ** 26,
      );
      expect(medianError("all-reduce, 64 KiB to 64 MiB", gpu, rows, reduceMicroseconds)).toBeLessThan(0.2);
    });
  }
});
