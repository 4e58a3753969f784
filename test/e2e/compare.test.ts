import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ador, contentsOf, SMALL_SCENARIO, SMALL_TRACE, TRACE_SCENARIO, workFolder } from "./ador.ts";
import { expectContract } from "./contract.ts";

const LONGER = SMALL_SCENARIO.replace("requests: 200", "requests: 1500");
const folder = workFolder({
  "a.yaml": LONGER,
  "b.yaml": LONGER.replace("max_num_batched_tokens: 512", "max_num_batched_tokens: 2048"),
  "other.yaml": LONGER.replace("max: 2000", "max: 1900"),
  "systems.yaml": LONGER.replace(
    "device: a100-80gb",
    "systems: { first: { device: a100-80gb }, second: { device: h100 } }",
  ),
  "trace.yaml": TRACE_SCENARIO,
  "trace.csv": SMALL_TRACE,
});

interface Compared {
  readonly systems: Record<string, unknown>;
  readonly runs: number;
  readonly pairs: readonly {
    readonly first: string;
    readonly second: string;
    readonly paired: boolean;
    readonly metrics: Record<
      string,
      {
        readonly first: number;
        readonly second: number;
        readonly difference: {
          readonly estimate: number;
          readonly low: number;
          readonly high: number;
        } | null;
        readonly significance: string;
        readonly winner: string | null;
      }
    >;
  }[];
}

function compared(...args: readonly string[]): Compared {
  const { code, stdout, stderr } = ador(["compare", ...args, "--json"], { cwd: folder });
  expect(stderr).not.toContain("at ");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Compared;
}

