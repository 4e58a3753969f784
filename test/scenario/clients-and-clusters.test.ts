import { describe, expect, test } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import { replay } from "../../src/scenario/replay.ts";
import { checkSupply, openSource, type RequestSupply } from "../../src/scenario/request-supply.ts";
import { readTrace } from "../../src/workload/read-trace.ts";
import { inputErrorOf, memoryFiles } from "./memory-files.ts";

const OPEN = `workload:
  synthetic: { arrivals: { process: poisson, rate: 6/s }, input: 100, output: 20, requests: 40 }`;
const CLASSED = OPEN.replace(
  "requests: 40",
  "requests: 40, classes: [{ name: chat, weight: 1 }, { name: code, weight: 1 }]",
);
const CLOSED = (extra = "requests: 40") => `workload:
  closed_loop: { users: 4, think_time: 1s, input: 100, output: 20, ${extra} }`;
const BASE = `model: llama-3.1-8b
device: a100-80gb
serving: { max_model_len: 8192 }
`;

const load = (...lines: string[]) =>
  loadScenario("s.yaml", memoryFiles({ "s.yaml": `${BASE}${lines.join("\n")}\n`, "t.csv": "" }));

/** The message of the refusal, with its place. */
const refusal = (...lines: string[]) => inputErrorOf(() => load(...lines)).message;

function supplyOf({ workload, seed }: ReturnType<typeof load>): RequestSupply {
  if (workload.kind === "trace" || workload.kind === "servegen") throw new Error("needs files");
  return { ...workload, seed };
}

describe("a closed loop", () => {
  test("is written with its users, times and lengths", () => {
    const { workload } = load(`workload:
  closed_loop:
    users: 8
    ramp_up: 30s
    think_time: { distribution: lognormal, median: 4s, sigma: 1 }
    turns: { distribution: uniform, min: 1, max: 5 }
    max_context: 4000
    input: 100
    output: 20
    duration: 10min
    classes: [{ name: chat, weight: 3 }, { name: code, weight: 1, output: 300 }]`);
    expect(workload).toEqual({
      kind: "conversations",
      spec: {
        population: { kind: "closed", users: 8, rampUpSeconds: 30 },
        thinkTime: { kind: "lognormal", medianSeconds: 4, sigma: 1 },
        turns: { kind: "uniform", min: 1, max: 5 },
        maxContextTokens: 4000,
        input: { kind: "fixed", tokens: 100 },
        output: { kind: "fixed", tokens: 20 },
        durationSeconds: 600,
        classes: [
          { name: "chat", weight: 3 },
          { name: "code", weight: 1, output: { kind: "fixed", tokens: 300 } },
        ],
      },
    });
  });

  test("without an end is refused where it stands", () => {
    expect(refusal(CLOSED("max_context: 100"))).toMatch(
      /^s\.yaml:5:16: workload\.closed_loop: a closed loop never ends by itself: needs requests, duration or both/,
    );
  });

  test("runs, and its margins belong to its duration", () => {
    const scenario = load(CLOSED("duration: 60s"), "measurement: { warmup: 5s, drain: 5s }");
    const supply = supplyOf(scenario);
    checkSupply(supply, scenario);
    const { metrics, window } = replay(scenario, scenario.systems[0]!, supply, {
      ...{ mode: "fast-forward", timelineSeconds: undefined },
    });
    expect(window).toEqual({ fromSeconds: 5, untilSeconds: 55 });
    expect(metrics.counts.completed).toBe(metrics.counts.submitted);
    expect(metrics.ttft.count).toBeLessThan(metrics.counts.completed);
    expect(metrics.audit.every(({ passed }) => passed)).toBe(true);

    const endless = load(CLOSED(), "measurement: { drain: 5s }");
    expect(() => {
      checkSupply(supplyOf(endless), endless);
    }).toThrow(/s\.yaml:6:\d+: measurement: a drain needs to know when the clients stop sending/);
    const tooWide = load(CLOSED("duration: 8s"), "measurement: { warmup: 5s, drain: 5s }");
    expect(() => {
      checkSupply(supplyOf(tooWide), tooWide);
    }).toThrow(/no request is left to measure/);
  });
});

