import { describe, expect, test } from "vitest";
import { DATASETS } from "../../../src/analysis/validation/datasets.ts";
import { validate, type Point, type Validation } from "../../../src/analysis/validation/validate.ts";
import { InputError } from "../../../src/core/errors.ts";
import { csvOf, memoryFolder } from "./memory-folder.ts";
import { SAMPLES, type Sample } from "./sample-rows.ts";

type Row = Sample["row"];

function validateRows(dataset: string, ...rows: readonly Row[]): Validation {
  return validate(memoryFolder({ [`${dataset}.csv`]: csvOf(rows) }));
}

const GEMM: Row = { gpu: "A100-SXM4-80GB", dtype: "bf16", m: 512, n: 4096, k: 4096, time_us: 100 };

describe("every dataset", () => {
  const cases = Object.entries(SAMPLES).flatMap(([dataset, samples]) =>
    samples.map((sample, i) => ({ dataset, sample, i })),
  );

  test.each(cases)("$dataset, row $i: no error where the prediction was measured", ({ dataset, sample }) => {
    const { points, unmodelled } = validateRows(dataset, sample.row);
    expect(unmodelled).toEqual([]);
    expect(points).toHaveLength(sample.measured.length);
    const exact = { ...sample.row } as Record<string, string | number>;
    sample.measured.forEach(({ column, unit }, i) => {
      expect(points[i]!.measured).toBeCloseTo(Number(sample.row[column]) * unit, 12);
      exact[column] = points[i]!.predicted / unit;
    });
    for (const { signedError } of validateRows(dataset, exact).points) expect(signedError).toBeCloseTo(0, 9);
  });

  test.each(cases)(
    "$dataset, row $i: the error is that of the prediction, with its sign",
    ({ dataset, sample }) => {
      for (const { measured, predicted, signedError } of validateRows(dataset, sample.row).points) {
        expect(predicted).toBeGreaterThan(0);
        expect(signedError).toBeCloseTo((predicted - measured) / measured, 12);
      }
    },
  );

  test.each(DATASETS.map(({ name }) => name))("%s refuses a file without its columns", (name) => {
    const folder = memoryFolder({ [`${name}.csv`]: "nothing\n1\n" });
    expect(() => validate(folder)).toThrow(InputError);
    expect(() => validate(folder)).toThrow(`measured/${name}.csv:1: missing column`);
  });

  test.each(DATASETS)("$name lists a device that nobody has described", ({ name, columns }) => {
    const row = Object.fromEntries(columns.map((column) => [column, column === "kind" ? "gemm" : 1]));
    const { points, unmodelled } = validateRows(name, { ...row, gpu: "abacus" });
    expect(points).toEqual([]);
    expect(unmodelled).toHaveLength(1);
    expect(unmodelled[0]).toMatchObject({ dataset: name, device: "abacus", rows: 1 });
  });
});

describe("a validation", () => {
  test("names what is absent and what it does not know", () => {
    const folder = memoryFolder({ "op-gemm-grid.csv": csvOf([GEMM]), "weather.csv": "day\n1\n" });
    const { absent, notCompared } = validate(folder);
    expect(absent).toEqual(
      DATASETS.map(({ name }) => `${name}.csv`).filter((file) => file !== "op-gemm-grid.csv"),
    );
    expect(notCompared).toEqual(["weather.csv"]);
  });

  test("refuses a folder with nothing to compare", () => {
    expect(() => validate(memoryFolder({ "weather.csv": "day\n1\n" }))).toThrow("no measurements");
  });

  test("sums up per device and subset, and counts every point once", () => {
    const rows = [10, 20, 30].flatMap((microseconds) =>
      ["A100-SXM4-80GB", "H100-SXM-80GB"].map((gpu) => ({ ...GEMM, gpu, time_us: microseconds })),
    );
    const { points, summary } = validateRows("op-gemm-grid", ...rows);
    expect(summary.map(({ device, subset, n }) => [device, subset, n])).toEqual([
      ["A100-SXM4-80GB", "target", 2],
      ["A100-SXM4-80GB", "other", 1],
      ["H100-SXM-80GB", "target", 2],
      ["H100-SXM-80GB", "other", 1],
    ]);
    expect(points).toHaveLength(6);
    expect(summary.map(({ goal }) => goal !== null)).toEqual([true, false, true, false]);
  });

  test("counts unmodelled rows by system and reason", () => {
    const rows = [...[1, 2, 3].map((m) => ({ ...GEMM, m, gpu: "abacus" })), { ...GEMM, dtype: "int3" }];
    expect(validateRows("op-gemm-grid", ...rows).unmodelled).toEqual([
      { dataset: "op-gemm-grid", device: "abacus", model: "", reason: "unknown device", rows: 3 },
      { dataset: "op-gemm-grid", device: "A100-SXM4-80GB", model: "", reason: "products of int3", rows: 1 },
    ]);
  });

  test("tells the line of a cell that is no number", () => {
    const folder = memoryFolder({ "op-gemm-grid.csv": csvOf([GEMM, { ...GEMM, time_us: "soon" }]) });
    expect(() => validate(folder)).toThrow('measured/op-gemm-grid.csv:3: time_us: invalid value "soon"');
  });
});

