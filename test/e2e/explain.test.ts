import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "csv-parse/sync";
import { chromium } from "playwright-core";
import { describe, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import { ador, contentsOf, SMALL_SCENARIO, workFolder } from "./ador.ts";

const CHROMIUM = "/usr/bin/chromium";
const withBrowser = needs(existsSync(CHROMIUM), `${CHROMIUM} (Debian package chromium)`);

const ON_HDA = ["--model", "llama-3.1-8b", "--device", "ador-recalled"];

const TWO_SYSTEMS = SMALL_SCENARIO.replace(
  "device: a100-80gb",
  "systems: { first: { device: a100-80gb }, second: { device: ador-recalled } }",
);

const folder = workFolder({
  "small.yaml": SMALL_SCENARIO,
  "two.yaml": TWO_SYSTEMS,
  "occupied/notes.txt": "mine",
});
const explain = (...args: string[]) => ador(["explain", ...args], { cwd: folder });

interface Answer {
  readonly device: string;
  readonly devices: number;
  readonly precision: Record<string, string>;
  readonly parallelism: Record<string, number>;
  readonly batch: Record<string, number>;
  readonly seconds: number;
  readonly verdict: string;
  readonly operators: readonly {
    readonly operator: string;
    readonly seconds: number;
    readonly unit: string;
  }[];
}

function answerOf(...args: string[]): Answer {
  const { code, stdout, stderr } = explain(...args, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Answer;
}

describe("ador explain", () => {
  test("begins its help with examples", () => {
    const { code, stdout } = explain("--help");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Examples:\n {2}ador explain --model/);
  });

  test("prints what each operator is mapped to, moves and takes, and one sentence", () => {
    const { code, stdout, stderr } = explain(
      ...ON_HDA,
      "--phase",
      "decode",
      "--batch",
      "64",
      "--context",
      "1024",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/\noperator +unit +mapping +runs +FLOPs +memory +network +local\n/);
    expect(stdout).toMatch(/\nqkv_proj +.*-stationary, cut m\d+ k\d+ n\d+, tile m\d+ k\d+ n\d+ +32 /);
    expect(stdout).toMatch(/\noperator +time +share .* bound by +busy +of peak +energy\n/);
    expect(stdout).toMatch(/\nDecode of 64 sequences at context 1,024 takes [\d.]+ ms and is bound by /);
  });

  test("prints JSON and nothing else with --json, whose seconds add up", () => {
    const answer = answerOf(...ON_HDA);
    const sum = answer.operators.reduce((total, { seconds }) => total + seconds, 0);
    expect(sum).toBeCloseTo(answer.seconds, 12);
    expect(answer.batch).toMatchObject({ decode_sequences: 64, context_tokens: 1024, prompt_tokens: 0 });
  });

  test("takes the phase, the split over devices and the formats from flags", () => {
    const answer = answerOf(
      ...[
        "--model",
        "mixtral-8x7b",
        "--device",
        "h100",
        "--phase",
        "mixed",
        "--batch",
        "8",
        "--tokens",
        "256",
      ],
      ...["--tensor-parallel", "2", "--data-parallel-attention", "2", "--pipeline-parallel", "2"],
      ...["--expert-parallel", "4", "--expert-skew", "zipf=1.2"],
      ...["--weights", "fp8", "--kv", "fp8", "--activations", "fp8"],
    );
    expect(answer).toMatchObject({
      devices: 8,
      parallelism: {
        tensor_parallel: 2,
        pipeline_parallel: 2,
        expert_parallel: 4,
        data_parallel_attention: 2,
      },
      precision: { weights: "fp8", experts: "fp8", kv: "fp8", activations: "fp8" },
      batch: { decode_sequences: 8, prompt_tokens: 256 },
    });
    const names = answer.operators.map(({ operator }) => operator);
    expect(names).toEqual(expect.arrayContaining(["experts", "expert_dispatch", "stage_send", "mlp_norm"]));
    expect(
      answerOf(...ON_HDA, "--tensor-parallel", "2", "--tensor-parallel-style", "all-gather").operators,
    ).toEqual(
      expect.arrayContaining([expect.objectContaining({ operator: "heads_all_gather", unit: "p2p" })]),
    );
  });

  test("costs more with skewed experts than with balanced ones, and less with narrower weights", () => {
    const seconds = (...args: string[]) =>
      answerOf(
        "-m",
        "mixtral-8x7b",
        "-d",
        "ador-recalled",
        "--tensor-parallel",
        "2",
        "--expert-parallel",
        "2",
        ...args,
      ).seconds;
    // A prompt keeps the busiest device computing; a decode step reads the weights of few experts or of many.
    const prefill = (skew: string) =>
      seconds("--phase", "prefill", "--tokens", "4096", "--expert-skew", skew);
    expect(prefill("zipf=1.5")).toBeGreaterThan(1.1 * prefill("balanced"));
    expect(seconds("--weights", "int4")).toBeLessThan(seconds());
  });

  test("explains the system of a scenario, changed by --set, and one of several by its name", () => {
    expect(answerOf("small.yaml")).toMatchObject({ device: "a100-80gb", devices: 1 });
    expect(answerOf("small.yaml", "--set", "cluster.tensor_parallel=2")).toMatchObject({ devices: 2 });
    expect(answerOf("two.yaml", "--system", "second")).toMatchObject({ device: "ador-recalled" });
  });

  test("explains a model that does not fit, too", () => {
    expect(answerOf("-m", "llama-3.1-405b", "-d", "a100-80gb").seconds).toBeGreaterThan(0.1);
  });

  test("writes a table, a page and a picture with --out, the same bytes each time", () => {
    const { code, stdout, stderr } = explain(...ON_HDA, "--out", "out");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "written to out/roofline.html and beside it\n" });
    expect(stdout).toContain("Decode of 64 sequences");
    const files = contentsOf(join(folder, "out"));
    expect(Object.keys(files)).toEqual(["explain.csv", "roofline.html", "roofline.svg"]);
    const rows: Record<string, string>[] = parse(files["explain.csv"]!, { columns: true });
    expect(Object.keys(rows[0]!)).toEqual([
      ...[
        "operator",
        "unit",
        "dataflow",
        "partition",
        "tile",
        "count",
        "flops",
        "dram_bytes",
        "network_bytes",
      ],
      ...[
        "local_bytes",
        "link_bytes",
        "time_s",
        "share",
        "sa_s",
        "mac_tree_s",
        "vector_s",
        "dram_s",
        "noc_s",
      ],
      ...["p2p_s", "local_sram_s", "bound", "bound_utilization", "peak_utilization", "energy_j"],
    ]);
    expect(rows.map(({ operator }) => operator)).toEqual(
      answerOf(...ON_HDA).operators.map(({ operator }) => operator),
    );
    expect(explain(...ON_HDA, "--out", "out")).toMatchObject({ code: 2 });
    expect(explain(...ON_HDA, "--out", "out", "--force")).toMatchObject({ code: 0 });
    expect(contentsOf(join(folder, "out"))).toEqual(files);
  });

  test("leaves a folder that holds other things alone", () => {
    const { code, stdout, stderr } = explain(...ON_HDA, "--out", "occupied");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^occupied: the output folder is not empty \(notes\.txt\)/);
    expect(contentsOf(join(folder, "occupied"))).toEqual({ "notes.txt": "mine" });
  });

  test.each<[string, string[], RegExp]>([
    ["an unknown model", ["-m", "llama-3.1-8", "-d", "h100"], /^--model: .*did you mean "llama-3\.1-8b"/],
    [
      "an unknown device",
      ["-m", "llama-3.1-8b", "-d", "ador-recaled"],
      /^--device: .*did you mean "ador-recalled"/,
    ],
    [
      "no device",
      ["-m", "llama-3.1-8b"],
      /^missing --device\n {2}expected --model and --device, or a scenario/,
    ],
    ["an unknown phase", [...ON_HDA, "--phase", "prefil"], /^--phase: .*did you mean "prefill"/],
    ["an unknown format", [...ON_HDA, "--kv", "fp9"], /^--kv: .*did you mean "fp8"/],
    [
      "arithmetic that the device lacks",
      [...ON_HDA, "--activations", "fp8"],
      /ador-recalled has no units that multiply/,
    ],
    [
      "an unknown law of skew",
      [...ON_HDA, "--expert-skew", "zip=2"],
      /^--expert-skew: .*did you mean "zipf"/,
    ],
    ["a law without its exponent", [...ON_HDA, "--expert-skew", "zipf"], /^--expert-skew: .*zipf/],
    ["an unknown style", [...ON_HDA, "--tensor-parallel-style", "all-gathr"], /did you mean "all-gather"/],
    [
      "a split that cannot be",
      [...ON_HDA, "--tensor-parallel", "3"],
      /^--tensor-parallel: .*\n {2}expected one of 1, 2, 4/,
    ],
    ["an empty batch", [...ON_HDA, "--batch", "0"], /^--batch: invalid value 0\n {2}expected 1 to 65,536/],
    [
      "a context beyond the model",
      [...ON_HDA, "--context", "200000"],
      /^--context: .*\n {2}expected 1 to 131,072/,
    ],
    [
      "a flag that the phase does not hear",
      [...ON_HDA, "--tokens", "5"],
      /^--tokens: has no effect in phase decode/,
    ],
    [
      "a flag on a scenario",
      ["small.yaml", "-d", "h100"],
      /^--device: has no effect .*\n {2}expected --set device=h100/,
    ],
    [
      "several systems",
      ["two.yaml"],
      /^two\.yaml: the scenario has several systems\n {2}expected --system .*first, second/,
    ],
    ["an unknown system", ["two.yaml", "--system", "secnd"], /^--system: .*did you mean "second"/],
    [
      "a system without a scenario",
      [...ON_HDA, "--system", "a"],
      /^--system: has no effect without a scenario/,
    ],
    ["an unknown setting", ["small.yaml", "--set", "clustr.replicas=2"], /--set clustr/],
    ["a missing scenario", ["none.yaml"], /^none\.yaml: cannot read the file/],
  ])("refuses %s with exit code 2", (_, args, message) => {
    const { code, stdout, stderr } = explain(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});

withBrowser(
  "roofline.html shows one picture, no wider than the page, without errors or requests",
  async () => {
    explain(...ON_HDA, "--out", "page");
    const address = pathToFileURL(join(folder, "page/roofline.html")).href;
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    try {
      for (const width of [1280, 420]) {
        const page = await browser.newPage({ viewport: { width, height: 900 } });
        const troubles: string[] = [];
        page.on("pageerror", (error) => troubles.push(error.message));
        page.on("console", (message) => troubles.push(message.text()));
        page.on("request", (request) => {
          if (request.url() !== address && !request.url().startsWith("data:")) troubles.push(request.url());
        });
        await page.goto(address);
        expect(await page.locator("svg.roofline:visible").count()).toBe(1);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
        // Text in the picture is as large as it was meant to be, give or take a little.
        const size = await page.evaluate<number>(
          `document.querySelector("svg.roofline.${width > 760 ? "wide" : "narrow"}-only text").getBoundingClientRect().height`,
        );
        expect(size).toBeGreaterThan(11);
        await page.click("#theme");
        expect(await page.evaluate("getComputedStyle(document.documentElement).colorScheme")).toBe("dark");
        expect(troubles).toEqual([]);
        await page.close();
      }
    } finally {
      await browser.close();
    }
  },
);
