import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ador, contentsOf, MAIN, SMALL_SCENARIO, SMALL_TRACE, TRACE_SCENARIO, workFolder } from "./ador.ts";
import { needsShared, sharedPath } from "../support/needs.ts";
import { expectContract, parseRows } from "./contract.ts";

const TWO_SYSTEMS = SMALL_SCENARIO.replace(
  "device: a100-80gb",
  "systems:\n  first: { device: a100-80gb }\n  second: { device: ador-recalled, cluster: { replicas: 2 } }",
);
const folder = workFolder({
  "small.yaml": SMALL_SCENARIO,
  "two.yaml": TWO_SYSTEMS,
  "traced.yaml": TRACE_SCENARIO,
  "trace.csv": SMALL_TRACE,
  "other.csv.gz": gzipSync("arrival_s,input_tokens,output_tokens\n0,10,2\n1,20,3\n"),
});

function runJson(args: readonly string[]): Record<string, unknown> {
  const { code, stdout, stderr } = ador(["run", ...args, "--json"], { cwd: folder });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe("ador run", () => {
  test("writes a result folder that keeps the file contract", () => {
    const { code, stderr } = ador(["run", "small.yaml", "--out", "out/small"], { cwd: folder });
    expect(stderr).toContain("200 requests replayed");
    expect(code).toBe(0);
    expectContract(contentsOf(join(folder, "out/small")));
    expect(Object.keys(contentsOf(join(folder, "out/small")))).toHaveLength(4);
  });

  needsShared("checks/contract.mjs")("the folder passes the shared contract check too", () => {
    ador(["run", "small.yaml", "--out", "out/checked"], { cwd: folder });
    const check = [sharedPath("checks/contract.mjs"), join(folder, "out/checked")];
    const { status, stdout } = spawnSync(process.execPath, check, { encoding: "utf8" });
    expect(stdout).toContain("contract holds");
    expect(status).toBe(0);
  });

  test("equal input gives byte-equal files but for simulator.json", () => {
    ador(["run", "two.yaml", "--out", "out/a", "--timeline"], { cwd: folder });
    ador(["run", "two.yaml", "--out", "elsewhere/b", "--timeline"], { cwd: folder });
    const [a, b] = ["out/a", "elsewhere/b"].map((name) => contentsOf(join(folder, name)));
    expect(Object.keys(a!)).toEqual([
      "compare.json",
      ...["report.html", "requests.csv", "simulator.json", "summary.json", "timeline.csv"].map(
        (name) => `first/${name}`,
      ),
      "report.html",
      ...["report.html", "requests.csv", "simulator.json", "summary.json", "timeline.csv"].map(
        (name) => `second/${name}`,
      ),
    ]);
    for (const name of Object.keys(a!).filter((file) => !file.endsWith("simulator.json"))) {
      expect(b![name], name).toBe(a![name]);
    }
    expectContract(
      Object.fromEntries(
        Object.entries(a!)
          .filter(([name]) => name.startsWith("second/"))
          .map(([name, text]) => [name.slice(7), text]),
      ),
    );
  });

  test("compares several systems and says who wins", () => {
    const answer = runJson(["two.yaml"]);
    expect(Object.keys(answer["systems"] as object)).toEqual(["first", "second"]);
    expect(answer["verdict"]).toMatchObject({
      winner: expect.stringMatching(/first|second/),
      sentence: expect.any(String),
    });
    const { stdout } = ador(["run", "two.yaml"], { cwd: folder });
    expect(stdout).toContain((answer["verdict"] as { sentence: string }).sentence);
  });

  test("walking every step gives the same counts and the same distributions up to rounding", () => {
    const jumped = runJson(["small.yaml"]);
    const walked = runJson(["small.yaml", "--step-by-step"]);
    expect(walked["requests"]).toEqual(jumped["requests"]);
    for (const name of ["ttft_s", "e2e_s"]) {
      const [a, b] = [jumped[name] as Record<string, number>, walked[name] as Record<string, number>];
      for (const key of Object.keys(a)) expect(b[key], `${name}.${key}`).toBeCloseTo(a[key]!, 8);
    }
  });

  test("without --out nothing is written", () => {
    const lone = workFolder({ "small.yaml": SMALL_SCENARIO });
    const { code, stdout } = ador(["run", "small.yaml"], { cwd: lone });
    expect(code).toBe(0);
    expect(stdout).toContain("TTFT p99");
    expect(Object.keys(contentsOf(lone))).toEqual(["small.yaml"]);
  });

  test("--quiet prints nothing at all", () => {
    expect(ador(["run", "small.yaml", "--quiet"], { cwd: folder })).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  test("another seed draws another workload and is recorded", () => {
    const [one, seven] = [runJson(["small.yaml"]), runJson(["small.yaml", "--seed", "7"])];
    expect([one["seed"], seven["seed"]]).toEqual([1, 7]);
    expect(seven["duration_s"]).not.toBe(one["duration_s"]);
    expect(seven["scenario_hash"]).not.toBe(one["scenario_hash"]);
  });

  test("--set changes a setting, the last one wins", () => {
    const answer = runJson([
      "small.yaml",
      "--set",
      "cluster.replicas=3",
      "--set",
      "cluster.replicas=2",
      "--set",
      "slo={ttft: 2s}",
    ]);
    expect(answer["devices"]).toMatchObject({ count: 2 });
    expect(answer["slo"]).toMatchObject({ targets: { ttft_s: 2 } });
  });

  test("--trace replaces the scenario's trace, gzipped or from standard input", () => {
    expect(runJson(["traced.yaml"])["requests"]).toMatchObject({ submitted: 3, completed: 3 });
    expect(runJson(["traced.yaml", "--trace", "other.csv.gz"])).toMatchObject({
      requests: { submitted: 2 },
      workload: { name: "other.csv.gz", format: "csv", requests: 2 },
    });
    const piped = ador(["run", "traced.yaml", "--trace", "-", "--json"], { cwd: folder, input: SMALL_TRACE });
    expect(JSON.parse(piped.stdout)).toMatchObject({ requests: { submitted: 3 } });
  });

  test("a trace with Windows line ends and a byte order mark reads like any other", () => {
    const windows = workFolder({
      "traced.yaml": TRACE_SCENARIO,
      "trace.csv": `\uFEFF${SMALL_TRACE.replaceAll("\n", "\r\n")}`,
    });
    ador(["run", "traced.yaml", "--out", "out"], { cwd: windows });
    ador(["run", "traced.yaml", "--out", "out/traced"], { cwd: folder });
    expect(contentsOf(join(windows, "out"))["requests.csv"]).toBe(
      contentsOf(join(folder, "out/traced"))["requests.csv"],
    );
  });

  test("slightly unsorted arrivals are sorted with a warning that results record", () => {
    const unsorted = "arrival_s,input_tokens,output_tokens\n0,100,10\n2,200,20\n1,50,5\n";
    const shuffled = workFolder({ "traced.yaml": TRACE_SCENARIO, "trace.csv": unsorted });
    const { code, stderr } = ador(["run", "traced.yaml", "--out", "out"], { cwd: shuffled });
    expect(code).toBe(0);
    expect(stderr).toContain("warning:");
    const files = contentsOf(join(shuffled, "out"));
    expect((JSON.parse(files["summary.json"]!) as { warnings: string[] }).warnings).toHaveLength(1);
    expect(parseRows(files["requests.csv"]!).map((row) => row["request_id"])).toEqual(["0", "2", "1"]);
  });

  test("transforms are applied in order and recorded with their seed", () => {
    const transformed = TRACE_SCENARIO.replace(
      "trace: trace.csv",
      "trace: trace.csv, transforms: [{ replicate: 4 }, { first: 5 }, { rate_scale: 2 }]",
    );
    const transforms = workFolder({ "traced.yaml": transformed, "trace.csv": SMALL_TRACE });
    const { stdout } = ador(["run", "traced.yaml", "--seed", "3", "--json"], { cwd: transforms });
    expect(JSON.parse(stdout)).toMatchObject({
      requests: { submitted: 5 },
      workload: {
        requests: 3,
        transforms: [
          { transform: { kind: "replicate", copies: 4 }, seed: 3, requests_before: 3, requests_after: 12 },
          { transform: { kind: "first", requests: 5 }, requests_after: 5 },
          { transform: { kind: "rate-scale", factor: 2 } },
        ],
      },
    });
  });

  test("draws from ServeGen clients, each a class, and from the file beside each", () => {
    const lengths = (tokens: number) => `"{${tokens}: 0.75, ${2 * tokens}: 0.25}"`;
    const clients = workFolder({
      "s.yaml":
        "model: llama-3.1-8b\ndevice: h100\nworkload: { servegen: { clients: [c/chunk-1-trace.csv, c/chunk-2-trace.csv], duration: 60s } }\n",
      "c/chunk-1-trace.csv": "0,2,1.5,Gamma,0.44,1.1\n600,0,,,,\n",
      "c/chunk-2-trace.csv": "0,1,1,Gamma,1,1\n",
      "c/chunk-1-dataset.json": `{"0": {"input_tokens": ${lengths(100)}, "output_tokens": ${lengths(10)}}}`,
      "c/chunk-2-dataset.json": `{"0": {"input_tokens": ${lengths(300)}, "output_tokens": ${lengths(5)}}}`,
    });
    expect(ador(["run", "s.yaml", "--out", "out", "--quiet"], { cwd: clients })).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    const rows = parseRows(contentsOf(join(clients, "out"))["requests.csv"]!);
    const inputs = (name: string) =>
      new Set(rows.filter((row) => row["class"] === name).map((row) => row["input_tokens"]));
    expect(inputs("chunk-1")).toEqual(new Set(["100", "200"]));
    expect(inputs("chunk-2")).toEqual(new Set(["300", "600"]));
  });

  test("requests that can never be served are rejected with the reason and counted", () => {
    const trace = "arrival_s,input_tokens,output_tokens\n0,100,10\n1,9000,10\n";
    const long = workFolder({ "traced.yaml": TRACE_SCENARIO, "trace.csv": trace });
    ador(["run", "traced.yaml", "--out", "out"], { cwd: long });
    const files = contentsOf(join(long, "out"));
    expectContract(files);
    expect(parseRows(files["requests.csv"]!)[1]).toMatchObject({
      status: "rejected",
      reject_reason: "longer-than-max-model-len",
    });
  });

  test("--force replaces an earlier result and leaves other files alone", () => {
    const reused = workFolder({
      "small.yaml": SMALL_SCENARIO,
      "two.yaml": TWO_SYSTEMS,
      "out/notes.txt": "mine",
      "out/first/mine.txt": "mine",
    });
    expect(ador(["run", "two.yaml", "--out", "out", "--force", "--quiet"], { cwd: reused }).code).toBe(0);
    expect(ador(["run", "small.yaml", "--out", "out", "--force", "--quiet"], { cwd: reused }).code).toBe(0);
    expect(Object.keys(contentsOf(join(reused, "out")))).toEqual([
      ...["first/mine.txt", "notes.txt", "report.html", "requests.csv", "simulator.json", "summary.json"],
    ]);
  });

  test("a reader that stops early is no failure", () => {
    const command = `"${process.execPath}" "${MAIN}" run small.yaml --json | head -c 1; echo " \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", command], { cwd: folder, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout.trim()).toBe("{ 0");
  });
});
