import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ador, contentsOf, MAIN, SMALL_SCENARIO, SMALL_TRACE, TRACE_SCENARIO, workFolder } from "./ador.ts";

const TWO_SYSTEMS = SMALL_SCENARIO.replace(
  "device: a100-80gb",
  "systems: { first: { device: a100-80gb }, second: { device: h100 } }",
);
const HEADER = "arrival_s,input_tokens,output_tokens\n";
const wholeTrace = `${HEADER}${Array.from({ length: 5000 }, (_, i) => `${i},${((i * 7919) % 4000) + 1},20`).join("\n")}\n`;
const gzipped = gzipSync(wholeTrace);

const folder = workFolder({
  "ador.yaml": TRACE_SCENARIO,
  "trace.csv": SMALL_TRACE,
  "empty.csv": "",
  "header.csv": HEADER,
  "columns.csv": "when,prompt,answer\n0,1,2\n",
  "misspelt.csv": "arrival_s,input_token,output_tokens\n0,1,2\n",
  "negative.csv": `${HEADER}0,-5,3\n`,
  "nan.csv": `${HEADER}0,5,3\n1,NaN,3\n`,
  "absurd.csv": `${HEADER}0,99999999999,3\n`,
  "zero.csv": `${HEADER}0,5,3\n1,5,0\n`,
  "unsorted.csv": `${HEADER}1000,5,1\n1,5,1\n`,
  "short-row.csv": `${HEADER}0,5\n`,
  "truncated.csv.gz": gzipped.subarray(0, gzipped.length / 2),
  "damaged.csv.gz": Buffer.concat([gzipped.subarray(0, 20), Buffer.alloc(4000, 0xaa)]),
  "long-line.csv": "x".repeat(10_000_000),
  "lengths.csv": "input_tokens,output_tokens\n100,10\n",
  "windows.csv": `\uFEFF${HEADER}0,5,3\n1,five,3\n`.replaceAll("\n", "\r\n"),
});

/** Runs with an output folder and expects a refusal that leaves nothing behind. */
function expectRefused(args: readonly string[], texts: readonly (string | RegExp)[], cwd = folder): void {
  const before = Object.keys(contentsOf(cwd));
  const { code, stdout, stderr } = ador(["run", ...args, "--out", "refused/result"], { cwd });
  for (const text of texts) expect(stderr).toMatch(text);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(stdout).toBe("");
  expect(code).toBe(2);
  expect(Object.keys(contentsOf(cwd))).toEqual(before);
}

describe("a trace is refused, with its place, when it", () => {
  test.each([
    ["is missing", "no-such.csv", [/--trace: workload\.trace: no such file "no-such\.csv"/]],
    ["is a folder", ".", [/it is a folder/]],
    ["is empty", "empty.csv", [/^empty\.csv: the file is empty/]],
    ["holds a header alone", "header.csv", [/^header\.csv: the file holds no requests/]],
    [
      "has columns of no known format",
      "columns.csv",
      [/^columns\.csv:1: unknown trace format/, /arrival_s,input_tokens,output_tokens/],
    ],
    ["has a misspelt column", "misspelt.csv", [/^misspelt\.csv:1/, /input_tokens/]],
    ["has a negative token count", "negative.csv", [/^negative\.csv:2:3: input_tokens: .*"-5"/]],
    ["has a token count that is no number", "nan.csv", [/^nan\.csv:3:3: input_tokens: .*"NaN"/]],
    ["has an absurd token count", "absurd.csv", [/^absurd\.csv:2:3: input_tokens: absurd token count/]],
    ["has a request without output", "zero.csv", [/^zero\.csv:3:5: output_tokens/, /--zero-output drop/]],
    [
      "jumps back in time by more than the window",
      "unsorted.csv",
      [/^unsorted\.csv:3:1: arrival_s: unsorted/],
    ],
    ["has a row with a cell too few", "short-row.csv", [/^short-row\.csv:2/]],
    [
      "is a gzip file cut in half",
      "truncated.csv.gz",
      [/^truncated\.csv\.gz: the gzip file ends in the middle/],
    ],
    ["is a damaged gzip file", "damaged.csv.gz", [/^damaged\.csv\.gz: the gzip file is damaged/]],
    ["is one line of ten megabytes", "long-line.csv", [/^long-line\.csv:1: a line of more than/]],
    [
      "lists lengths that nothing gives arrivals",
      "lengths.csv",
      [/^lengths\.csv: the trace lists lengths without arrivals/, /--rate 5/, /workload\.arrivals/],
    ],
    [
      "has a bad count in a file with Windows line ends",
      "windows.csv",
      [/^windows\.csv:3:3: input_tokens: .*"five"/],
    ],
  ])("%s", (_what, trace, texts) => {
    expectRefused(["ador.yaml", "--trace", trace], texts);
  });

  test("does not have the format it is said to have", () => {
    expectRefused(["ador.yaml", "--format", "azure"], [/^trace\.csv:1/, /TIMESTAMP/]);
  });

  test("is said to have an unknown format", () => {
    expectRefused(
      ["ador.yaml", "--format", "azuer"],
      [/--format: workload\.format: unknown name "azuer" \(did you mean "azure"\?\)/],
    );
  });
});

