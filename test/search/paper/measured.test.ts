import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/core/errors.ts";
import { findModel } from "../../../src/models/catalog.ts";
import { diskFiles } from "../../../src/node/disk-files.ts";
import { explainBatch } from "../../../src/perf/step-explanation.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import type { Choices } from "../../../src/search/paper/contenders.ts";
import { measuredBatches } from "../../../src/search/paper/measured.ts";
import { metricsOf } from "../../../src/search/paper/service.ts";
import { RequestTableBuilder } from "../../../src/workload/request-table.ts";
import { csvOf, memoryFolder } from "../../analysis/validation/memory-folder.ts";

const step = {
  ...{ model: "llama2-70b", gpu: "a100-80gb", tp: 8, prompt_tokens: 512, batch: 64, output_tokens: 128 },
  ...{ prefill_ms: 7500, decode_ms_per_token: 71.6, suspect: 0 },
};
const whole = {
  ...{ gpu: "A100", num_gpus: 1, framework: "vLLM", model: "meta-llama/Meta-Llama-3-8B" },
  ...{ input_tokens: 512, output_tokens: 512, batch: 64, latency_s: 15.25, total_tokens_per_s: 4298 },
};
const folder = memoryFolder({
  "iteration-splitwise.csv": csvOf([
    step,
    { ...step, tp: 2 },
    { ...step, batch: 4 },
    { ...step, suspect: 1 },
    { ...step, model: "bloom-176b" },
  ]),
  "e2e-static-batch.csv": csvOf([whole, { ...whole, num_gpus: 2 }, { ...whole, gpu: "H100" }]),
});

function design(file: string): {
  readonly found: Choices;
  readonly traffic: ReturnType<typeof loadScenario>;
} {
  const path = `${import.meta.dirname}/../../../scenarios/paper/${file}.yaml`;
  const traffic = loadScenario(path, diskFiles);
  return { traffic, found: { name: "found", variants: [{ system: traffic.systems[0]! }] } };
}

describe("measured batches", () => {
  test("are those of the same shape on as many A100s, beside the same step of the design", () => {
    const { found, traffic } = design("70b-64");
    const batches = measuredBatches(folder, found, traffic);
    expect(batches).toHaveLength(1);
    expect(batches[0]!.measuredSeconds).toBeCloseTo(71.6e-3, 12);
    // Launches alone take 46 ms of it; the model errs by a tenth at most.
    expect(Math.abs(batches[0]!.modelSeconds / batches[0]!.measuredSeconds - 1)).toBeLessThan(0.1);
    const batch = { decodeSequences: 64, contextTokens: 576, promptTokens: 0, cachedTokens: 0 };
    const own = { ...found.variants[0]!.system, model: findModel("llama-2-70b") };
    expect(batches[0]!.foundSeconds).toBeCloseTo(explainBatch(own, batch).seconds, 12);
  });

  test("count a whole batch with its prompts, for each token of a sequence", () => {
    const { found, traffic } = design("8b");
    const batches = measuredBatches(folder, found, traffic);
    expect(batches).toHaveLength(1);
    expect(batches[0]!.measuredSeconds).toBeCloseTo(15.25 / 512, 4);
    const table = new RequestTableBuilder({ ticksPerSecond: 1 });
    for (let i = 0; i < 64; i++) table.add(0, 512, 512, i, 0, -1);
    const { durationSeconds } = metricsOf(traffic, found.variants[0]!, table.build());
    expect(batches[0]!.foundSeconds).toBeCloseTo(durationSeconds / 512, 12);
  });

  test("are none without a folder, and name the file and line of what cannot be read", () => {
    const { found, traffic } = design("70b-64");
    expect(measuredBatches(undefined, found, traffic)).toEqual([]);
    expect(measuredBatches(memoryFolder({}), found, traffic)).toEqual([]);
    const broken = memoryFolder({ "iteration-splitwise.csv": csvOf([{ ...step, batch: "many" }]) });
    expect(() => measuredBatches(broken, found, traffic)).toThrow(InputError);
    expect(() => measuredBatches(broken, found, traffic)).toThrow(
      /measured\/iteration-splitwise\.csv:2.*batch/,
    );
  });
});
