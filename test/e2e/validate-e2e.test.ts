import { existsSync, readFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { describe, expect, test } from "vitest";
import { ador, contentsOf, workFolder } from "./ador.ts";

type Row = Readonly<Record<string, string>>;
const rowsOf = (text: string): Row[] => parse(text, { columns: true });

const SCENARIO = `model: llama-3.1-8b
device: rtx-4090
workload:
  synthetic:
    arrivals: { process: poisson, rate: 6/s }
    input: { distribution: uniform, min: 100, max: 3000 }
    output: { distribution: uniform, min: 1, max: 400 }
    requests: 60
cluster: { tensor_parallel: 2 }
serving: { max_num_seqs: 32, max_num_batched_tokens: 2048, kv_blocks: 2000 }
`;

const CONFIG = {
  ...{ gpu: "NVIDIA GeForce RTX 4090", model: "meta-llama/Llama-3.1-8B", dtype: "bfloat16" },
  ...{ tensor_parallel: 2, data_parallel: 1, vllm_version: "0.19.0", block_size: 16 },
  ...{ max_num_seqs: 32, max_num_batched_tokens: 2048, num_gpu_kv_blocks: 2000, prefix_caching: false },
};

const SWEEP = `gpu,backend,backend_version,model,weights,isl,osl,concurrency,tp,pp,attention_dp,moe_tp,moe_ep,ttft_ms,tpot_ms,measured
H200-SXM,vllm,,meta-llama/Llama-3.1-70B,fp8,1024,1024,4,8,1,1,8,1,73,7.93,2025-10-29
H200-SXM,vllm,,meta-llama/Llama-3.1-70B,fp8,1024,1024,8,8,1,1,8,1,86,8.52,2025-10-29
abacus,vllm,,meta-llama/Llama-3.1-70B,fp8,1024,1024,8,8,1,1,8,1,86,8.52,2025-10-29
`;

/** A run of the simulator in the layout of a measured one. */
function recordRun(folder: string): void {
  writeFileSync(join(folder, "scenario.yaml"), SCENARIO);
  expect(ador(["run", "scenario.yaml", "--out", "run"], { cwd: folder })).toMatchObject({ code: 0 });
  const requests = rowsOf(readFileSync(join(folder, "run/requests.csv"), "utf8"));
  mkdirSync(join(folder, "measured/e2e-runs/own"), { recursive: true });
  writeFileSync(join(folder, "measured/e2e-runs/own/config.json"), JSON.stringify(CONFIG));
  writeFileSync(
    join(folder, "measured/e2e-runs/own/requests.csv"),
    stringify([
      ["queued_s", "input_tokens", "output_tokens", "ttft_ms", "tpot_ms", "e2e_ms"],
      ...requests.map((row) => [
        ...[row["arrival_s"], row["input_tokens"], row["output_tokens"]],
        ...["ttft_s", "tpot_s", "e2e_s"].map((name) => (row[name] === "" ? "" : 1e3 * Number(row[name]))),
      ]),
    ]),
  );
}

describe("ador validate-e2e", () => {
  const folder = workFolder({ "measured/e2e-concurrency-sweeps.csv": SWEEP });
  const run = (...args: string[]) => ador(["validate-e2e", "--data", "measured", ...args], { cwd: folder });
  recordRun(folder);

  test("replays a run that the simulator made itself without error", () => {
    const { code, stdout } = run("--out", "out");
    expect(code).toBe(0);
    const files = contentsOf(join(folder, "out"));
    expect(Object.keys(files)).toEqual([
      ...["predictions.csv", "report.html", "summary.csv", "timeseries.csv", "unmodelled.csv"],
    ]);
    expect(files["summary.csv"]!.split("\n", 1)[0]).toBe(
      "dataset,system,metric,n,measured,predicted,error,mdape,p90ape",
    );
    const own = rowsOf(files["summary.csv"]!).filter(({ dataset }) => dataset === "e2e-runs/own");
    expect(own).toHaveLength(15);
    for (const { error } of own) expect(Math.abs(Number(error))).toBeLessThan(1e-9);
    expect(stdout).toContain("TTFT mean");
    expect(files["report.html"]).toContain('id="chart-load-e2e-runs-own"');
  });

  test("sums up the points of sweeps, and lists what it does not know", () => {
    const files = contentsOf(join(folder, "out"));
    const points = rowsOf(files["predictions.csv"]!);
    expect(points).toHaveLength(4);
    for (const row of rowsOf(files["summary.csv"]!).filter(({ metric }) => metric === "tpot")) {
      const errors = points
        .filter(({ metric }) => metric === "tpot")
        .map(({ measured, predicted }) => Math.abs(Number(predicted) / Number(measured) - 1));
      expect(Number(row["mdape"])).toBeCloseTo((errors[0]! + errors[1]!) / 2, 9);
      expect(row).toMatchObject({ system: "H200-SXM/vllm/meta-llama/Llama-3.1-70B/fp8", measured: "" });
    }
    expect(rowsOf(files["unmodelled.csv"]!)).toEqual([
      {
        ...{ dataset: "e2e-concurrency-sweeps", system: "abacus/vllm/meta-llama/Llama-3.1-70B/fp8" },
        ...{ reason: "unknown device", rows: "1" },
      },
    ]);
  });

  test("gives the same bytes again, and asks before it replaces them", () => {
    const before = contentsOf(join(folder, "out"));
    expect(run("--out", "out")).toMatchObject({ code: 2 });
    expect(run("--out", "out", "--force")).toMatchObject({ code: 0 });
    expect(contentsOf(join(folder, "out"))).toEqual(before);
  });

  test("prints JSON and nothing else with --json", () => {
    const answer = JSON.parse(run("--out", "json", "--json").stdout) as { runs: string[]; summary: Row[] };
    expect(answer.runs).toEqual(["e2e-runs/own"]);
    expect(answer.summary).toHaveLength(17);
  });

  test("exits with 2 and writes nothing where there is no folder, or a broken file", () => {
    const missing = ador(["validate-e2e", "--data", "nowhere", "--out", "none"], { cwd: folder });
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.stderr).toContain("nowhere: cannot read the measurements: no such file or folder");
    mkdirSync(join(folder, "bad"), { recursive: true });
    writeFileSync(join(folder, "bad/e2e-concurrency-sweeps.csv"), SWEEP.replace("7.93", "soon"));
    const broken = ador(["validate-e2e", "--data", "bad", "--out", "none"], { cwd: folder });
    expect(broken).toMatchObject({ code: 2 });
    expect(broken.stderr).toContain('bad/e2e-concurrency-sweeps.csv:2: tpot_ms: invalid value "soon"');
    expect(existsSync(join(folder, "none"))).toBe(false);
  });
});
