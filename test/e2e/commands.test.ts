import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ador, ROOT, SMALL_SCENARIO, SMALL_TRACE, workFolder } from "./ador.ts";

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

describe("ador list", () => {
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
