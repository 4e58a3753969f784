import { existsSync, readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { findDevice } from "../../src/hardware/catalog.ts";
import type { GpuDevice } from "../../src/hardware/device.ts";
import { energyConstants } from "../../src/hardware/power.ts";
import { collectiveBytes, collectiveLatencySeconds } from "../../src/perf/collective-seconds.ts";
import { gpuAttention } from "../../src/perf/gpu/gpu-attention.ts";
import { GpuProductModel } from "../../src/perf/gpu/matrix-product.ts";
import { AttentionWork, decodeLineSeconds } from "../../src/perf/machine.ts";
import { causalPairs } from "../../src/perf/prefill-work.ts";
import { CHARGE_COUNT } from "../../src/perf/step-cost.ts";

// Kernel times measured on real GPUs, kept beside the repository: vLLM 0.14 matrix products and attention
// (ai-dynamo/aiconfigurator), all-reduce in CUDA graphs, layers under vLLM 0.19 (casys-kaist/LLMServingSim).
const DATA = new URL("../../../shared/ground-truth/", import.meta.url);
const GPUS: Readonly<Record<string, string>> = {
  "A100-SXM4-80GB": "a100-80gb",
  "H100-SXM-80GB": "h100",
  L40S: "l40s",
  RTX4090: "rtx-4090",
  RTXPRO6000: "rtx-pro-6000",
};

type Row = Readonly<Record<string, string>>;

function read(file: string): Row[] {
  return parse(readFileSync(new URL(file, DATA)), { columns: true });
}

const gpuOf = (row: Row) => findDevice(GPUS[row["gpu"]!]!) as GpuDevice;
const number = (row: Row, key: string) => Number(row[key]);

function productMicroseconds(device: GpuDevice, m: number, n: number, k: number): number {
  const products = new GpuProductModel(device, device.tensorFlopsPerSecond);
  return 1e6 * products.seconds(m, n, k, 2 * (k * n + m * (k + n)));
}

function attentionMicroseconds(row: Row): number {
  const device = gpuOf(row);
  const [queryHeads, kvHeads] = [number(row, "num_q_heads"), number(row, "num_kv_heads")];
  const headSize = number(row, "head_dim");
  const heads = { queryHeads, kvHeads, headSize, kvBytesPerToken: 4 * kvHeads * headSize };
  const kernel = gpuAttention(device, energyConstants(device), heads);
  const [sequences, tokens] = [number(row, "batch"), number(row, "kv_len_per_seq")];
  if (row["phase"] === "decode")
    return 1e6 * decodeLineSeconds(kernel.decodeLines, sequences, sequences * tokens);
  const work = new AttentionWork();
  work.newTokens = sequences * tokens;
  work.prefillPairs = sequences * causalPairs(tokens, 0, Infinity);
  work.prefillKvTokens = sequences * tokens;
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

/** Median absolute relative error of the predictions, printed with p90 and bias. */
function medianError(what: string, rows: readonly Row[], predict: (row: Row) => number): number {
  const signed = rows.map((row) => predict(row) / number(row, "time_us") - 1);
  const quantile = (values: number[], share: number) =>
    values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!;
  const absolute = signed.map(Math.abs);
  const [median, p90, bias] = [quantile(absolute, 0.5), quantile(absolute, 0.9), quantile(signed, 0.5)];
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  console.log(
    `${what}: n ${rows.length}, median error ${percent(median)}, p90 ${percent(p90)}, bias ${percent(bias)}`,
  );
  return median;
}

const available = existsSync(DATA);
if (!available)
  console.log(`measured kernel times are not beside the repository (${DATA.pathname}): skipped`);

describe.skipIf(!available)("GPU kernel models against measured times", () => {
  test.each(["A100-SXM4-80GB", "H100-SXM-80GB", "L40S"])(
    "matrix products of 16 µs and more on %s within 8 %",
    (gpu) => {
      const rows = read("op-gemm-grid.csv").filter(
        (row) => row["gpu"] === gpu && row["dtype"] === "bf16" && number(row, "time_us") >= 16,
      );
      const error = medianError(`products, ${gpu}`, rows, (row) =>
        productMicroseconds(gpuOf(row), number(row, "m"), number(row, "n"), number(row, "k")),
      );
      expect(error).toBeLessThan(0.08);
    },
  );

  test.each([
    ["RTX4090", "meta-llama/Llama-3.1-8B"],
    ["RTXPRO6000", "Qwen/Qwen3-32B"],
  ])("dense layers of 16 µs and more on %s within 15 %", (gpu, model) => {
    const rows = read("op-llmservingsim-layers.csv").filter(
      (row) =>
        row["gpu"] === gpu &&
        row["model"] === model &&
        LAYERS[model]![row["layer"]!] !== undefined &&
        number(row, "time_us") >= 16,
    );
    const error = medianError(`layers, ${gpu}`, rows, (row) => {
      const [n, k] = LAYERS[model]![row["layer"]!]!(number(row, "tp"));
      return productMicroseconds(gpuOf(row), number(row, "tokens"), n, k);
    });
    expect(error).toBeLessThan(0.15);
  });

  test.each([
    ["A100-SXM4-80GB", 0.1],
    ["H100-SXM-80GB", 0.12],
    ["L40S", 0.15],
  ])("prefill attention of 50 µs and more on %s within %d", (gpu, limit) => {
    const rows = read("op-attention.csv").filter(
      (row) => row["gpu"] === gpu && row["phase"] === "prefill" && number(row, "time_us") >= 50,
    );
    expect(medianError(`prefill attention, ${gpu}`, rows, attentionMicroseconds)).toBeLessThan(limit);
  });

  test.each([
    ["A100-SXM4-80GB", 0.15],
    ["H100-SXM-80GB", 0.12],
    ["L40S", 0.25],
  ])("decode attention on %s within %d", (gpu, limit) => {
    const rows = read("op-attention.csv").filter((row) => row["gpu"] === gpu && row["phase"] === "decode");
    expect(medianError(`decode attention, ${gpu}`, rows, attentionMicroseconds)).toBeLessThan(limit);
  });

  test.each(["A100-SXM4-80GB", "H100-SXM-80GB"])(
    "all-reduce of 64 KiB to 64 MiB on %s within 30 %",
    (gpu) => {
      const rows = read("collectives.csv").filter(
        (row) =>
          row["op"] === "all_reduce" &&
          row["gpu"] === gpu &&
          row["backend"]!.startsWith("vLLM_custom_graph") &&
          number(row, "bytes") >= 2 ** 16 &&
          number(row, "bytes") <= 2 ** 26,
      );
      expect(medianError(`all-reduce, ${gpu}`, rows, reduceMicroseconds)).toBeLessThan(0.3);
    },
  );
});
