import { rmSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { ador, contentsOf, workFolder } from "./ador.ts";

const SEARCH = `
name: small-studies
description: A small space, twice.
model: llama-3.1-8b
device: ador-recalled
workload:
  synthetic:
    arrivals: { process: poisson, rate: 2/s }
    input: { distribution: uniform, min: 50, max: 1500 }
    output: { distribution: uniform, min: 1, max: 120 }
    requests: 260
serving: { max_model_len: 4096, max_num_seqs: 128 }
slo: { ttft: 1s, max_tbt: 100ms }
explore:
  space:
    device.cores: [8, 16, 24, 32]
    device.systolic_array.rows: [32, 64, 128]
    device.systolic_array.columns: { tie: device.systolic_array.rows }
    device.global_sram: [4MiB, 16MiB]
    serving.max_num_batched_tokens: [128, 256, 512]
  constraints: { area: 826mm2, peak_power: 700W }
  objectives: [{ maximise: goodput_per_mm2 }]
  estimates: 20
  slices: 3
  refinements: 6
  replays: 3
  slice_requests: 100
  studies:
    - { name: loose }
    - { name: strict, set: { slo.max_tbt: 25ms, slo.ttft: 500ms } }
`;

type Row = Readonly<Record<string, string>>;
const PARTS = [
  ...["systolic_arrays", "mac_trees", "vector_units", "local_sram", "global_sram"],
  ...["noc", "memory_interface", "p2p_links", "other"],
];

function resultsIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(contentsOf(folder)).filter(([name]) => !name.startsWith("store.")),
  );
}

describe("ador proportions", () => {
  const folder = workFolder({ "s.yaml": SEARCH });
  const proportions = (out: string, ...args: string[]) =>
    ador(["proportions", "s.yaml", "--out", out, ...args], { cwd: folder });

  test("divides the best die of each study, says what moved, and writes a table and a page", () => {
    const { code, stdout, stderr } = proportions("whole");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    for (const part of ["loose", "strict", "systolic arrays", "within 2 % of it"])
      expect(stdout).toContain(part);
    const files = resultsIn(join(folder, "whole"));
    expect(Object.keys(files)).toEqual(["proportions.csv", "proportions.json", "report.html"]);
    expect(files["report.html"]).toContain("Share of the die that each part takes");
    const rows: Row[] = parse(files["proportions.csv"]!, { columns: true });
    expect(rows.map((row) => row["study"])).toEqual(["loose", "strict"]);
    for (const row of rows) {
      expect(PARTS.reduce((sum, part) => sum + Number(row[part]), 0)).toBeCloseTo(1, 9);
      for (const part of PARTS) {
        expect(Number(row[`${part}_low`])).toBeLessThanOrEqual(Number(row[part]));
        expect(Number(row[`${part}_high`])).toBeGreaterThanOrEqual(Number(row[part]));
      }
    }
    // What is best under strict targets holds the loose ones as well, and is tried there.
    const [loose, strict] = rows.map((row) => Number(row["goodput_per_mm2"]));
    expect(loose).toBeGreaterThan(strict!);
  });

  test("comes to the same from the start and from what it has, whatever the number of workers", () => {
    const before = resultsIn(join(folder, "whole"));
    expect(proportions("whole", "--workers", "1", "--quiet")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(resultsIn(join(folder, "whole"))).toEqual(before);
    const { stdout } = proportions("single", "--workers", "1", "--json");
    expect(resultsIn(join(folder, "single"))).toEqual(before);
    expect(stdout).toBe(before["proportions.json"]);
  });

  test("leaves the same scenario to ador explore, in a folder of its own", () => {
    const explore = ador(["explore", "s.yaml", "--out", "one", "--quiet"], { cwd: folder });
    expect(explore).toMatchObject({ code: 0 });
    expect(ador(["explore", "s.yaml", "--out", "whole"], { cwd: folder })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("the output folder is not empty"),
    });
  });

  test.each([
    ["explore.studies=[{name: one}]", /explore\.studies/],
    [
      "explore.studies=[{name: one}, {name: two, set: {slo.max_tbt: 1us}}]",
      /two: none of \d+ designs serves/,
    ],
  ])("refuses --set %s", (set, refusal) => {
    const { code, stderr } = proportions("refused", "--set", set);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(refusal) });
    expect(Object.keys(resultsIn(join(folder, "refused")))).toEqual([]);
    rmSync(join(folder, "refused"), { recursive: true, force: true });
  });
});
