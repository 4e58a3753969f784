import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { ador, contentsOf, ROOT, startAdor, workFolder, type Answer } from "./ador.ts";

/** A case that takes a moment: three hundred conversations, a handful of designs. */
const TINY = `
extends: ${join(ROOT, "scenarios/paper/8b.yaml")}
workload:
  transforms:
    - first: 300
    - clip_lengths: { max_input: 3000, max_output: 300 }
explore:
  space:
    device.cores: [8, 16, 24]
    device.systolic_array.rows: [64, 128]
    serving.max_num_batched_tokens: [512, 1024]
  constraints: { peak_power: 600W }
  estimates: 12
  slices: 4
  replays: 2
  slice_requests: 100
  compare_with: [a100-80gb, ador-recalled]
`;
const EIGHT = `
extends: tiny.yaml
model: llama-3-70b
cluster: { tensor_parallel: 8 }
workload:
  transforms:
    - first: 300
    - clip_lengths: { max_input: 3000, max_output: 300 }
    - rate_scale: 0.2
`;
/** Two rows of what others measured, invented here. */
const MEASURED =
  "model,gpu,tp,prompt_tokens,batch,output_tokens,prefill_ms,decode_ms_per_token,suspect\n" +
  "llama2-70b,a100-80gb,8,512,64,128,7500,70,0\nllama2-70b,a100-80gb,2,512,32,128,6600,72,0\n";

interface System {
  readonly name: string;
  readonly area_mm2: number;
  readonly tbt_s: number;
  readonly within_slo: readonly {
    readonly slo_factor: number;
    readonly requests_rps: number;
    readonly tbt_p99_s: number;
    readonly ttft_p99_s: number;
  }[];
}
interface Case {
  readonly context_tokens: number;
  readonly batch: number;
  readonly found: { readonly settings: Readonly<Record<string, string | number>> };
  readonly over_baseline: Readonly<Record<string, number>>;
  readonly over_baseline_engine_2023: Readonly<Record<string, number>>;
  readonly systems: readonly System[];
  readonly ablation: {
    readonly ladder: readonly { readonly key: string; readonly tbt_s: number }[];
    readonly factors: Readonly<Record<string, readonly { readonly factor: number }[]>>;
  };
  readonly measured: readonly { readonly measured_s: number; readonly found_s: number }[];
}
interface Paper {
  readonly paper: Readonly<Record<string, number>>;
  readonly measured: boolean;
  readonly cases: Readonly<Record<string, Case>>;
}

const folder = workFolder({
  "tiny.yaml": TINY,
  "eight.yaml": EIGHT,
  "gpu.yaml": "extends: tiny.yaml\ndevice: a100-80gb\n",
  "data/iteration-splitwise.csv": MEASURED,
});
const paper = (...args: string[]) => ador(["paper", ...args], { cwd: folder });

/** What a reproduction writes beside its stores, which are databases and may differ in their bytes. */
const resultsIn = (name: string) =>
  Object.fromEntries(
    Object.entries(contentsOf(join(folder, name))).filter(([file]) => !file.includes("store.")),
  );