describe("a scenario is refused, with its place, for", () => {
  test.each([
    [
      "an unknown model",
      "model: llama-3.1-8",
      [/^bad\.yaml:1:8: model: unknown model "llama-3\.1-8" \(did you mean "llama-3\.1-8b"\?\)/],
    ],
    [
      "an unknown device",
      "device: a100-80g",
      [/^bad\.yaml:1:9: device: unknown device .*did you mean "a100-80gb"/],
    ],
    [
      "an unknown policy",
      "cluster:\n  router: round-robbin",
      [/^bad\.yaml:2:11: cluster\.router: unknown name .*did you mean "round-robin"/],
    ],
    [
      "an unknown key",
      "serving:\n  max_model_length: 5",
      [/^bad\.yaml:2:3: serving\.max_model_length: unknown key .*did you mean "max_model_len"/],
    ],
    [
      "an unknown key at the top",
      "sloo: {}",
      [/^bad\.yaml:1:1: sloo: unknown key "sloo" \(did you mean "slo"\?\)/],
    ],
    ["an unknown SLO metric", "slo: { ttft_p98: 1s }", [/^bad\.yaml:1:8: slo\.ttft_p98: unknown key/]],
    [
      "a value without its unit",
      "slo: { ttft: 5 }",
      [/^bad\.yaml:1:14: slo\.ttft: invalid value 5/, /with its unit, such as "25ms"/],
    ],
    [
      "a value with a unit of another kind",
      "slo: { ttft: 5W }",
      [/^bad\.yaml:1:14: slo\.ttft: not a time: "5W"/],
    ],
    [
      "tensor parallelism that does not divide the heads",
      "cluster: { tensor_parallel: 3 }",
      [/^bad\.yaml:1:29: cluster\.tensor_parallel: .* 3/, /1, 2, 4, 8, 16, 32/],
    ],
    [
      "a model that does not fit",
      "model: llama-3.1-70b",
      [
        /does not fit in the memory of a100-80gb with tensor_parallel 1: [\d.]+ GiB missing/,
        /tensor_parallel 2 or more/,
      ],
    ],
    [
      "a token budget below the number of sequences",
      "serving: { max_num_batched_tokens: 64, max_model_len: 512 }",
      [/^bad\.yaml:1:36: .*max_num_batched_tokens: invalid value 64/, /at least max_num_seqs, which is 256/],
    ],
    [
      "a context longer than the model's",
      "serving: { max_model_len: 200000 }",
      [/^bad\.yaml:1:27: serving\.max_model_len: invalid value 200000/, /at most 131072/],
    ],
    [
      "margins that leave nothing to measure",
      "measurement: { warmup: 1s, drain: 1s }",
      [
        /^bad\.yaml:1:14: measurement: no request is left to measure: a warmup of 1 s and a drain of 1 s/,
        /the 1\.25 s from the first to the last arrival/,
      ],
    ],
    [
      "a trace that is not there",
      "workload: { trace: nowhere.csv }",
      [/^bad\.yaml:1:20: workload\.trace: no such file "nowhere\.csv"/],
    ],
    ["invalid YAML", "model: [", [/^bad\.yaml:\d+:\d+: invalid YAML/]],
    ["a key said twice", "seed: 1\nseed: 2", [/^bad\.yaml:2:1: invalid YAML: .*unique/i]],
    [
      "an unknown arrival process",
      "workload: { synthetic: { arrivals: { process: poison, rate: 1/s }, input: 5, output: 5, requests: 3 } }",
      [/workload\.synthetic\.arrivals\.process: unknown name "poison" \(did you mean "poisson"\?\)/],
    ],
    [
      "a device field of the other kind",
      "device: { base: a100-80gb, cores: 4 }",
      [/^bad\.yaml:1:35: device\.cores: a100-80gb is a GPU and has no cores/],
    ],
    [
      "a model config that is missing",
      "model: ./config.json",
      [/config\.json: cannot read the file: no such file/],
    ],
  ])("%s", (_what, yaml, texts) => {
    const bad = workFolder({
      "bad.yaml": `${yaml}\nextends: ador.yaml\n`,
      "ador.yaml": TRACE_SCENARIO,
      "trace.csv": SMALL_TRACE,
    });
    expectRefused(["bad.yaml"], texts, bad);
  });

  test("extending itself through another file", () => {
    const cyclic = workFolder({
      "a.yaml": "extends: sub/b.yaml\n",
      "sub/b.yaml": "seed: 1\nextends: ../a.yaml\n",
    });
    expectRefused(
      ["a.yaml"],
      [/^sub\/b\.yaml:2:10: extends: a cycle: a\.yaml -> sub\/b\.yaml -> a\.yaml/],
      cyclic,
    );
  });

  test("not being there", () => {
    expectRefused(["no-such.yaml"], [/^no-such\.yaml: cannot read the file: no such file/]);
  });

  test("an override of an unknown key", () => {
    expectRefused(
      ["ador.yaml", "--set", "cluster.replica=2"],
      [/^--set cluster\.replica: .*unknown key "replica" \(did you mean "replicas"\?\)/],
    );
  });
});

