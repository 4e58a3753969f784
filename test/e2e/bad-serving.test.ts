import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MAIN, workFolder } from "./ador.ts";

/** No run here may take as long as that: what never ends is killed, and fails. */
const LONGEST_RUN_MS = 30_000;

const BASE = `model: llama-3.1-8b
device: a100-80gb
serving: { max_model_len: 8192 }
`;
const OPEN = `workload:
  synthetic: { arrivals: { process: poisson, rate: 5/s }, requests: 200, input: 500, output: 100 }
`;
const closedLoop = (written: string) => `workload: { closed_loop: { ${written} } }\n`;
const header = "arrival_s,input_tokens,output_tokens,session_id";

function run(yaml: string, files: Readonly<Record<string, string>> = {}) {
  const folder = workFolder({ "base.yaml": BASE, "bad.yaml": `${yaml}extends: base.yaml\n`, ...files });
  const { status, signal, stderr } = spawnSync(process.execPath, [MAIN, "run", "bad.yaml", "--out", "out"], {
    cwd: folder,
    encoding: "utf8",
    timeout: LONGEST_RUN_MS,
    killSignal: "SIGKILL",
  });
  expect(signal, "killed after too long").toBeNull();
  expect(stderr).not.toMatch(/\n\s+at /);
  const path = join(folder, "out", "summary.json");
  const summary = existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as { requests: Record<string, number> })
    : undefined;
  return { status, stderr, summary };
}

function expectRefused(yaml: string, texts: readonly RegExp[], files?: Readonly<Record<string, string>>) {
  const { status, stderr, summary } = run(yaml, files);
  for (const text of texts) expect(stderr).toMatch(text);
  expect(status).toBe(2);
  expect(summary).toBeUndefined();
}

