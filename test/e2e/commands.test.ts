import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ador, ROOT, SMALL_SCENARIO, SMALL_TRACE, workFolder } from "./ador.ts";

function plainRecord(line: string): unknown {
  return line === "" ? "" : JSON.parse(line);
}

const SCENARIOS = readdirSync(join(ROOT, "scenarios")).filter((name) => name.endsWith(".yaml"));

describe("help", () => {
  test.each([
    ["--help"],
    ["run --help"],
    ["check --help"],
    ["trace --help"],
    ["trace info --help"],
    ["trace convert --help"],
    ["trace generate --help"],
    ["list --help"],
    ["schema --help"],
  ])("ador %s begins with examples and exits with 0", (line) => {
    const { code, stdout, stderr } = ador(line.split(" "));
    expect(stdout).toMatch(/^Examples:\n {2}ador /);
    expect(stdout).toContain("Usage: ador");
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  test("--version prints the package's version", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
    expect(ador(["--version"]).stdout).toBe(`${version}\n`);
  });
});

describe("ador check", () => {
  test.each(SCENARIOS)("finds the bundled scenario %s sound", (name) => {
    const { code, stdout, stderr } = ador(["check", `scenarios/${name}`]);
    expect(stderr).toBe("");
    expect(stdout).toContain("sound");
    expect(code).toBe(0);
  });

  test("tells memory, blocks, area and power as JSON", () => {
    const { stdout } = ador(["check", "scenarios/llama3-70b-tp8.yaml", "--json"]);
    const answer = JSON.parse(stdout) as { systems: Record<string, Record<string, number>> };
    expect(Object.keys(answer.systems)).toEqual(["hda", "a100"]);
    for (const facts of Object.values(answer.systems)) {
      expect(facts["devices"]).toBe(8);
      expect(facts["kv_tokens"]).toBe(facts["kv_blocks"]! * 16);
      expect(facts["weight_bytes_per_device"]).toBeGreaterThan(141e9 / 8); // 70.6 B parameters, 2 bytes each
    }
  });
});

test("ador check shows every pool of a cluster", () => {
  const { stdout } = ador(["check", "scenarios/disaggregation.yaml", "--json"]);
  const { systems } = JSON.parse(stdout) as { systems: Record<string, { area_mm2: number }> };
  expect(Object.keys(systems)).toContain("apart-hda-decode/prefill");
  expect(systems["apart-hda-decode/prefill"]!.area_mm2).toBe(2 * 826);
  expect(systems["apart-hda-decode/decode"]!.area_mm2).toBeLessThan(2 * 500);
});

describe("ador check with a trace of one's own", () => {
  const folder = workFolder({
    "small.yaml": SMALL_SCENARIO,
    "trace.csv": SMALL_TRACE,
    "lengths.csv": "input_tokens,output_tokens\n100,10\n",
  });

  test("counts its requests, under the seed given", () => {
    const { stdout, stderr } = ador(
      ["check", "small.yaml", "--trace", "trace.csv", "--seed", "9", "--json"],
      { cwd: folder },
    );
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({ requests: 3, seed: 9 });
    expect(
      ador(["check", "small.yaml", "--trace", "lengths.csv", "--rate", "2"], { cwd: folder }).stdout,
    ).toContain("sound, 1 request\n");
  });

  test("warns where a request of max_model_len does not fit into the KV cache", () => {
    const { code, stderr, stdout } = ador(["check", "small.yaml", "--set", "serving.kv_blocks=500"], {
      cwd: folder,
    });
    expect(stderr).toMatch(/^warning: system: .* holds 8,000 tokens, less than max_model_len 8,192/);
    expect(stdout).toContain("sound");
    expect(code).toBe(0);
    const fits = ador(["check", "small.yaml", "--set", "serving.kv_blocks=512"], { cwd: folder });
    expect(fits.stderr).toBe("");
  });

  test("tells what each operator of a step costs; the seconds add up and the shares to 1", () => {
    const { stdout } = ador(["check", join(ROOT, "scenarios/quickstart.yaml"), "--json"]);
    const { systems } = JSON.parse(stdout) as {
      systems: Record<string, { steps: Record<string, ExplainedStep>; area_blocks: { mm2: number }[] }>;
    };
    for (const { steps, area_blocks: blocks } of Object.values(systems)) {
      expect(blocks.every(({ mm2 }) => mm2 > 0)).toBe(true);
      for (const { seconds, operators } of [steps["decode"]!, steps["prefill"]!]) {
        expect(sum(operators.map((operator) => operator.seconds))).toBeCloseTo(seconds, 12);
        expect(sum(operators.map((operator) => operator.share))).toBeCloseTo(1, 9);
        expect(operators.find(({ operator }) => operator === "attention")).toMatchObject({
          unit: expect.any(String),
          bound: expect.any(String),
          dram_bytes: expect.any(Number),
          busy_seconds: { dram: expect.any(Number) },
        });
      }
    }
    const text = ador(["check", join(ROOT, "scenarios/quickstart.yaml")]).stdout;
    expect(text).toMatch(/\nhda: ador-recalled, 459 mm² \(systolic arrays /);
    expect(text).toMatch(/\nattention +mac_tree .* dram /);
  });
});

interface ExplainedStep {
  readonly seconds: number;
  readonly operators: readonly {
    readonly operator: string;
    readonly seconds: number;
    readonly share: number;
  }[];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

describe("ador list", () => {
  test("devices --json tells the area block by block", () => {
    const devices = JSON.parse(ador(["list", "devices", "--json"]).stdout) as {
      area_mm2: number;
      area_blocks: { mm2: number }[];
    }[];
    for (const { area_mm2: area, area_blocks: blocks } of devices) {
      expect(sum(blocks.map(({ mm2 }) => mm2))).toBeCloseTo(area, 9);
    }
  });

  test("policies marks the defaults and says what the scheduler does in its own words", () => {
    const { stdout } = ador(["list", "policies"]);
    expect(stdout).toMatch(/vllm-v1 +default +running first, token budget, chunked prefill/);
    expect(stdout).toMatch(/least-outstanding +default /);
    expect(stdout).not.toMatch(/round-robin +default/);
  });

  test.each([
    ["models", "llama-3.1-8b"],
    ["devices", "ador-recalled"],
    ["policies", "least-outstanding"],
    ["formats", "mooncake"],
  ])("%s names %s, as a table and as JSON", (what, name) => {
    expect(ador(["list", what]).stdout).toContain(name);
    const answer = JSON.parse(ador(["list", what, "--json"]).stdout) as { name: string }[];
    expect(answer.map((entry) => entry.name)).toContain(name);
  });
});

describe("ador trace", () => {
  const folder = workFolder({ "small.yaml": SMALL_SCENARIO, "trace.csv": SMALL_TRACE });

  test("info tells rates and lengths", () => {
    const { stdout } = ador(["trace", "info", "trace.csv", "--json"], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({
      format: "csv",
      requests: 3,
      span_s: 1.25,
      rate_per_s: 2 / 1.25,
      input_tokens: { total: 350, max: 200 },
    });
    expect(ador(["trace", "info", "trace.csv"], { cwd: folder }).stdout).toContain("3 requests in 1.25 s");
  });

  test("info --fit prints a workload that a scenario can use as it is", () => {
    const { stdout } = ador(["trace", "info", join(ROOT, "traces/conversation.csv"), "--fit"], {
      cwd: folder,
    });
    const fitted = stdout.slice(stdout.indexOf("\nworkload:") + 1);
    const scenario = workFolder({ "fitted.yaml": `model: llama-3.1-8b\ndevice: h100\n${fitted}` });
    const { code, stdout: made } = ador(["trace", "generate", "fitted.yaml"], { cwd: scenario });
    expect(code).toBe(0);
    expect(made.trim().split("\n")).toHaveLength(
      (parse(fitted) as { workload: { synthetic: { requests: number } } }).workload.synthetic.requests + 1,
    );
  });

  test("info --fit fills its lists into lines of up to 100 characters, four digits to a number", () => {
    const { stdout } = ador(["trace", "info", join(ROOT, "traces/bursty.csv"), "--fit"]);
    const yaml = stdout.slice(stdout.indexOf("\nworkload:") + 1);
    const lines = yaml.split("\n");
    expect(lines.length).toBeLessThan(200);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(yaml).toMatch(/^ +rate: 5\.53\/s$/m);
    expect(yaml).toMatch(/^ +burstiness: 0\.\d{1,4}$/m);
    const { input } = (
      parse(yaml) as { workload: { synthetic: { input: { values: number[]; weights: number[] } } } }
    ).workload.synthetic;
    expect(input.values.length).toBeGreaterThan(300);
    expect(input.weights).toHaveLength(input.values.length);
    expect(input.values.every((value) => Number(value.toPrecision(4)) === value)).toBe(true);
  });

  test("info describes a list of lengths by its lengths alone", () => {
    const { stdout, code } = ador(["trace", "info", "-"], {
      cwd: folder,
      input: "input_tokens,output_tokens\n100,10\n300,20\n",
    });
    expect(code).toBe(0);
    expect(stdout).toContain("2 requests\narrivals: none");
    expect(stdout).toMatch(/input tokens +200 /);
    const json = ador(["trace", "info", "-", "--json"], { input: "input_tokens,output_tokens\n100,10\n" });
    expect(JSON.parse(json.stdout)).toMatchObject({
      requests: 1,
      span_s: null,
      rate_per_s: null,
      input_tokens: { mean: 100 },
    });
  });

  test("convert gives a list of lengths Poisson arrivals by --rate, or says that it could", () => {
    const input = `input_tokens,output_tokens\n${"100,10\n".repeat(2000)}`;
    const made = ador(["trace", "convert", "-", "--rate", "5", "--seed", "3"], { input }).stdout;
    const arrivals = made
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => Number(line.split(",")[0]));
    // The mean of 2,000 exponential gaps is off by more than 10 % once in 100,000 seeds.
    expect(2000 / arrivals.at(-1)!).toBeGreaterThan(4.5);
    expect(2000 / arrivals.at(-1)!).toBeLessThan(5.5);
    const { code, stderr } = ador(["trace", "convert", "-"], { input });
    expect(code).toBe(2);
    expect(stderr).toContain("--rate 5");
    const own = ador(["trace", "convert", "trace.csv", "--rate", "5"], { cwd: folder });
    expect([own.code, own.stderr]).toEqual([2, expect.stringContaining("arrivals of its own")]);
  });

  test("convert keeps Mooncake's prefix blocks with --to mooncake and says so when it drops them", () => {
    const mooncake = join(ROOT, "traces/long-context.jsonl");
    const kept = ador(["trace", "convert", mooncake, "--to", "mooncake"]);
    expect([kept.code, kept.stderr]).toEqual([0, ""]);
    expect(kept.stdout.split("\n").map(plainRecord)).toEqual(
      readFileSync(mooncake, "utf8").split("\n").map(plainRecord),
    );
    const dropped = ador(["trace", "convert", mooncake]);
    expect(dropped.code).toBe(0);
    expect(dropped.stderr).toMatch(/^warning: .* prefix blocks: dropped\n$/);
    const none = ador(["trace", "convert", "trace.csv", "--to", "mooncake", "--out", "none.jsonl"], {
      cwd: folder,
    });
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/^trace\.csv: .*no prefix blocks/)]);
    expect(existsSync(join(folder, "none.jsonl"))).toBe(false);
  });

  test("generate draws a scenario's workload, and convert reads it back unchanged", () => {
    const made = ador(["trace", "generate", "small.yaml", "--out", "made.csv"], { cwd: folder });
    expect([made.code, made.stdout]).toEqual([0, ""]);
    const text = readFileSync(join(folder, "made.csv"), "utf8");
    expect(text.trim().split("\n")).toHaveLength(201);
    expect(ador(["trace", "convert", "made.csv"], { cwd: folder }).stdout).toBe(text);
    expect(ador(["trace", "generate", "small.yaml", "--seed", "2"], { cwd: folder }).stdout).not.toBe(text);
  });
});

describe("ador schema", () => {
  test("prints what the bundled scenarios refer to", () => {
    expect(ador(["schema"]).stdout).toBe(readFileSync(join(ROOT, "scenarios/scenario.schema.json"), "utf8"));
  });

  test.each(SCENARIOS)("%s begins with the line by which editors find it", (name) => {
    const text = readFileSync(join(ROOT, "scenarios", name), "utf8");
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/scenario\.schema\.json\n/);
  });
});
