import { describe, expect } from "vitest";
import type { MeasurementFolder } from "../../src/analysis/validation/dataset.ts";
import { validate, type SummaryRow } from "../../src/analysis/validation/validate.ts";
import { openMeasurementFolder } from "../../src/node/measurement-folder.ts";
import { needsShared, sharedPath } from "../support/needs.ts";

/**
 * Most that kernel times may differ from measured ones: median and 90th percentile of the absolute error, a little above what
 * is reached, so that no constant gets worse unnoticed. Sources: ai-dynamo/aiconfigurator (vLLM 0.14 in CUDA graphs),
 * microsoft/vidur (kernels of 2023 at sustained clocks).
 */
const LIMITS: Readonly<Record<string, readonly [median: number, ninetieth: number]>> = {
  "op-gemm-grid A100-SXM4-80GB kernel_time": [0.045, 0.145],
  "op-gemm-grid H100-SXM-80GB kernel_time": [0.05, 0.155],
  "op-gemm-grid L40S kernel_time": [0.07, 0.19],
  "op-vidur-linear-ops A100 kernel_time": [0.08, 0.25],
  "op-vidur-linear-ops H100 kernel_time": [0.09, 0.3],
  "op-vidur-linear-ops A40 kernel_time": [0.09, 0.32],
  "op-attention A100-SXM4-80GB prefill_time": [0.05, 0.16],
  "op-attention H100-SXM-80GB prefill_time": [0.045, 0.14],
  "op-attention L40S prefill_time": [0.07, 0.17],
  "op-attention A100-SXM4-80GB decode_time": [0.08, 0.3],
  "op-attention H100-SXM-80GB decode_time": [0.065, 0.24],
  "op-attention L40S decode_time": [0.05, 0.29],
  "op-moe-layer A100-SXM4-80GB layer_time": [0.15, 0.33],
  "op-moe-layer H100-SXM-80GB layer_time": [0.13, 0.38],
  "collectives A100-SXM4-80GB collective_time": [0.06, 0.13],
  "collectives H100-SXM-80GB collective_time": [0.085, 0.21],
  "collectives L40S collective_time": [0.11, 0.25],
};

const FILES = [...new Set(Object.keys(LIMITS).map((key) => `${key.split(" ")[0]!}.csv`))];

describe("GPU kernel models against measured times", () => {
  const testOn = needsShared("ground-truth");

  testOn("stay within what was reached on every device that was measured", () => {
    const all = openMeasurementFolder(sharedPath("ground-truth"));
    const kernels: MeasurementFolder = { ...all, files: FILES };
    const reached = new Map<string, SummaryRow>();
    for (const row of validate(kernels).summary) {
      if (row.subset === "target") reached.set(`${row.dataset} ${row.device} ${row.metric}`, row);
    }
    for (const [key, [median, ninetieth]] of Object.entries(LIMITS)) {
      const { mdape, p90ape } = reached.get(key)!;
      expect(mdape, `median of ${key}`).toBeLessThan(median);
      expect(p90ape, `90th percentile of ${key}`).toBeLessThan(ninetieth);
    }
  });
});