describe("policies that contradict each other are refused where they stand:", () => {
  test.each([
    [
      "prompts and answers apart on one replica",
      "cluster: { pools: { all: { role: prefill } } }",
      [
        /^bad\.yaml:3:19: cluster\.pools: prompts and answers are served apart, but no pool has the role decode/,
      ],
    ],
    [
      "moving caches within one pool",
      "cluster: { replicas: 2, kv_transfer: { over: p2p } }",
      [/^bad\.yaml:3:38: cluster\.kv_transfer: caches move only between/],
    ],
    [
      "handing over from a static batch",
      "serving: { max_num_batched_tokens: 8192 }\ncluster: { pools: { a: { role: prefill, serving: { scheduler: static } }, b: { role: decode } } }",
      [/^bad\.yaml:4:63: cluster\.pools\.a\.serving\.scheduler: cannot take over .*: "static"/],
    ],
    [
      "swapping to a host without memory",
      "serving: { max_num_batched_tokens: 8192, scheduler: { policy: vllm-v0, preemption: swap, swap_space: 0GiB } }",
      [/^bad\.yaml:3:102: serving\.scheduler\.swap_space: swapping needs memory on the host/],
    ],
    [
      "room to swap without swapping",
      "serving: { max_num_batched_tokens: 8192, scheduler: { policy: vllm-v0, swap_space: 8GiB } }",
      [/^bad\.yaml:3:53: serving\.scheduler: swap_space and swap_bandwidth belong to preemption: swap/],
    ],
    [
      "deadlines without a target",
      "serving: { scheduler: edf }",
      [/^bad\.yaml:3:23: serving\.scheduler: edf needs a deadline/, /expected slo\.ttft/],
    ],
    [
      "deadlines for some classes only",
      "serving: { scheduler: edf }\nslo: { by_class: { default: { tpot: 1s }, chat: { ttft: 1s } } }",
      [/^bad\.yaml:4:18: slo\.by_class: no request is of the class "chat"/],
    ],
    [
      "ranks of a class that does not come",
      "serving: { scheduler: { policy: priority, priorities: { chat: 0 } } }",
      [/^bad\.yaml:3:55: serving\.scheduler\.priorities: no request is of the class "chat"/],
    ],
    [
      "co-scheduling towards no target",
      "serving: { scheduler: co-scheduling }",
      [/^bad\.yaml:3:23: serving\.scheduler: co-scheduling needs a target for the gap/],
    ],
    [
      "routing by a target that is not there",
      "cluster: { replicas: 2, router: slo-aware }",
      [/^bad\.yaml:3:33: cluster\.router: slo-aware needs a target/],
    ],
    [
      "a central queue that hears late",
      "cluster: { replicas: 2, router: central, router_delay: 1s }",
      [/^bad\.yaml:3:56: cluster\.router_delay: a central queue knows/],
    ],
    [
      "whole prompts in steps that cannot hold them",
      "serving: { scheduler: orca }",
      [/^bad\.yaml:3:23: serving\.scheduler: without chunks a prompt of up to max_model_len 8192/],
    ],
    [
      "a chunk smaller than the batch",
      "serving: { scheduler: { policy: sarathi, chunk_size: 100 } }",
      [/^bad\.yaml:3:54: serving\.scheduler\.chunk_size: invalid value 100/, /max_num_seqs, which is 256/],
    ],
    [
      "a range to scale in that is empty",
      "cluster: { replicas: 3, autoscaling: { min: 4, max: 2, target: 8, cold_start: 1s } }",
      [/^bad\.yaml:3:45: cluster\.autoscaling\.min: min is more than max 4/],
    ],
    [
      "looking at the load all the time",
      "cluster: { autoscaling: { min: 1, max: 2, target: 8, cold_start: 1s, interval: 1ns } }",
      [/^bad\.yaml:3:80: cluster\.autoscaling\.interval: too short: .*\n {2}expected at least 1ms/],
    ],
    [
      "a failure of a replica that is not there",
      "cluster: { failures: { outages: [{ replica: 1, at: 1s }] } }",
      [/^bad\.yaml:3:45: cluster\.failures\.outages\[0\]\.replica: no such replica 1/],
    ],
    [
      "clients who try again for no reason",
      "clients: { retry: { attempts: 3 } }",
      [/^bad\.yaml:3:19: clients\.retry: nothing ever makes a client try again/, /clients\.ttft_timeout/],
    ],
    [
      "a door that is open to nobody",
      "cluster: { admission: { max_waiting: 0 } }",
      [/^bad\.yaml:3:38: cluster\.admission\.max_waiting: invalid value 0/, /expected at least 1/],
    ],
    [
      "a bucket that holds not even one request",
      "cluster: { admission: { token_bucket: { rate: 1/s, burst: 0.5 } } }",
      [/^bad\.yaml:3:59: cluster\.admission\.token_bucket\.burst: invalid value 0\.5/],
    ],
  ])("%s", (_what, written, texts) => {
    expectRefused(`${OPEN}${written}\n`, texts);
  });
});

describe("clients who never stop are refused:", () => {
  test.each([
    [
      "a closed loop without an end",
      "users: 4, think_time: 1s, input: 100, output: 20",
      [
        /^bad\.yaml:1:26: workload\.closed_loop: a closed loop never ends by itself: needs requests, duration/,
      ],
    ],
    [
      "more requests than memory holds",
      "users: 4, think_time: 1s, input: 100, output: 20, requests: 100000000000",
      [/^bad\.yaml:1:88: workload\.closed_loop\.requests: invalid value 100000000000/, /at most 100000000/],
    ],
    [
      "more users than memory holds",
      "users: 1000000000000, think_time: 1s, input: 100, output: 20, duration: 1s",
      [/^bad\.yaml:1:35: workload\.closed_loop\.users: invalid value 1000000000000/, /at most 1000000/],
    ],
    [
      "thinking before the answer has come",
      "users: 4, think_time: -1s, input: 100, output: 20, requests: 9",
      [/^bad\.yaml:1:50: workload\.closed_loop\.think_time: negative or infinite "-1s"/],
    ],
  ])("%s", (_what, written, texts) => {
    expectRefused(closedLoop(written), texts);
  });

  test.each([
    ["at once", "0s"],
    ["almost at once", "1ns"],
  ])("who come back %s when they are refused end the run with an error that says so", (_when, think) => {
    const loop = `users: 4, think_time: ${think}, input: 9000, output: 20, duration: 1000s`;
    const { status, stderr } = run(closedLoop(loop));
    expect(stderr).toMatch(/^clients that hardly think send for ever: none of 1000 requests of one user/);
    expect(status).toBe(1);
  });
});