test("sessions of a trace that contradict themselves are refused before anything runs", () => {
  const scenario = load("workload: { trace: t.csv, sessions: { think_time: 2s } }");
  expect(scenario.workload).toMatchObject({
    sessions: { thinkTime: { kind: "fixed", seconds: 2 }, prompts: "whole" },
  });
  const text = "arrival_s,input_tokens,output_tokens,session_id\n0,100,50,7\n5,120,50,7\n";
  const table = readTrace(text, { file: "t.csv" });
  const supply: RequestSupply = {
    ...{ kind: "sessions", table, seed: 1 },
    spec: { thinkTime: { kind: "fixed", seconds: 0 }, prompts: "whole" },
  };
  expect(() => openSource(supply)).toThrow(/session 7, row 1 .*shorter than the conversation before it/);
});

describe("clients", () => {
  test("say how long they wait and whether they come back", () => {
    const { clients } = load(
      OPEN,
      `clients:
  ttft_timeout: 10s
  timeout: 60s
  cancellation: { share: 0.05, after: { distribution: exponential, mean: 20s } }
  retry: { attempts: 3, backoff: 500ms }`,
    );
    expect(clients).toEqual({
      ttftTimeoutSeconds: 10,
      totalTimeoutSeconds: 60,
      cancellation: { share: 0.05, after: { kind: "exponential", meanSeconds: 20 } },
      retry: { attempts: 3, backoffSeconds: 0.5, factor: 2, jitter: 0 },
    });
    expect(load(OPEN).clients).toBeUndefined();
  });

  test("who would time out before their timeout are refused", () => {
    expect(refusal(OPEN, "clients: { ttft_timeout: 2min, timeout: 60s }")).toMatch(
      /^s\.yaml:6:26: clients\.ttft_timeout: ttft_timeout is longer than timeout/,
    );
  });
});

describe("targets of classes", () => {
  const CLASSES = `workload:
  synthetic:
    arrivals: { process: poisson, rate: 6/s }
    classes: [{ name: chat, weight: 3 }, { name: code, weight: 1 }]
    ...{ input: 100, output: 20, requests: 40 }`.replace(
    "...{ input: 100, output: 20, requests: 40 }",
    `input: 100
    output: 20
    requests: 40`,
  );

  test("stand beside those for all", () => {
    const { slo } = load(CLASSES, "slo: { ttft: 1s, by_class: { code: { ttft: 5s, e2e: 30s } } }");
    expect(slo.request.ttftSeconds).toBe(1);
    expect(slo.byClass).toEqual({ code: { ttftSeconds: 5, e2eSeconds: 30 } });
  });

  test("of a class that no request has are refused with the nearest name", () => {
    const scenario = load(CLASSES, "slo: { by_class: { cod: { ttft: 5s } } }");
    expect(() => {
      checkSupply(supplyOf(scenario), scenario);
    }).toThrow(/s\.yaml:11:18: slo\.by_class: no request is of the class "cod" \(did you mean "code"\?\)/);
  });
});

describe("schedulers that go by classes", () => {
  const check = (...lines: string[]) => {
    const scenario = load(OPEN, ...lines);
    return inputErrorOf(() => {
      checkSupply(supplyOf(scenario), scenario);
    }).message;
  };

  test("are refused at their place for a rank of a class that no request has, in pools too", () => {
    const priority = "serving: { scheduler: { policy: priority, priorities: { chat: 0 } } }";
    const says = /serving\.scheduler\.priorities: no request is of the class "chat"/;
    const named = check("systems:", `  a: { ${priority} }`);
    expect(named).toMatch(/^s\.yaml:7:62: /);
    expect(named).toMatch(says);
    expect(check(`cluster: { pools: { a: { ${priority} } } }`)).toMatch(/^s\.yaml:6:80: /);
  });

  test("are refused at their place for a class without the target that they go by", () => {
    const lines = [
      "slo: { by_class: { chat: { ttft: 1s } } }",
      "systems: { a: { serving: { scheduler: edf } } }",
    ];
    const classes = CLASSED.split("\n");
    const scenario = loadScenario(
      "s.yaml",
      memoryFiles({ "s.yaml": [BASE.trim(), ...classes, ...lines, ""].join("\n") }),
    );
    const { message } = inputErrorOf(() => {
      checkSupply(supplyOf(scenario), scenario);
    });
    expect(message).toMatch(
      /^s\.yaml:\d+:39: serving\.scheduler: edf needs a TTFT target for every class, and "code"/,
    );
  });
});

