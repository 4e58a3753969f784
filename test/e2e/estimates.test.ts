import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ador, contentsOf, SMALL_SCENARIO, SMALL_TRACE, TRACE_SCENARIO, workFolder } from "./ador.ts";

const CLOSED = `
model: llama-3.1-8b
device: a100-80gb
workload:
  closed_loop: { users: 10, think_time: 2s, input: 300, output: 50, requests: 300 }
serving: { max_model_len: 8192 }
slo: { ttft_p99: 300ms }
`;
const POOLS = `
model: llama-3.1-8b
workload:
  synthetic: { arrivals: { process: poisson, rate: 4/s }, input: 300, output: 50, requests: 200 }
serving: { max_model_len: 8192 }
slo: { ttft_p99: 1s }
device: a100-80gb
cluster:
  pools:
    prompts: { role: prefill, replicas: 1 }
    answers: { role: decode, replicas: 1 }
  kv_transfer: {}
`;
const benchmark = {
  request_rate: 4,
  request_throughput: 3.9,
  mean_ttft_ms: 120,
  p99_ttft_ms: 700,
  mean_itl_ms: 14,
};
const longTrace = `arrival_s,input_tokens,output_tokens\n${Array.from({ length: 1000 }, (_, i) => `${i / 4},${200 + ((i * 7919) % 900)},${20 + ((i * 31) % 60)}`).join("\n")}\n`;

const folder = workFolder({
  "small.yaml": SMALL_SCENARIO,
  "dataflow.yaml": SMALL_SCENARIO.replace("a100-80gb", "ador-recalled"),
  "two.yaml": SMALL_SCENARIO.replace(
    "device: a100-80gb",
    "systems: { first: { device: a100-80gb }, second: { device: h100 } }",
  ),
  "closed.yaml": CLOSED,
  "pools.yaml": POOLS,
  "ador.yaml": TRACE_SCENARIO,
  "trace.csv": SMALL_TRACE,
  "long.csv": longTrace,
  "measured.json": JSON.stringify(benchmark),
  "far.json": JSON.stringify({ ...benchmark, request_rate: 400 }),
  "units.csv": "arrival_s,ttft_ms,e2e_s\n0,1,2\n1,1,2\n",
});

const run = (...args: string[]) => ador(args, { cwd: folder });

