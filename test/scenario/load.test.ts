import { describe, expect, test } from "vitest";
import { findDevice } from "../../src/hardware/catalog.ts";
import type { GpuDevice, HdaDevice } from "../../src/hardware/device.ts";
import { SINGLE_DEVICE } from "../../src/models/parallelism.ts";
import { loadScenario, type ScenarioOverrides } from "../../src/scenario/load.ts";
import { scenarioHash } from "../../src/scenario/hash.ts";
import type { TraceWorkload } from "../../src/scenario/workload.ts";
import { inputErrorOf, memoryFiles } from "./memory-files.ts";

const BASE = `
model: llama-3.1-8b
device: a100-80gb
workload: { trace: ../traces/t.csv }
serving: { max_model_len: 8192 }
`;
const TRACE = { "traces/t.csv": "", "other.csv": "" };

function load(yaml: string, overrides: ScenarioOverrides = {}, more: Readonly<Record<string, string>> = {}) {
  return loadScenario(
    "scenarios/s.yaml",
    memoryFiles({ "scenarios/s.yaml": yaml, ...TRACE, ...more }),
    overrides,
  );
}

describe("a scenario", () => {
  test("gets vLLM's defaults for what it does not say", () => {
    const { systems, seed, name, margins, comparesSystems } = load(BASE);
    expect({ seed, name, margins, comparesSystems }).toEqual({
      seed: 0,
      name: "s",
      margins: { warmupSeconds: 0, drainSeconds: 0 },
      comparesSystems: false,
    });
    expect(systems[0]).toMatchObject({
      replicas: 1,
      parallelism: SINGLE_DEVICE,
      scheduler: { policy: "vllm-v1" },
      precision: { weightBytes: 2, kvBytes: 2, activationBytes: 2 },
      engine: {
        maxNumSeqs: 256,
        maxNumBatchedTokens: 2048,
        blockSize: 16,
        enableChunkedPrefill: true,
        longPrefillTokenThreshold: 0,
      },
    });
  });

  test("takes the model's own limit when it names no max_model_len", () => {
    expect(load(BASE.replace(/serving.*/, "")).systems[0]!.engine.maxModelLen).toBe(131072);
  });

  test("reads every value in SI units", () => {
    const { slo, margins } = load(
      `${BASE}slo: { ttft: 500ms, e2e: 1min, tbt_p99: 50ms }\nmeasurement: { warmup: 2min, drain: 500ms }\n`,
    );
    expect(slo).toEqual({
      request: { ttftSeconds: 0.5, tpotSeconds: undefined, maxTbtSeconds: undefined, e2eSeconds: 60 },
      run: [{ metric: "tbt", statistic: "p99", seconds: expect.closeTo(0.05, 12) }],
    });
    expect(margins).toEqual({ warmupSeconds: 120, drainSeconds: 0.5 });
  });

  test("names paths relative to the file in which they stand, flags relative to the working directory", () => {
    const child = `extends: sub/base.yaml\n`;
    const base = BASE.replace("../traces/t.csv", "here.csv");
    const more = { "scenarios/sub/base.yaml": base, "scenarios/sub/here.csv": "" };
    expect((load(child, {}, more).workload as TraceWorkload).file).toBe("scenarios/sub/here.csv");
    expect((load(child, { trace: "other.csv" }, more).workload as TraceWorkload).file).toBe("other.csv");
    expect((load(child, { set: ["workload.trace=other.csv"] }, more).workload as TraceWorkload).file).toBe(
      "other.csv",
    );
  });

  test("extends another one but for its name", () => {
    const more = { "scenarios/base.yaml": `name: the-base\ndescription: a base\nseed: 5\n${BASE}` };
    const scenario = load("extends: base.yaml\ncluster: { replicas: 3 }\n", {}, more);
    expect(scenario).toMatchObject({ name: "s", description: "", seed: 5 });
    expect(scenario.systems[0]).toMatchObject({ replicas: 3 });
  });

  test("describes several systems, each with what it changes and all with the rest", () => {
    const { systems, comparesSystems } = load(
      `${BASE}cluster: { replicas: 2 }\nsystems:\n  a: {}\n  b: { device: h100, cluster: { tensor_parallel: 2 }, precision: fp8 }\n  c:\n`,
    );
    expect(comparesSystems).toBe(true);
    expect(
      systems.map(({ name, device, replicas, parallelism, precision }) => [
        name,
        device.name,
        replicas,
        parallelism.tensorParallel,
        precision.weightBytes,
      ]),
    ).toEqual([
      ["a", "a100-80gb", 2, 1, 2],
      ["b", "h100", 2, 2, 1],
      ["c", "a100-80gb", 2, 1, 2],
    ]);
  });

  test("refuses a bandwidth that the memory's stacks cannot deliver, naming the stacks it takes", () => {
    const yaml = BASE.replace("a100-80gb", "{ base: ador-recalled, memory: { bandwidth: 2.5TB/s } }");
    const error = inputErrorOf(() => load(yaml));
    expect(error.message).toContain("scenarios/s.yaml:3:");
    expect(error.message).toContain("memory.stacks of at least 6");
    const enough = BASE.replace(
      "a100-80gb",
      "{ base: ador-recalled, memory: { bandwidth: 2.5TB/s, stacks: 6 } }",
    );
    expect(load(enough).systems[0]!.device.memory.stacks).toBe(6);
  });

  test("refuses an override that every system overrides, and takes one that some system hears", () => {
    const systems = (second: string) => `${BASE}systems: { a: { device: h100 }, b: { ${second} } }`;
    const deaf = inputErrorOf(() => load(systems("device: l40s"), { set: ["device=h200"] }));
    expect(deaf.message).toContain("has no effect");
    expect(deaf.message).toContain("systems.a.device or systems.b.device");
    const heard = load(systems("model: llama-3-8b"), { set: ["device=h200"] });
    expect(heard.systems.map(({ device }) => device.name)).toEqual(["h100", "h200"]);
  });

  test("changes single fields of a device and leaves the others", () => {
    const yaml = BASE.replace(
      "device: a100-80gb",
      "device: { base: ador-recalled, name: mine, clock: 1.2GHz, mac_tree: { width: 32 }, memory: { bandwidth: 2.2TB/s } }",
    );
    const base = findDevice("ador-recalled") as HdaDevice;
    expect(load(yaml).systems[0]!.device).toEqual({
      ...base,
      name: "mine",
      clockHertz: 1.2e9,
      macTree: { ...base.macTree, width: 32 },
      memory: { ...base.memory, bytesPerSecond: 2.2e12 },
    });
    const gpu = load(BASE, { set: ["device.tensor_peak=400TFLOPS", "device.overheads.host_per_step=0ms"] })
      .systems[0]!;
    const a100 = findDevice("a100-80gb") as GpuDevice;
    expect(gpu.device).toEqual({
      ...a100,
      name: "a100-80gb*",
      tensorFlopsPerSecond: 4e14,
      overheads: { ...a100.overheads, hostSecondsPerStep: 0 },
    });
  });

  test("takes kv_blocks for granted when they are given", () => {
    expect(
      load(BASE, { set: ["serving.kv_blocks=77", "model=llama-3.1-405b"] }).systems[0]!.engine.kvBlocks,
    ).toBe(77);
  });

  test("reports every mistake at once, each at its own place", () => {
    const { problems } = inputErrorOf(() =>
      load("modle: x\ndevice: a100-80gb\nserving:\n  block_size: 0\n  max_num_seqs: many\n"),
    );
    expect(problems.map(({ line, column, key }) => [line, column, key])).toEqual(
      expect.arrayContaining([
        [1, 1, "modle"],
        [4, 15, "serving.block_size"],
        [5, 17, "serving.max_num_seqs"],
      ]),
    );
  });

  test("places an error of one system in the lines of that system", () => {
    const { problems } = inputErrorOf(() =>
      load(`${BASE}systems:\n  a: {}\n  b:\n    cluster:\n      tensor_parallel: 5\n`),
    );
    expect(problems[0]).toMatchObject({
      file: "scenarios/s.yaml",
      line: 10,
      column: 24,
      key: "cluster.tensor_parallel",
      found: 5,
    });
  });

  test("without a model says so", () => {
    const { problems } = inputErrorOf(() => load(BASE.replace(/model: .*\n/, "")));
    expect(problems[0]).toMatchObject({ key: "model", message: "missing" });
  });

  test.each([
    [
      "workload: { trace: ../traces/t.csv, synthetic: { arrivals: { process: constant, rate: 1/s }, input: 1, output: 1, requests: 1 } }",
      /one source of requests/,
    ],
    [
      "workload: { synthetic: { arrivals: { process: constant, rate: 1/s }, input: 1, output: 1 } }",
      /needs an end/,
    ],
    [
      "workload: { synthetic: { arrivals: { process: constant, rate: 0/s }, input: 1, output: 1, requests: 1 } }",
      /greater than zero/,
    ],
    [
      "workload: { trace: ../traces/t.csv, transforms: [{ first: 1, replicate: 2 }] }",
      /exactly one transform/,
    ],
    [
      "workload: { trace: ../traces/t.csv, transforms: [{ frist: 1 }] }",
      /"frist" \(did you mean "first"\?\)/,
    ],
    ["systems: { ../evil: {} }", /invalid name/],
    ["systems: [a]", /a map/],
    ["serving: { enable_chunked_prefill: false, max_model_len: 8192 }", /without chunks/],
    ["serving: { gpu_memory_utilization: 1.5 }", /at most 1/],
    ["precision: bf61", /did you mean "bf16"/],
  ])("is refused for %s", (yaml, text) => {
    const base = BASE.split("\n")
      .filter((line) => !line.startsWith(yaml.split(":")[0]!))
      .join("\n");
    expect(inputErrorOf(() => load(`${base}${yaml}\n`)).message).toMatch(text);
  });
});