describe("the way to the replicas", () => {
  test("is a router, the age of its news, and who is let in", () => {
    const [system] = load(
      OPEN,
      `cluster:
  replicas: 3
  router: power-of-two
  router_delay: 50ms
  admission: { max_waiting: 100, token_bucket: { rate: 5/s, burst: 20 } }`,
    ).systems;
    expect(system).toMatchObject({
      ...{ replicas: 3, router: "power-of-two", routerDelaySeconds: 0.05 },
      admission: { maxWaiting: 100, tokenBucket: { unit: "requests", ratePerSecond: 5, burst: 20 } },
    });
    expect(system!.settings.cluster["admission"]).toEqual({
      ...{ max_waiting: 100, token_bucket: { rate: 5, burst: 20, unit: "requests" } },
    });
  });

  test.each([
    {
      lines: ["cluster: { router: slo-aware }"],
      says: /^s\.yaml:6:20: cluster\.router: slo-aware needs a target for the first token/,
    },
    {
      lines: ["cluster: { router: central, router_delay: 1s }"],
      says: /^s\.yaml:6:43: cluster\.router_delay: a central queue knows when a slot is free/,
    },
  ])("is refused when it contradicts itself: $says", ({ lines, says }) => {
    expect(refusal(OPEN, ...lines)).toMatch(says);
  });
});

describe("pools", () => {
  const POOLS = `cluster:
  pools:
    prompts: { role: prefill, device: ador-recalled, serving: { max_num_batched_tokens: 4096 } }
    answers: { role: decode, replicas: 2, tensor_parallel: 2 }
  kv_transfer: { latency: 20us }`;

  test("take from the system what they do not name", () => {
    const [system] = load(OPEN, POOLS).systems;
    const [prompts, answers] = system!.pools!;
    expect(prompts).toMatchObject({
      ...{ name: "prompts", role: "prefill", replicas: 1 },
      device: { name: "ador-recalled" },
      engine: { maxNumBatchedTokens: 4096, maxModelLen: 8192 },
    });
    expect(answers).toMatchObject({
      ...{ name: "answers", role: "decode", replicas: 2 },
      ...{ device: { name: "a100-80gb" }, parallelism: { tensorParallel: 2 } },
      engine: { maxNumBatchedTokens: 2048, maxModelLen: 8192 },
    });
    // Two devices send twice what one does.
    const { links } = answers!.device;
    expect(answers!.linkBytesPerSecond).toBe(2 * links.bytesPerSecond * links.efficiency);
    // Llama 3.1 8B: keys and values of 32 layers with 8 heads of 128, two bytes each.
    expect(system!.kvTransfer).toEqual({
      ...{ bytesPerToken: 2 * 32 * 8 * 128 * 2, latencySeconds: 20e-6, overlappedLayers: 32 },
    });
  });

  test("leave their system its name", () => {
    const lines = POOLS.split("\n").map((line) => `    ${line}`);
    const { systems } = load(OPEN, "systems:", "  apart:", ...lines, "  together: {}");
    expect(systems.map(({ name }) => name)).toEqual(["apart", "together"]);
  });

  test("serve requests half here, half there, and say so in the records", () => {
    const scenario = load(OPEN, POOLS);
    const { metrics, records } = replay(scenario, scenario.systems[0]!, supplyOf(scenario), {
      ...{ mode: "fast-forward", timelineSeconds: undefined },
    });
    expect(metrics.counts.completed).toBe(40);
    expect(new Set(records.replica.subarray(0, 40))).toEqual(new Set([0]));
    expect(new Set(records.decodeReplica.subarray(0, 40))).toEqual(new Set([1, 2]));
    expect(metrics.kvTransfer).toMatchObject({ transfers: 40, bytes: 40 * 100 * 131072 });
  });

  test.each([
    {
      cluster: "pools: { a: { role: prefill } }",
      says: /^s\.yaml:6:19: cluster\.pools: .* no pool has the role decode/,
    },
    {
      cluster: "pools: { a: { role: prefill }, b: { role: decode, precision: { kv: fp8 } } }",
      says: /^s\.yaml:6:46: cluster\.pools\.b: pool a hands over caches in bf16, but this one keeps them in "fp8"/,
    },
    {
      cluster: "replicas: 2, pools: { a: {} }",
      says: /^s\.yaml:6:22: cluster\.replicas: every pool has its own/,
    },
    {
      cluster: "kv_transfer: { over: p2p }",
      says: /^s\.yaml:6:25: cluster\.kv_transfer: caches move only between/,
    },
    {
      cluster: "pools: { a: {} }, kv_transfer: { over: p2p }",
      says: /^s\.yaml:6:43: cluster\.kv_transfer: no pool hands its requests over/,
    },
    {
      cluster: "pools: { a: { role: prefill }, b: { role: decode } }, kv_transfer: { over: nic }",
      says: /6:79: cluster\.kv_transfer: .*over: nic needs it/,
    },
    {
      cluster: "pools: { a: { role: prefill, device: a10 }, b: { role: decode } }",
      says: /^s\.yaml:6:49: cluster\.pools\.a\.device: unknown device "a10"/,
    },
  ])("that cannot work together are refused: $cluster", ({ cluster, says }) => {
    expect(refusal(OPEN, `cluster: { ${cluster} }`)).toMatch(says);
  });
});

