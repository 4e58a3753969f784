import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { ador, contentsOf, workFolder } from "./ador.ts";

const GEMMS = `gpu,dtype,m,n,k,time_us
A100-SXM4-80GB,bf16,512,4096,4096,100
A100-SXM4-80GB,bf16,1,1024,1024,5
H100-SXM-80GB,bf16,512,4096,4096,40
abacus,bf16,512,4096,4096,4e9
`;
const STEPS = `model,gpu,tp,prompt_tokens,batch,output_tokens,prefill_ms,decode_ms_per_token,suspect
llama2-70b,a100-80gb,8,512,1,128,94,44,0
`;

type Row = Readonly<Record<string, string>>;
const rowsOf = (text: string): Row[] => parse(text, { columns: true });

describe("ador validate", () => {
  const folder = workFolder({
    "measured/op-gemm-grid.csv": GEMMS,
    "measured/iteration-splitwise.csv": STEPS,
    "measured/notes.csv": "note\nnone\n",
  });
  const run = (...args: string[]) => ador(["validate", "--data", "measured", ...args], { cwd: folder });

  test("writes points, summary, what it cannot model, and a page", () => {
    const { code, stdout, stderr } = run("--out", "out");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const files = contentsOf(join(folder, "out"));
    expect(Object.keys(files)).toEqual(["points.csv", "report.html", "summary.csv", "unmodelled.csv"]);
    expect(stdout).toContain("op-gemm-grid");
    expect(stdout).toMatch(/Absent, skipped: .*collectives\.csv/);
    expect(stdout).toContain("Of no known kind: notes.csv");
    expect(files["report.html"]).toContain('id="chart-op-gemm-grid"');
    expect(files["report.html"]).toContain('id="chart-iteration-splitwise"');
    expect(rowsOf(files["unmodelled.csv"]!)).toEqual([
      { dataset: "op-gemm-grid", device: "abacus", model: "", reason: "unknown device", rows: "1" },
    ]);
  });

  test("sums up in exactly the stated columns what the points say", () => {
    const files = contentsOf(join(folder, "out"));
    expect(files["summary.csv"]!.split("\n", 1)[0]).toBe("dataset,device,subset,metric,n,mdape,p90ape,bias");
    const points = rowsOf(files["points.csv"]!);
    const summary = rowsOf(files["summary.csv"]!);
    const keyOf = (row: Row) => [row["dataset"], row["device"], row["subset"], row["metric"]].join();
    expect(new Set(summary.map(keyOf)).size).toBe(summary.length);
    expect(new Set(summary.map(keyOf))).toEqual(new Set(points.map(keyOf)));
    for (const row of summary) {
      const errors = points
        .filter((point) => keyOf(point) === keyOf(row))
        .map((point) => Math.abs(Number(point["predicted"]) / Number(point["measured"]) - 1))
        .sort((a, b) => a - b);
      expect(Number(row["n"])).toBe(errors.length);
      const middle =
        (errors[Math.floor((errors.length - 1) / 2)]! + errors[Math.floor(errors.length / 2)]!) / 2;
      expect(Number(row["mdape"])).toBeCloseTo(middle, 9);
    }
  });

  test("gives the same bytes again, and asks before it replaces them", () => {
    const before = contentsOf(join(folder, "out"));
    expect(run("--out", "out")).toMatchObject({ code: 2 });
    expect(run("--out", "out", "--force")).toMatchObject({ code: 0 });
    expect(contentsOf(join(folder, "out"))).toEqual(before);
  });

  test("prints JSON and nothing else with --json", () => {
    const { stdout } = run("--out", "json", "--json");
    const answer = JSON.parse(stdout) as { summary: Row[]; absent: string[]; not_compared: string[] };
    expect(answer.summary.length).toBeGreaterThan(0);
    expect(answer.absent).toContain("op-attention.csv");
    expect(answer.not_compared).toEqual(["notes.csv"]);
  });

  test.each([
    [
      "a column is missing",
      GEMMS.replace("time_us", "time_ms"),
      'op-gemm-grid.csv:1: missing column "time_us"',
    ],
    [
      "a cell is no number",
      GEMMS.replace(",40\n", ",soon\n"),
      'op-gemm-grid.csv:4: time_us: invalid value "soon"',
    ],
    ["a time is not above 0", GEMMS.replace(",40\n", ",0\n"), "expected a number above 0"],
  ])("exits with 2 and writes nothing where %s", (_, text, message) => {
    mkdirSync(join(folder, "bad"), { recursive: true });
    writeFileSync(join(folder, "bad/op-gemm-grid.csv"), text);
    const { code, stderr } = ador(["validate", "--data", "bad", "--out", "bad-out"], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(existsSync(join(folder, "bad-out"))).toBe(false);
  });

  test("exits with 2 where there is no folder, or nothing to compare in it", () => {
    const missing = ador(["validate", "--data", "nowhere"], { cwd: folder });
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.stderr).toContain("nowhere: cannot read the measurements: no such file or folder");
    const empty = ador(["validate", "--data", "."], { cwd: folder });
    expect(empty).toMatchObject({ code: 2 });
    expect(empty.stderr).toContain("no measurements that the model can be compared with");
  });
});