describe("ador paper", () => {
  let first: Answer;
  let report: Paper;
  beforeAll(() => {
    first = paper("tiny.yaml", "eight.yaml", "--out", "out", "--data", "data", "--workers", "2");
    report = JSON.parse(readFileSync(join(folder, "out/paper.json"), "utf8")) as Paper;
  });

  test("puts what it finds beside the paper on one screen, and writes tables, a page and its searches", () => {
    expect(first).toMatchObject({ code: 0 });
    for (const part of ["2.51x", "4.01x", "engine of 2023", "One thing after the other", "A100s as measured"])
      expect(first.stdout).toContain(part);
    expect(first.stdout).not.toMatch(/NaN|undefined|Infinity/);
    const files = resultsIn("out");
    expect(Object.keys(files)).toEqual([
      "ablation.csv",
      ...["candidates.csv", "pareto.json", "report.html"].map((name) => `eight/${name}`),
      ...["measured.csv", "paper.json", "report.html", "services.jsonl", "steps.csv", "sweep.csv"],
      ...["candidates.csv", "pareto.json", "report.html"].map((name) => `tiny/${name}`),
    ]);
    expect(files["report.html"]).toContain("The paper's headline, reproduced");
    // Without the library of charts.
    expect(files["report.html"]!.split("<script>")[0]).not.toMatch(/NaN|undefined|Infinity/);
    expect(report.paper).toMatchObject({ tbt_ratio: 2.51, area_efficiency_ratio: 4.01 });
    const sweep = parse(files["sweep.csv"]!, { columns: true });
    expect(sweep).toHaveLength(2 * 4 * 6);
  });

  test("prices steps as `ador explain` does, for the design that it found and for the A100", () => {
    for (const [name, { batch, context_tokens: context, found, systems }] of Object.entries(report.cases)) {
      const explain = (...sets: string[]) => {
        const flags = ["--batch", String(batch), "--context", String(context), "--json"];
        const { stdout } = ador(["explain", `${name}.yaml`, ...flags, ...sets], { cwd: folder });
        return (JSON.parse(stdout) as { seconds: number }).seconds;
      };
      const settings = Object.entries(found.settings).flatMap(([path, value]) => [
        "--set",
        `${path}=${value}`,
      ]);
      expect(explain(...settings)).toBeCloseTo(systems[0]!.tbt_s, 9);
      expect(explain("--set", "device=a100-80gb")).toBeCloseTo(systems[1]!.tbt_s, 9);
    }
  });

  test("tells rates at which `ador run` keeps to the service level, and not far beyond", () => {
    const { found, systems } = report.cases["tiny"]!;
    const own = systems[0]!.within_slo.find((level) => level.slo_factor === 1)!;
    // The best of the batch budgets served so many; the search's own choice may be another one.
    const run = (budget: number, factor: number) => {
      const settings = { ...found.settings, "serving.max_num_batched_tokens": budget };
      const sets = Object.entries(settings).flatMap(([path, value]) => ["--set", `${path}=${value}`]);
      const rate = `[{ first: 300 }, { clip_lengths: { max_input: 3000, max_output: 300 } }, { rate_scale: ${factor} }]`;
      const { stdout } = ador(
        ["run", "tiny.yaml", ...sets, "--set", `workload.transforms=${rate}`, "--json"],
        { cwd: folder },
      );
      return JSON.parse(stdout) as {
        slo: { attainment: number };
        tbt_s: { p99: number };
        request_throughput_rps: number;
      };
    };
    const arrivals = readFileSync(join(ROOT, "traces/conversation.csv"), "utf8").split("\n").slice(1, 301);
    const times = arrivals.map((line) => Number(line.split(",")[0]));
    const ownRate = 299 / (times.at(-1)! - times[0]!);
    const at = (factor: number) =>
      [512, 1024].map((budget) => run(budget, (factor * own.requests_rps) / ownRate));
    expect(Math.max(...at(1).map(({ slo }) => slo.attainment))).toBeGreaterThanOrEqual(0.99);
    expect(Math.max(...at(1.5).map(({ slo }) => slo.attainment))).toBeLessThan(0.99);
    expect(at(1).map(({ tbt_s: tbt }) => tbt.p99)).toContainEqual(expect.closeTo(own.tbt_p99_s, 6));
  });

  test("splits both ratios into factors that multiply to them", () => {
    for (const { ablation, over_baseline_engine_2023: gains } of Object.values(report.cases)) {
      const product = (figure: string) =>
        ablation.factors[figure]!.reduce((all, { factor }) => all * factor, 1);
      expect(product("tbt")).toBeCloseTo(gains["tbt"]!, 6);
      expect(product("tokens_per_mm2")).toBeCloseTo(gains["area_efficiency"]!, 6);
      expect(product("requests")).toBeCloseTo(gains["requests"]!, 6);
    }
  });

  test("puts measured batches of the same model and as many devices beside the design, and says when there are none", () => {
    expect(report.measured).toBe(true);
    expect(report.cases["tiny"]!.measured).toEqual([]);
    expect(report.cases["eight"]!.measured).toMatchObject([{ measured_s: 0.07 }]);
    const { stdout, code } = ador(["paper", "../tiny.yaml", "--out", "../none"], {
      cwd: join(folder, "data"),
    });
    expect(code).toBe(0);
    expect(stdout).toContain("No measurements at hand");
  });

  test("works nothing out twice, and comes to the same bytes whatever the workers and after kills", async () => {
    const args = ["paper", "tiny.yaml", "--data", "data", "--quiet"];
    expect(ador([...args, "--out", "a", "--workers", "1"], { cwd: folder })).toEqual({
      ...{ code: 0, stdout: "", stderr: "" },
    });
    const before = resultsIn("a");
    expect(ador([...args, "--out", "a", "--workers", "2"], { cwd: folder })).toMatchObject({ code: 0 });
    expect(resultsIn("a")).toEqual(before);
    for (const milliseconds of [400, 900, 1500, 2200]) {
      const child = startAdor([...args, "--out", "b"], folder);
      const ended = new Promise((resolve) => child.once("exit", resolve));
      const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
      await ended;
      clearTimeout(timer);
    }
    // A line that a kill cut short is worked out again.
    const services = join(folder, "b/services.jsonl");
    if (existsSync(services)) writeFileSync(services, `${readFileSync(services, "utf8")}{"id":"cut`);
    expect(ador([...args, "--out", "b"], { cwd: folder })).toMatchObject({ code: 0 });
    const { "services.jsonl": _a, ...whole } = before;
    const { "services.jsonl": _b, ...resumed } = resultsIn("b");
    expect(resumed).toEqual(whole);
  });

  test.each([
    [["missing.yaml"], /missing\.yaml/],
    [["gpu.yaml"], /not a dataflow design/],
    [["tiny.yaml", "./tiny.yaml"], /two scenarios of the same name/],
    [["tiny.yaml", "--data", "nowhere"], /nowhere/],
    [["tiny.yaml", "--set", "explore.objectives=[{maximise: goodput}]"], /unknown name/],
    [["tiny.yaml", "--workers", "0"], /workers/],
  ])("%j is bad input, and nothing is written", (args, refusal) => {
    rmSync(join(folder, "bad"), { recursive: true, force: true });
    const { code, stdout, stderr } = paper(...args, "--out", "bad");
    expect({ code, stdout, stderr }).toMatchObject({
      ...{ code: 2, stdout: "" },
      stderr: expect.stringMatching(refusal),
    });
    expect(existsSync(join(folder, "bad"))).toBe(false);
  });

  test("leaves a folder alone that holds other things", () => {
    expect(paper("tiny.yaml", "--out", ".")).toMatchObject({ code: 2 });
    expect(existsSync(join(folder, "services.jsonl"))).toBe(false);
  });

  test("prints paper.json and nothing else when asked", () => {
    const { stdout, stderr } = paper("tiny.yaml", "--out", "a", "--data", "data", "--json");
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(join(folder, "a/paper.json"), "utf8")));
  });
});