describe("usage errors are bad input too:", () => {
  test.each([
    ["an unknown command", ["rum"], /unknown command 'rum'.*\n.*Did you mean run\?/],
    [
      "an unknown option",
      ["run", "x.yaml", "--quite"],
      /unknown option '--quite'\n\(Did you mean --quiet\?\)/,
    ],
    ["no scenario", ["run"], /missing required argument 'scenario'/],
    ["a seed that is no number", ["run", "x.yaml", "--seed", "one"], /--seed.*whole number/],
    ["nothing to do", [], /Usage: ador/],
    ["an unknown list", ["list", "gpus"], /Allowed choices are models, devices/],
  ])("%s", (_what, args, text) => {
    const { code, stdout, stderr } = ador(args);
    expect(stderr).toMatch(text);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("the output folder", () => {
  test("that holds other things is refused without --force", () => {
    const occupied = workFolder({ "small.yaml": SMALL_SCENARIO, "out/notes.txt": "mine" });
    const { code, stderr } = ador(["run", "small.yaml", "--out", "out"], { cwd: occupied });
    expect(stderr).toMatch(/^out: the output folder is not empty \(notes\.txt\)/);
    expect(stderr).toContain("--force");
    expect(code).toBe(2);
    expect(contentsOf(join(occupied, "out"))).toEqual({ "notes.txt": "mine" });
  });

  test("may be there when it is empty", () => {
    const empty = workFolder({ "small.yaml": SMALL_SCENARIO });
    mkdirSync(join(empty, "out"));
    expect(ador(["run", "small.yaml", "--out", "out", "--quiet"], { cwd: empty }).code).toBe(0);
  });

  test("below a file is refused", () => {
    const { code, stderr } = ador(["run", "ador.yaml", "--out", "trace.csv/out"], { cwd: folder });
    expect(stderr).toMatch(/^trace\.csv\/out: cannot make the output folder/);
    expect(code).toBe(2);
  });

  test("keeps nothing when the disk is full in the middle of a file", () => {
    const full = workFolder({ "small.yaml": SMALL_SCENARIO, "earlier/summary.json": "{}" });
    // The shell's limit on file sizes stands in for a full disk: the write that crosses it fails in the same way.
    const run = (out: string) =>
      spawnSync(
        "bash",
        ["-c", `ulimit -f 100; exec "${process.execPath}" "${MAIN}" run small.yaml --force --out ${out}`],
        {
          cwd: full,
          encoding: "utf8",
        },
      );
    for (const out of ["out/new", "earlier"]) {
      const before = contentsOf(full);
      const { status, stdout, stderr } = run(out);
      expect(stderr).toMatch(new RegExp(`^cannot write ${out}/report\\.html: .*nothing was kept`));
      expect(stdout).toBe("");
      expect(status).toBe(1);
      expect(contentsOf(full)).toEqual(before);
    }
  });

  test("keeps the earlier result when a file of the new one cannot take its place", () => {
    const kept = workFolder({ "small.yaml": SMALL_SCENARIO, "two.yaml": TWO_SYSTEMS });
    expect(ador(["run", "two.yaml", "--out", "out", "--quiet"], { cwd: kept }).code).toBe(0);
    // A folder of the reader's own stands where a file has to go: the last of those that are moved.
    mkdirSync(join(kept, "out/simulator.json"));
    writeFileSync(join(kept, "out/simulator.json/mine.txt"), "mine");
    const before = contentsOf(kept);
    const { code, stdout, stderr } = ador(["run", "small.yaml", "--out", "out", "--force"], { cwd: kept });
    expect(stderr).toMatch(/^cannot write out\/simulator\.json: .*nothing was kept/);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe("");
    expect(code).toBe(1);
    expect(contentsOf(kept)).toEqual(before);
    expect(readdirSync(join(kept, "out")).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("of a converted trace is left alone when it exists", () => {
    const kept = workFolder({ "trace.csv": SMALL_TRACE, "out.csv": "mine" });
    expect(ador(["trace", "convert", "trace.csv", "--out", "out.csv"], { cwd: kept }).code).toBe(2);
    expect(contentsOf(kept)["out.csv"]).toBe("mine");
    writeFileSync(join(kept, "bad.csv"), `${HEADER}0,1,x\n`);
    expect(ador(["trace", "convert", "bad.csv", "--out", "out.csv", "--force"], { cwd: kept }).code).toBe(2);
    expect(contentsOf(kept)["out.csv"]).toBe("mine");
  });
});