test("a system changes a part of what it shares with the others, and is checked as a whole", () => {
  const shared = "cluster: { failures: { mean_up: 60s, mean_down: 5s } }";
  const { systems } = load(
    OPEN,
    shared,
    "systems: { a: {}, b: { cluster: { failures: { requests: lose } } } }",
  );
  expect(systems.map(({ failures }) => failures?.requests)).toEqual(["requeue", "lose"]);
  expect(systems[1]!.failures?.random).toEqual({ meanUpSeconds: 60, meanDownSeconds: 5 });
  expect(refusal(OPEN, "systems: { a: {}, b: { cluster: { failures: { requests: lose } } } }")).toMatch(
    /^s\.yaml:6:45: cluster\.failures: says of no failure when/,
  );
  expect(refusal(OPEN, "systems: { b: { cluster: { autoscaling: { target: 3 } } } }")).toMatch(
    /^s\.yaml:6:41: cluster\.autoscaling\.min: missing/,
  );
});

describe("replicas that come and go", () => {
  test("are written as failures, listed or by chance, or as a range to scale in", () => {
    const [failing] = load(
      OPEN,
      "cluster: { replicas: 2, failures: { requests: lose, outages: [{ replica: 1, at: 30s, for: 1min }], mean_up: 1h, mean_down: 90s } }",
    ).systems;
    expect(failing!.failures).toEqual({
      requests: "lose",
      outages: [{ replica: 1, atSeconds: 30, downSeconds: 60 }],
      random: { meanUpSeconds: 3600, meanDownSeconds: 90 },
    });
    const [scaling] = load(
      OPEN,
      "cluster: { replicas: 2, autoscaling: { min: 1, max: 8, target: 16, cold_start: 45s } }",
    ).systems;
    expect(scaling!.autoscaling).toEqual({
      ...{ minReplicas: 1, maxReplicas: 8, targetRequests: 16 },
      ...{ intervalSeconds: 10, coldStartSeconds: 45, downAfterSeconds: 60 },
    });
  });

  test.each([
    { cluster: "failures: {}", says: /^s\.yaml:6:22: cluster\.failures: says of no failure when/ },
    { cluster: "failures: { mean_up: 1h }", says: /mean_up and mean_down go together/ },
    {
      cluster: "failures: { outages: [{ replica: 1, at: 3s }] }",
      says: /^s\.yaml:6:45: cluster\.failures\.outages\[0\]\.replica: no such replica 1\n {2}expected a whole number from 0 to 0/,
    },
    {
      cluster: "autoscaling: { min: 2, max: 4, target: 3, cold_start: 1s }",
      says: /cluster\.autoscaling: starts with cluster\.replicas: 1\n {2}expected from 2 to 4/,
    },
    {
      cluster:
        "autoscaling: { min: 1, max: 4, target: 3, cold_start: 1s }, failures: { mean_up: 1h, mean_down: 1s }",
      says: /cluster\.failures: not modelled together with autoscaling/,
    },
    {
      cluster:
        "pools: { a: { role: prefill }, b: { role: decode } }, failures: { mean_up: 1h, mean_down: 1s }",
      says: /cluster\.failures: not modelled where prompts and answers are served apart/,
    },
  ])("are refused when they cannot be: $cluster", ({ cluster, says }) => {
    expect(refusal(OPEN, `cluster: { ${cluster} }`)).toMatch(says);
  });
});