describe("ador compare", () => {
  test("runs two scenarios under the same requests and writes both, the differences and a page", () => {
    const { code, stdout } = ador(["compare", "a.yaml", "b.yaml", "--out", "out/ab"], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toContain("b against a");
    expect(stdout).toContain("1,500 requests, each compared with itself");
    const files = contentsOf(join(folder, "out/ab"));
    expect(Object.keys(files).filter((name) => !name.includes("/"))).toEqual([
      ...["compare.csv", "compare.json", "report.html"],
    ]);
    for (const name of ["a", "b"]) {
      expectContract(
        Object.fromEntries(
          Object.entries(files)
            .filter(([file]) => file.startsWith(`${name}/`))
            .map(([file, text]) => [file.slice(2), text]),
        ),
      );
    }
    const { pairs } = JSON.parse(files["compare.json"]!) as Compared;
    // A larger token budget lets prompts in sooner and makes the others wait longer for their tokens.
    expect(pairs[0]).toMatchObject({
      paired: true,
      metrics: {
        ttft_mean_s: { significance: "better", winner: "b" },
        tpot_mean_s: { significance: "worse", winner: "a" },
      },
    });
    expect(files["compare.csv"]!.split("\n")[0]).toBe(
      "first,second,metric,first_value,second_value,difference,ci_low,ci_high,significance,winner,paired",
    );
    expect(files["report.html"]).toContain("b against a");
  });

  test("finds the same in the results that lie in folders, without running anything", () => {
    for (const name of ["a", "b"]) {
      expect(ador(["run", `${name}.yaml`, "--out", `out/${name}`, "-q"], { cwd: folder }).code).toBe(0);
    }
    const [stored] = compared("out/a", "out/b").pairs;
    const [run] = compared("a.yaml", "b.yaml").pairs;
    expect(stored!.paired).toBe(true);
    for (const [key, metric] of Object.entries(run!.metrics)) {
      const other = stored!.metrics[key]!;
      expect(other.first, key).toBeCloseTo(metric.first, 9);
      expect(other.significance, key).toBe(metric.significance);
      if (metric.difference?.low !== undefined) {
        expect(other.difference!.low, key).toBeCloseTo(metric.difference.low, 6);
      }
    }
  });

  test("compares a scenario with a result, on the result's seed", () => {
    ador(["run", "a.yaml", "--seed", "9", "--out", "out/seed9", "-q"], { cwd: folder });
    expect(compared("out/seed9", "a.yaml").pairs[0]).toMatchObject({ paired: true });
  });

  test("compares the systems of one scenario", () => {
    const { systems, pairs } = compared("systems.yaml");
    expect(Object.keys(systems)).toEqual(["first", "second"]);
    expect(pairs[0]!.metrics["ttft_mean_s"]).toMatchObject({ winner: "second" });
  });

  test("says when workloads differ, and compares them as separate samples", () => {
    const { code, stdout, stderr } = ador(["compare", "a.yaml", "other.yaml"], { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).toContain("the workloads of a and other differ: their requests are not paired");
    expect(stdout).toContain("not paired, as the workloads of a and other differ (the prompt of row 1 is");
  });

  test("gives intervals on TBT p99 and goodput over replications with equal seeds", () => {
    const { runs, pairs } = compared("a.yaml", "b.yaml", "--replications", "4");
    expect(runs).toBe(4);
    for (const key of ["tbt_p99_s", "goodput_rps"]) {
      const { low, high } = pairs[0]!.metrics[key]!.difference!;
      expect(high, key).toBeGreaterThan(low);
    }
  });
});

describe("ador compare refuses", () => {
  const expectRefused = (args: readonly string[], ...texts: readonly RegExp[]) => {
    const { code, stdout, stderr } = ador(["compare", ...args], { cwd: folder });
    for (const text of texts) expect(stderr).toMatch(text);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect([code, stdout]).toEqual([2, ""]);
  };
  /** A copy of a result with one file changed. */
  const resultWith = (name: string, file: string, change: (text: string) => string) => {
    mkdirSync(join(folder, name), { recursive: true });
    ador(["run", "a.yaml", "--set", "workload.synthetic.requests=150", "--out", name, "--force", "-q"], {
      cwd: folder,
    });
    const path = join(folder, name, file);
    writeFileSync(path, change(readFileSync(path, "utf8")));
  };

  test("one system alone", () => {
    expectRefused(["a.yaml"], /only a to compare/, /two systems at least/);
  });

  test("a folder without a result", () => {
    mkdirSync(join(folder, "nothing"), { recursive: true });
    expectRefused(
      ["nothing", "a.yaml"],
      /^nothing: no result in this folder/,
      /summary\.json and requests\.csv/,
    );
  });

  test("what is not there", () => {
    expectRefused(["a.yaml", "no-such.yaml"], /no-such\.yaml: cannot read the file: /);
  });

  test("a result whose files are of two runs", () => {
    resultWith("mixed", "requests.csv", (text) => text.split("\n").slice(0, 100).join("\n"));
    expectRefused(
      ["mixed", "a.yaml"],
      /mixed\/requests\.csv: 99 requests, but summary\.json beside it counts 150/,
    );
  });

  test("a result with a broken cell, with its line", () => {
    resultWith("broken", "requests.csv", (text) => text.replace(/^1,(.*?),,/m, "one,$1,,"));
    expectRefused(["broken", "a.yaml"], /broken\/requests\.csv:3: request_id: invalid value "one"/);
  });

  test("a result without a column", () => {
    resultWith("columns", "requests.csv", (text) => text.replace("ttft_s", "ttft"));
    expectRefused(["columns", "a.yaml"], /columns\/requests\.csv:1: missing column: ttft_s/);
  });

  test("a summary that is cut off", () => {
    resultWith("cut", "summary.json", (text) => text.slice(0, 200));
    expectRefused(["cut", "a.yaml"], /cut\/summary\.json: the file is no JSON object, or is cut off/);
  });

  test("replications of a finished result", () => {
    resultWith("done", "summary.json", (text) => text);
    expectRefused(["done", "a.yaml", "--replications", "3"], /^done: a finished result cannot be run again/);
  });
});

describe("ador run with replications", () => {
  const run = (...args: readonly string[]) => ador(["run", ...args], { cwd: folder });

  test("writes intervals over the runs and a row for each, the first of which is the plain run", () => {
    expect(run("a.yaml", "--replications", "5", "--out", "out/five", "-q").code).toBe(0);
    run("a.yaml", "--out", "out/one", "-q");
    const files = contentsOf(join(folder, "out/five"));
    expectContract(files);
    expect(files["requests.csv"]).toBe(contentsOf(join(folder, "out/one"))["requests.csv"]);
    expect(files["replications.csv"]!.trim().split("\n")).toHaveLength(6);
    const { confidence, replications } = JSON.parse(files["summary.json"]!) as {
      readonly confidence: {
        readonly tbt_s: { readonly p99: { readonly low: number; readonly high: number } };
      };
      readonly replications: unknown;
    };
    expect(replications).toMatchObject({ count: 5 });
    expect(confidence).toMatchObject({ level: 0.95, method: "replications" });
    expect(confidence.tbt_s.p99.low).toBeLessThan(confidence.tbt_s.p99.high);
  });

  test("stops at the precision that was asked for, the same whatever ran beside", () => {
    const args = ["a.yaml", "--precision", "ttft_mean=4%", "--json"];
    const first = run(...args);
    expect(run(...args).stdout).toBe(first.stdout);
    const { replications } = JSON.parse(first.stdout) as Record<
      string,
      { count: number; precision: unknown[] }
    >;
    expect(replications!.precision).toEqual([
      expect.objectContaining({ target: "ttft_mean", asked: 0.04, reached: true }),
    ]);
    expect(replications!.count).toBeGreaterThanOrEqual(10);
  });

  test("says what a precision would take that is not reached", () => {
    const { code, stderr } = run("a.yaml", "--precision", "ttft_mean=0.1%", "--replications", "4");
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /ttft_mean is known to ±[\d.]+ % after 4 replications, not ±0\.1 %; about [\d,]+ would do/,
    );
  });

  test.each([
    [
      "too few requests for the percentile, saying how many are needed",
      ["a.yaml", "--precision", "ttft_p999=5%", "--replications", "2"],
      /--precision: ttft_p999: too few requests: \d+ in 2 replications, about \d+ are needed/,
    ],
    ["an unknown quantity", ["a.yaml", "--precision", "tft_p99=5%"], /did you mean "ttft_p99"\?/],
    ["a scenario in which nothing is random", ["trace.yaml", "--replications", "3"], /all runs are alike/],
    ["one replication", ["a.yaml", "--replications", "1"], /Expected a whole number, 2 or more/],
  ])("refuses %s", (_what, args, message) => {
    const { code, stdout, stderr } = run(...args, "--out", "out/refused");
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
    expect(contentsOf(join(folder, "out/refused"))).toEqual({});
  });
});