describe("sessions that contradict themselves are refused:", () => {
  const SESSIONS = "workload: { trace: t.csv, sessions: {} }\n";

  test.each([
    [
      "a prompt shorter than what was said before it",
      `${header}\n0,100,50,7\n5,120,50,7\n`,
      [/^t\.csv: session 7, row 1 .*shorter than the conversation before it: 120\n {2}expected at least 150/],
    ],
    [
      "a turn of another class",
      `${header},class\n0,100,50,7,chat\n5,320,50,7,code\n`,
      [/^t\.csv: session 7, row 1 .*another class than those before it: "code"/],
    ],
    [
      "none at all",
      "arrival_s,input_tokens,output_tokens\n0,100,50\n",
      [/^t\.csv: the trace has no sessions/],
    ],
  ])("%s", (_what, text, texts) => {
    expectRefused(SESSIONS, texts, { "t.csv": text });
  });
});

describe("what is possible but hopeless ends, with every request accounted for:", () => {
  test.each([
    ["a pool that holds no request", `${OPEN}serving: { kv_blocks: 4 }\n`, { rejected: 200 }],
    ["a pool of one block", `${OPEN}serving: { kv_blocks: 1, block_size: 1 }\n`, { rejected: 200 }],
    ["a pool for one request at a time", `${OPEN}serving: { kv_blocks: 38 }\n`, { completed: 200 }],
    [
      "swapping back and forth in such a pool",
      `${OPEN}serving: { kv_blocks: 64, max_num_batched_tokens: 8192, scheduler: { policy: vllm-v0, preemption: swap } }\n`,
      { completed: 200 },
    ],
    [
      "handing over into such a pool",
      `${OPEN}cluster: { pools: { p: { role: prefill }, d: { role: decode, serving: { kv_blocks: 38 } } } }\n`,
      { completed: 200 },
    ],
    [
      "clients who give up at once, and always try again",
      `${OPEN}clients: { timeout: 1us, retry: { attempts: 255, backoff: 0s } }\n`,
      { timed_out: 200 },
    ],
    [
      "the only replica gone for good",
      `${OPEN}cluster: { failures: { outages: [{ replica: 0, at: 0s }] } }\n`,
      { failed: 200 },
    ],
    [
      "replicas that fail all the time and lose what they had",
      `${OPEN}cluster: { failures: { mean_up: 1ms, mean_down: 1ms, requests: lose } }\n`,
      { failed: 200 },
    ],
    [
      "users whose requests never fit",
      closedLoop("users: 4, think_time: 0s, input: 9000, output: 20, requests: 1000"),
      { rejected: 1000 },
    ],
  ])("%s", (_what, yaml, counts) => {
    const { status, stderr, summary } = run(yaml);
    expect(stderr).not.toMatch(/error/i);
    expect(status).toBe(0);
    expect(summary!.requests).toMatchObject(counts);
  });

  test("replicas that fail faster than they serve end the run with an error that says so", () => {
    const { status, stderr } = run(`${OPEN}cluster: { failures: { mean_up: 1ms, mean_down: 1ms } }\n`);
    expect(stderr).toMatch(/^replicas fail faster than they serve: request 0 was begun 1000 times/);
    expect(status).toBe(1);
  });
});