describe("target rows", () => {
  const subsets = (dataset: string, rows: readonly Row[]): Point["subset"][] =>
    validateRows(dataset, ...rows).points.map(({ subset }) => subset);

  test("of matrix products are those of 16 µs and more", () => {
    expect(
      subsets("op-gemm-grid", [
        { ...GEMM, time_us: 15.99 },
        { ...GEMM, time_us: 16 },
      ]),
    ).toEqual(["other", "target"]);
  });

  test("of attention are decodes of any length and prefills of 50 µs and more", () => {
    const [prefill, decode] = SAMPLES["op-attention"]!.map(({ row }) => row);
    const rows = [49, 50].flatMap((microseconds) =>
      [prefill, decode].map((row) => ({ ...row, time_us: microseconds })),
    );
    expect(subsets("op-attention", rows)).toEqual(["other", "target", "target", "target"]);
  });

  const reduce = (backend: string, microseconds: number, more: Row = {}): Row => ({
    ...{ op: "all_reduce", gpu: "A100-SXM4-80GB", num_gpus: 4, num_nodes: 1, backend, bytes: 1048576 },
    ...{ time_us: microseconds, ...more },
  });

  test("of collectives are all-reduces by the fastest backend at each size of 64 KiB to 64 MiB", () => {
    const sizes = [2 ** 15, 2 ** 16, 2 ** 26, 2 ** 27];
    const rows = sizes.flatMap((bytes) => [reduce("a", 10, { bytes }), reduce("b", 9, { bytes })]);
    const inRange = ["other", "target", "other", "target"];
    expect(subsets("collectives", rows)).toEqual(["other", "other", ...inRange, "other", "other"]);
    expect(subsets("collectives", [reduce("a", 10, { op: "all_gather" })])).toEqual(["other"]);
  });

  test("of collectives leave out times that include waiting wherever the same GPUs were measured otherwise", () => {
    const waiting = reduce("nccl_torch_kineto", 5, { gpu: "A100-80GB" });
    expect(subsets("collectives", [waiting, reduce("a", 10)])).toEqual(["other", "target"]);
    expect(subsets("collectives", [waiting, reduce("a", 10, { num_gpus: 2 })])).toEqual(["target", "target"]);
    expect(subsets("collectives", [{ ...waiting, bytes: 2 ** 18 }])).toEqual(["other"]);
    expect(subsets("collectives", [{ ...waiting, bytes: 2 ** 18, num_gpus: 2 }])).toEqual(["target"]);
  });

  test("of whole steps leave out what did not run as one batch, and the batch that warmed up", () => {
    const [{ row: splitwise }] = SAMPLES["iteration-splitwise"]! as [Sample];
    expect(subsets("iteration-splitwise", [{ ...splitwise, suspect: 1 }])).toEqual(["other", "other"]);
    const [{ row: sarathi }] = SAMPLES["iteration-sarathi-yi34b"]! as [Sample];
    expect(subsets("iteration-sarathi-yi34b", [{ ...sarathi, prefill_tokens: 256 }, sarathi])).toEqual([
      "other",
      "target",
    ]);
  });

  test("of static batches are those of A100 and H100 that did not end sooner than their memory allows", () => {
    const [{ row }] = SAMPLES["e2e-static-batch"]! as [Sample];
    expect(subsets("e2e-static-batch", [row, { ...row, latency_s: 0.1 }])).toEqual(["target", "other"]);
  });
});
