import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  ador,
  contentsOf,
  MAIN,
  ROOT,
  SMALL_SCENARIO,
  SMALL_TRACE,
  TRACE_SCENARIO,
  workFolder,
} from "./ador.ts";
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
  "one.csv": "arrival_s,input_tokens,output_tokens\n0,100,200\n",
  "too-long.csv": "arrival_s,input_tokens,output_tokens\n0,9000,10\n1,9000,10\n",
  "lengths.csv": "input_tokens,output_tokens\n100,10\n200,20\n50,5\n",
  "failed.csv":
    "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n0,m,10,5,15,l\n1,m,10,0,10,l\n",
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

  needsShared("checks/contract.mjs")("its folders pass the shared contract check too", () => {
    ador(["run", "small.yaml", "--out", "out/checked"], { cwd: folder });
    ador(["run", "two.yaml", "--out", "out/checked-two"], { cwd: folder });
    ador(["run", "traced.yaml", "--trace", "too-long.csv", "--out", "out/checked-rejected"], { cwd: folder });
    for (const name of ["checked", "checked-two/first", "checked-two/second", "checked-rejected"]) {
      const check = [sharedPath("checks/contract.mjs"), join(folder, "out", name)];
      const { status, stdout } = spawnSync(process.execPath, check, { encoding: "utf8" });
      expect(stdout, name).toContain("contract holds");
      expect(status, name).toBe(0);
    }
  });

  test("a run that rejects all its requests keeps the file contract", () => {
    const { code, stdout } = ador(
      ["run", "traced.yaml", "--trace", "too-long.csv", "--out", "out/rejected"],
      {
        cwd: folder,
      },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/Energy per token +-\n/);
    const files = contentsOf(join(folder, "out/rejected"));
    expectContract(files);
    expect(JSON.parse(files["summary.json"]!)).toMatchObject({ requests: { completed: 0, rejected: 2 } });
  });

  test("one request alone ends fast, with a line of the timeline for every 10 ms", () => {
    const { code, stdout } = ador(
      ["run", "traced.yaml", "--trace", "one.csv", "--timeline", "--out", "out/one"],
      { cwd: folder },
    );
    expect(code).toBe(0);
    expect(stdout).toContain("served the only request of llama-3.1-8b");
    const files = contentsOf(join(folder, "out/one"));
    const { duration_s: duration } = JSON.parse(files["summary.json"]!) as { duration_s: number };
    expect(parseRows(files["timeline.csv"]!)).toHaveLength(Math.ceil(duration / 10e-3));
  });

  test("--timeline takes no argument; --timeline-seconds says how far apart the samples are", () => {
    ador(["run", "--timeline", "small.yaml", "--out", "out/timed"], { cwd: folder });
    expect(parseRows(contentsOf(join(folder, "out/timed"))["timeline.csv"]!).length).toBeGreaterThan(300);
    ador(["run", "--timeline-seconds", "5", "small.yaml", "--out", "out/spaced"], { cwd: folder });
    const times = parseRows(contentsOf(join(folder, "out/spaced"))["timeline.csv"]!).map((row) =>
      Number(row["time_s"]),
    );
    expect(times[1]! - times[0]!).toBeCloseTo(5, 9);
  });

  test("a device of one's own can be built again from the results", () => {
    const changed = ["device={base: ador-recalled, cores: 24}", "device.memory.bandwidth=2.2TB/s"];
    const args = changed.flatMap((set) => ["--set", set]);
    const answer = runJson(["small.yaml", ...args]);
    expect(answer["settings"]).toMatchObject({
      device: "ador-recalled*",
      device_base: "ador-recalled",
      device_overrides: { cores: 24, "memory.bandwidth": "2.2TB/s" },
      device_template: { cores: 24, clock_hertz: 1.5e9, memory: { bytes_per_second: 2.2e12, kind: "hbm2e" } },
    });
    const { device_base: base, device_overrides: overrides } = answer["settings"] as {
      device_base: string;
      device_overrides: Record<string, unknown>;
    };
    const again = Object.entries(overrides).flatMap(([path, value]) => [
      "--set",
      `device.${path}=${String(value)}`,
    ]);
    const rebuilt = runJson(["small.yaml", "--set", `device={base: ${base}}`, ...again]);
    expect(rebuilt).toEqual(answer);
    ador(["run", "small.yaml", ...args, "--out", "out/own-device"], { cwd: folder });
    const page = contentsOf(join(folder, "out/own-device"))["report.html"]!;
    expect(page).toMatch(/device\.memory\.bandwidth<\/code><\/th>\s*<td>2\.2TB\/s</);
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
    expect(answer["assumptions"]).toEqual([
      expect.stringMatching(/^ador-recalled is an idealised analytical design/),
      expect.stringMatching(/^a100-80gb: constants fitted to measured kernels/),
    ]);
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

  test("--rate gives arrivals to a list of lengths, drawn with the seed", () => {
    const at = (...more: string[]) =>
      runJson(["traced.yaml", "--trace", "lengths.csv", "--rate", "5", ...more]) as {
        duration_s: number;
        requests: unknown;
        workload: unknown;
      };
    expect(at()).toMatchObject({
      requests: { submitted: 3 },
      workload: { arrivals: { kind: "poisson", ratePerSecond: 5 } },
    });
    expect(at("--seed", "2").duration_s).not.toBe(at("--seed", "1").duration_s);
  });

  test("--failed-rows says what becomes of rows that the trace marks as failed", () => {
    const dropped = ador(["run", "traced.yaml", "--trace", "failed.csv", "--json"], { cwd: folder });
    expect(JSON.parse(dropped.stdout)).toMatchObject({
      requests: { submitted: 1 },
      warnings: [expect.stringContaining("1 failed requests")],
    });
    const refused = ador(["run", "traced.yaml", "--trace", "failed.csv", "--failed-rows", "refuse"], {
      cwd: folder,
    });
    expect(refused.stderr).toContain("--failed-rows drop");
    expect(refused.code).toBe(2);
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
    const { warnings } = JSON.parse(files["summary.json"]!) as { warnings: string[] };
    expect(warnings).toHaveLength(1);
    const several = ["--set", "systems={a: {}, b: {}}", "--json"];
    const compared = ador(["run", "traced.yaml", ...several], { cwd: shuffled });
    expect(JSON.parse(compared.stdout)).toMatchObject({
      warnings,
      trace: { name: "trace.csv", sha256: createHash("sha256").update(unsorted).digest("hex") },
    });
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

  test("run from its sources it says that it has to be built", () => {
    const main = join(ROOT, "src/cli/main.ts");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", main, "run", join(folder, "small.yaml")],
      { cwd: ROOT, encoding: "utf8" },
    );
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^only the built program simulates: npm run build.*\n$/);
  });

  test("a reader that stops early is no failure", () => {
    const command = `"${process.execPath}" "${MAIN}" run small.yaml --json | head -c 1; echo " \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", command], { cwd: folder, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout.trim()).toBe("{ 0");
  });
});