function jsonOf(...args: string[]): Record<string, unknown> {
  const { code, stdout, stderr } = run(...args, "--json");
  expect(stderr).not.toMatch(/error/i);
  expect(code).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

interface Trial {
  readonly level: number;
  readonly met: boolean;
}

interface Capacity {
  readonly capacity: number;
  readonly sure_capacity: number;
  readonly estimated_capacity: number;
  readonly trials: readonly Trial[];
}

function capacityOf(system: string, ...args: string[]): Capacity {
  const { systems } = jsonOf("capacity", ...args) as { systems: Record<string, Capacity> };
  return systems[system]!;
}

describe("ador estimate", () => {
  test("tells each system's latencies, capacity and energy, and which formula stands for what", () => {
    const { systems, queueing_models: models } = jsonOf("estimate", "two.yaml") as {
      systems: Record<
        string,
        { ttft_s: { mean: number; p99: number }; slo: { max_rps: number }; energy_per_token_j: number }
      >;
      queueing_models: readonly { source: string; validity: string }[];
    };
    expect(Object.keys(systems)).toEqual(["first", "second"]);
    expect(systems["second"]!.ttft_s.mean).toBeLessThan(systems["first"]!.ttft_s.mean);
    expect(systems["second"]!.slo.max_rps).toBeGreaterThan(systems["first"]!.slo.max_rps);
    expect(systems["first"]!.energy_per_token_j).toBeGreaterThan(0);
    expect(models.every(({ source, validity }) => source !== "" && validity !== "")).toBe(true);
    const { code, stdout } = run("estimate", "two.yaml");
    expect(code).toBe(0);
    expect(stdout).toMatch(/Largest load within the SLO/);
    expect(stdout).toMatch(/Pollaczek-Khinchine/);
  });

  test("covers closed loops, and says what it leaves out", () => {
    const { systems } = jsonOf("estimate", "closed.yaml") as {
      systems: Record<string, { slo: { max_users: number } }>;
    };
    expect(Object.values(systems)[0]!.slo.max_users).toBeGreaterThan(1);
    expect(
      run(
        "estimate",
        "closed.yaml",
        "--set",
        "serving.scheduler=static",
        "--set",
        "serving.max_num_batched_tokens=8192",
      ).stdout,
    ).toMatch(/leaves out .*static: taken as vllm-v1/);
  });

  test("says plainly that it does not cover pools of unlike replicas", () => {
    const { code, stderr } = run("estimate", "pools.yaml");
    expect(code).toBe(2);
    expect(stderr).toMatch(/no formula covers pools of unlike replicas/);
  });
});

describe("ador capacity", () => {
  test("finds a rate that a run at that rate confirms", () => {
    const { capacity, trials } = capacityOf(
      "system",
      "small.yaml",
      "--slo",
      "ttft_p99=400ms",
      "--replications",
      "1",
    );
    expect(trials.filter(({ level }) => level <= capacity).every(({ met }) => met)).toBe(true);
    const p99At = (rate: number) => {
      const { ttft_s: ttft } = jsonOf(
        "run",
        "small.yaml",
        "--set",
        `workload.synthetic.arrivals.rate=${rate}/s`,
      ) as { ttft_s: { p99: number } };
      return ttft.p99;
    };
    expect(p99At(capacity)).toBeLessThanOrEqual(0.4);
    const missed = Math.min(...trials.filter(({ met }) => !met).map(({ level }) => level));
    expect(missed / capacity).toBeLessThan(1.025);
    expect(p99At(missed)).toBeGreaterThan(0.4);
  });

  test("is never surer of more than it measured, writes the curve, and answers the same twice", () => {
    const args = [
      "capacity",
      "small.yaml",
      "--slo",
      "ttft_p99=400ms",
      "--curve",
      "--out",
      "curve",
      "--force",
    ];
    const { stdout, code } = run(...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/serves [\d.]+ requests\/s within ttft_p99 ≤ 400 ms; 95.0 % sure of/);
    const first = contentsOf(join(folder, "curve"));
    expect(Object.keys(first)).toEqual(["capacity.csv", "capacity.json", "report.html"]);
    const answer = JSON.parse(first["capacity.json"]!) as { systems: Record<string, Capacity> };
    const { capacity, sure_capacity: sure, trials } = answer.systems["system"]!;
    expect(sure).toBeLessThanOrEqual(capacity);
    expect(trials.length).toBeGreaterThan(10);
    run(...args);
    expect(contentsOf(join(folder, "curve"))).toEqual(first);
  });

  test("sends a trace faster, and counts replicas and users", () => {
    const trace = ["ador.yaml", "--trace", "long.csv"];
    expect(capacityOf("system", ...trace, "--slo", "ttft_p99=300ms").capacity).toBeGreaterThan(4);
    const replicas = capacityOf("system", ...trace, "--slo", "tbt_mean=13ms", "--replicas").capacity;
    expect(Number.isInteger(replicas)).toBe(true);
    expect(replicas).toBeGreaterThan(1);
    const closed = capacityOf("system", "closed.yaml", "--users");
    expect(closed.capacity).toBeGreaterThan(10);
    expect(
      capacityOf("system", "small.yaml", "--users", "--think-time", "4s", "--slo", "ttft_p99=1s").capacity,
    ).toBeGreaterThan(1);
  });

  test("searches without an estimate where no formula covers the system", () => {
    const { capacity, estimated_capacity: estimated } = capacityOf(
      "system",
      "pools.yaml",
      "--replications",
      "2",
    );
    expect(capacity).toBeGreaterThan(0);
    expect(estimated).toBeNull();
  });

  test("does not call an overload capacity whose gaps between tokens keep their target", () => {
    const { capacity, trials } = capacityOf(
      "system",
      "small.yaml",
      "--slo",
      "tbt_p99=45ms",
      "--replications",
      "1",
    );
    expect(trials.some(({ level, met }) => level > capacity && !met)).toBe(true);
    expect(capacity).toBeLessThan(20);
  });

  test("says so when targets are missed under no load at all", () => {
    const { code, stdout } = run("capacity", "small.yaml", "--slo", "tbt_mean=1ms", "--replications", "1");
    expect(code).toBe(0);
    expect(stdout).toMatch(/misses tbt_mean ≤ 1 ms even under the least load/);
  });
});

describe("ador validate SCENARIO", () => {
  test("writes estimate and simulation side by side, in the columns of the contract", () => {
    const { code, stdout } = run("validate", "small.yaml", "--sweep", "load=0.1..0.5:2", "--out", "trust");
    expect(code).toBe(0);
    expect(stdout).toMatch(/Trust it/);
    const rows = readFileSync(join(folder, "trust/validation.csv"), "utf8").trim().split("\n");
    expect(rows[0]).toMatch(/^load,metric,estimated,simulated,ci_low,ci_high,error,regime(,|$)/);
    const [load, , estimated, simulated, , , error] = rows
      .find((row) => row.includes(",tbt_mean,"))!
      .split(",")
      .map(Number);
    expect(load).toBeCloseTo(0.1, 6);
    expect(error).toBeCloseTo(estimated! / simulated! - 1, 9);
    expect(Math.abs(error!)).toBeLessThan(0.05);
    expect(Object.keys(contentsOf(join(folder, "trust")))).toEqual(["report.html", "validation.csv"]);
  });

  test("varies settings, and puts measurements beside both", () => {
    const swept = run(
      "validate",
      "small.yaml",
      "--sweep",
      "serving.max_num_batched_tokens=256,1024",
      "--out",
      "budgets",
    );
    expect([swept.code, swept.stderr]).toEqual([0, "written to budgets/report.html and beside it\n"]);
    const measured = run("validate", "small.yaml", "--measured", "measured.json", "--out", "measured");
    expect(measured.code).toBe(0);
    expect(measured.stdout).toMatch(/Against what was measured/);
    expect(readFileSync(join(folder, "measured/validation.csv"), "utf8")).toMatch(/,0\.12,system,rate,4/);
  });
});

describe("ador sensitivity", () => {
  test("ranks knobs, and gives back area in cores where asked to", () => {
    const { knobs } = jsonOf(
      "sensitivity",
      "dataflow.yaml",
      "--metric",
      "ttft_mean",
      "--equal-area",
      "--replications",
      "2",
    ) as {
      knobs: readonly { knob: string; strength: number; up: { area_mm2?: number; cores?: number } }[];
    };
    const strengths = knobs.map(({ strength }) => strength);
    expect(strengths).toEqual(strengths.toSorted((a, b) => b - a));
    expect(strengths[0]).toBeGreaterThan(0.02);
    const names = knobs.map(({ knob }) => knob);
    expect(names).toContain("device.memory.bandwidth");
    expect(names).toContain("serving.max_num_batched_tokens");
    expect(names).not.toContain("device.cores");
    const areas = knobs.flatMap(({ knob, up }) =>
      knob.startsWith("device.systolic_array.rows") ? [up.area_mm2!] : [],
    );
    const whole = knobs.find(({ knob }) => knob === "serving.block_size")!.up.area_mm2!;
    for (const area of areas) expect(Math.abs(area / whole - 1)).toBeLessThan(0.03);
  });
});

describe("bad input is refused with its place, and nothing is written, by", () => {
  test.each([
    [
      "a sweep over an unknown field",
      ["validate", "small.yaml", "--sweep", "device.memory.bandwith=1TB/s..2TB/s"],
      [/--sweep: device\.memory\.bandwith: unknown key/, /did you mean "bandwidth"/],
    ],
    [
      "a sweep over a value that cannot be",
      ["validate", "small.yaml", "--sweep", "serving.max_num_seqs=0.5,8"],
      [/--sweep: serving\.max_num_seqs: invalid value 0\.5/],
    ],
    [
      "a sweep over the rate of users",
      ["validate", "closed.yaml", "--sweep", "load=0.1..1"],
      [/the rate of a fixed number of users/],
    ],
    [
      "measurements far from the sweep",
      ["validate", "small.yaml", "--sweep", "rate=1..5:2", "--measured", "far.json"],
      [/--measured: nothing to compare: measured at 400 to 400 requests\/s, simulated at 0\.980 to 5\.10/],
    ],
    [
      "measurements beside a sweep of settings",
      ["validate", "small.yaml", "--sweep", "batch=8,64", "--measured", "measured.json"],
      [/measurements belong to a rate/],
    ],
    [
      "measurements in other units",
      ["validate", "small.yaml", "--measured", "units.csv"],
      [/units\.csv: other unit: found "ttft_ms"/, /ttft_s, in seconds/],
    ],
    [
      "measurements that are not there",
      ["validate", "small.yaml", "--measured", "none.json"],
      [/none\.json: cannot read the file/],
    ],
    [
      "a sweep without a scenario",
      ["validate", "--sweep", "load=0.1..1"],
      [/--sweep: has no effect without a scenario/],
    ],
    [
      "a folder of measurements beside a scenario",
      ["validate", "small.yaml", "--data", "."],
      [/--data: has no effect beside a scenario/],
    ],
    [
      "an unknown target",
      ["capacity", "small.yaml", "--slo", "ttft_p9=1s"],
      [/--slo: slo\.ttft_p9: unknown key/, /did you mean "ttft_p9[059]"/],
    ],
    ["a target without a unit", ["capacity", "small.yaml", "--slo", "ttft_p99=1"], [/--slo: slo\.ttft_p99/]],
    ["a target that is none", ["capacity", "small.yaml", "--slo", "fast"], [/--slo: invalid target "fast"/]],
    [
      "a scenario without targets",
      ["capacity", "ador.yaml"],
      [/slo: there are no targets/, /--slo ttft_p99=1s/],
    ],
    [
      "users without a think time",
      ["capacity", "small.yaml", "--users"],
      [/how long users think/, /--think-time/],
    ],
    [
      "a think time without users",
      ["capacity", "small.yaml", "--think-time", "1s"],
      [/--think-time: has no effect without --users/],
    ],
    ["two questions at once", ["capacity", "small.yaml", "--users", "--replicas"], [/different questions/]],
    ["replicas of pools", ["capacity", "pools.yaml", "--replicas"], [/--replicas: the system has pools/]],
    ["the rate of users", ["capacity", "closed.yaml"], [/the rate of a fixed number of users/]],
    [
      "an unknown system",
      ["capacity", "two.yaml", "--system", "frist"],
      [/--system: unknown system "frist" \(did you mean "first"\?\)/],
    ],
    ["a confidence of all", ["capacity", "small.yaml", "--confidence", "100%"], [/less than all/]],
    [
      "an unknown metric",
      ["sensitivity", "small.yaml", "--metric", "tbt_p98"],
      [/--metric: unknown metric "tbt_p98" \(did you mean "tbt_p9/],
    ],
    [
      "a metric that nothing measures",
      ["sensitivity", "ador.yaml", "--metric", "slo_attainment"],
      [/--metric: nothing of it was measured/],
    ],
    ["several systems at once", ["sensitivity", "two.yaml"], [/--system with one of: first, second/]],
    [
      "equal area of a GPU",
      ["sensitivity", "small.yaml", "--equal-area"],
      [/--equal-area: the area of a100-80gb is as published/],
    ],
  ] as const)("%s", (_, args, messages) => {
    const before = Object.keys(contentsOf(folder));
    const { code, stdout, stderr } = run(...args, "--out", "refused");
    for (const message of messages) expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect(Object.keys(contentsOf(folder))).toEqual(before);
  });
});