describe("the scenario hash", () => {
  const hashOf = (yaml: string, overrides: ScenarioOverrides = {}, trace = "00") =>
    scenarioHash(load(yaml, overrides), trace);

  test("does not depend on names, comments, order of keys or where the trace lies", () => {
    const reordered = BASE.trim().split("\n").reverse().join("\n");
    expect(hashOf(`# a comment\nname: other\ndescription: words\n${reordered}\n`)).toBe(hashOf(BASE));
    expect(hashOf(BASE, { trace: "other.csv" })).toBe(hashOf(BASE));
  });

  test("does not depend on what systems, models and devices are called", () => {
    const named = (names: string) => hashOf(`${BASE}systems: { ${names} }\n`);
    expect(named("a: {}, b: { device: h100 }")).toBe(named("x: {}, y: { device: h100 }"));
    expect(named("a: {}, b: { device: h100 }")).not.toBe(named("a: {}, b: { device: h200 }"));
    const called = (name: string) => hashOf(BASE, { set: [`device={base: a100-80gb, name: ${name}}`] });
    expect(called("mine")).toBe(hashOf(BASE));
    expect(called("mine")).toBe(called("yours"));
  });

  test("does not tell a default from the same value written down", () => {
    expect(hashOf(BASE, { set: ["serving.block_size=16", "precision=bf16", "cluster.replicas=1"] })).toBe(
      hashOf(BASE),
    );
  });

  test("changes with every setting, the seed and the content of the trace", () => {
    const variants = [
      hashOf(BASE),
      hashOf(BASE, {}, "01"),
      hashOf(BASE, { seed: 1 }),
      ...[
        "serving.max_num_seqs=255",
        "slo.ttft=1s",
        "measurement.warmup=1s",
        "device.memory.efficiency=0.5",
        "workload.transforms=[{first: 3}]",
        "precision.kv=fp8",
      ].map((set) => hashOf(BASE, { set: [set] })),
    ];
    expect(new Set(variants).size).toBe(variants.length);
  });
});

describe("an unknown key beside a name that tells alternatives apart", () => {
  const problemsOf = (arrivals: string, input = "1") =>
    inputErrorOf(() =>
      load(
        `model: llama-3.1-8b\ndevice: h100\nworkload: { synthetic: { arrivals: ${arrivals}, input: ${input}, output: 1, requests: 1 } }\n`,
      ),
    ).problems.filter(({ message }) => message === "unknown key");

  test("is answered with the keys of the alternative chosen, each once", () => {
    expect(problemsOf("{ process: on-off, rate: 2/s }")).toMatchObject([
      { found: "rate", accepted: ["process", "on_rate", "off_rate", "mean_on", "mean_off"] },
    ]);
    expect(problemsOf("{ process: poisson, rate: 2/s, rats: 1 }")).toMatchObject([
      { found: "rats", accepted: ["process", "rate"] },
    ]);
  });

  test("is so for lengths as well", () => {
    expect(
      problemsOf("{ process: constant, rate: 1/s }", "{ distribution: fixed, tokens: 3, max: 4 }"),
    ).toMatchObject([{ found: "max", accepted: ["distribution", "tokens"] }]);
  });
});
