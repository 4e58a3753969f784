import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { ador, contentsOf, workFolder } from "./ador.ts";
import { expectContract } from "./contract.ts";

/** Two users who need more blocks than there are, and a burst behind them. */
const SCENARIO = `
model: llama-3.1-8b
device: a100-80gb
workload:
  synthetic:
    arrivals: { process: poisson, rate: 40/s }
    input: { distribution: uniform, min: 200, max: 4000 }
    output: { distribution: uniform, min: 20, max: 200 }
    requests: 300
slo: { ttft: 1s, max_tbt: 60ms }
`;

describe("ador run --attribution", () => {
  const folder = workFolder({ "busy.yaml": SCENARIO });
  const run = ador(["run", "busy.yaml", "--attribution", "--out", "why", "--quiet"], { cwd: folder });
  const table = (name: string) =>
    parse<Record<string, string>>(readFileSync(join(folder, "why", name)), { columns: true });

  test("explains every first token and only gaps above the SLO, with causes that add up", () => {
    expect(run.stderr).toBe("");
    expectContract(contentsOf(join(folder, "why")));
    const rows = table("attribution.csv");
    const requests = new Map(table("requests.csv").map((row) => [row["request_id"], row]));
    expect(rows.filter(({ quantity }) => quantity === "ttft")).toHaveLength(300);
    expect(rows.filter(({ quantity }) => quantity === "gap").length).toBeGreaterThan(100);
    for (const { request_id, quantity, at_s: _at, total_s: total, ...causes } of rows) {
      const sum = Object.values(causes).reduce((seconds, cell) => seconds + Number(cell), 0);
      expect(Math.abs(sum - Number(total))).toBeLessThan(1e-9);
      if (quantity === "gap") expect(Number(total)).toBeGreaterThan(0.06);
      else expect(Number(total)).toBeCloseTo(Number(requests.get(request_id)!["ttft_s"]), 9);
    }
  });

  test("tells in the summary what missed its target and why", () => {
    const summary = JSON.parse(readFileSync(join(folder, "why/summary.json"), "utf8")) as {
      slo: { by_cause: Record<"ttft" | "gap", { above_slo: number; mean_s: Record<string, number> }> };
    };
    const { ttft, gap } = summary.slo.by_cause;
    const late = table("requests.csv").filter((row) => Number(row["ttft_s"]) > 1);
    expect(late.length).toBeGreaterThan(10);
    expect(ttft.above_slo).toBe(late.length);
    const mean = late.reduce((sum, row) => sum + Number(row["ttft_s"]), 0) / late.length;
    expect(Object.values(ttft.mean_s).reduce((sum, seconds) => sum + seconds, 0)).toBeCloseTo(mean, 9);
    expect(gap.mean_s["other_prefill"]).toBeGreaterThan(gap.mean_s["own_decode"]!);
  });

  test("ador why tells the story of a request in order of time", () => {
    const { stdout, code } = ador(["why", "120", "--in", "why"], { cwd: folder });
    expect(code).toBe(0);
    const moments = ["arrives", "leaves the queue", "first token", "last token"];
    const places = moments.map((moment) => stdout.indexOf(moment));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(stdout).toMatch(/waiting for (a slot|KV blocks) +[\d.]+ m?s +[\d.]+ %/);
  });

  test.each([
    ["an unknown request", "300", "why", /no such request "300"\n {2}expected an id from 0 to 299/],
    [
      "a folder without a result",
      "0",
      ".",
      /requests\.csv: no such file\n {2}expected the folder of one system/,
    ],
  ])("%s is an error that says what is there", (_, id, where, message) => {
    const { code, stderr, stdout } = ador(["why", id, "--in", where], { cwd: folder });
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
  });
});
