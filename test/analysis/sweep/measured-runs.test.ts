import { describe, expect, test } from "vitest";
import { parseMeasured } from "../../../src/analysis/sweep/measured-runs.ts";

const BENCHMARK = {
  request_rate: 4,
  request_throughput: 3.9,
  output_throughput: 790,
  mean_ttft_ms: 120,
  median_ttft_ms: 80,
  p99_ttft_ms: 700,
  mean_itl_ms: 14,
  p99_itl_ms: 70,
};

describe("a measured file", () => {
  test("of vLLM's benchmark gives seconds, ITL being TBT", () => {
    const [run] = parseMeasured(JSON.stringify(BENCHMARK), "run.json");
    expect(run!.ratePerSecond).toBe(4);
    expect(Object.fromEntries(run!.figures)).toEqual({
      ...{ ttft_mean: 0.12, ttft_p50: 0.08, ttft_p99: 0.7, tbt_mean: 0.014, tbt_p99: 0.07 },
      ...{ request_throughput_rps: 3.9, output_throughput_tps: 790 },
    });
  });

  test("may hold several runs, as a list or one a line; those sent all at once have no rate", () => {
    const runs = [BENCHMARK, { ...BENCHMARK, request_rate: 8 }, { ...BENCHMARK, request_rate: "inf" }];
    for (const text of [JSON.stringify(runs), runs.map((run) => JSON.stringify(run)).join("\n")]) {
      expect(parseMeasured(text, "runs.json").map(({ ratePerSecond }) => ratePerSecond)).toEqual([4, 8]);
    }
  });

  test("with a row a request gives its rate and percentiles", () => {
    const rows = Array.from({ length: 101 }, (_, i) => `${i / 5},${i / 100},${1 + i / 100},0.02`);
    const [run] = parseMeasured(["arrival_s,ttft_s,e2e_s,tpot_s", ...rows].join("\n"), "requests.csv");
    expect(run!.ratePerSecond).toBeCloseTo(5, 12);
    expect(run!.figures.get("ttft_p50")).toBeCloseTo(0.5, 12);
    expect(run!.figures.get("ttft_p99")).toBeCloseTo(0.99, 12);
    expect(run!.figures.get("e2e_mean")).toBeCloseTo(1.5, 12);
    expect(run!.figures.get("tpot_mean")).toBeCloseTo(0.02, 12);
  });

  const without = (name: keyof typeof BENCHMARK) =>
    JSON.stringify(Object.fromEntries(Object.entries(BENCHMARK).filter(([key]) => key !== name)));

  test.each([
    [
      "in other units (JSON)",
      without("mean_ttft_ms").replace("{", '{"mean_ttft_s":0.12,'),
      [/other unit: found "mean_ttft_s"/, /mean_ttft_ms/],
    ],
    ["without a rate", without("request_rate"), [/request_rate: missing/]],
    ["sent all at once alone", JSON.stringify({ ...BENCHMARK, request_rate: "inf" }), [/all at once/]],
    ["without latencies", '{"request_rate": 4}', [/no latencies/]],
    ["with a rate of 0", without("request_rate").replace("{", '{"request_rate":0,'), [/a rate more than 0/]],
    [
      "with text for a number",
      JSON.stringify({ ...BENCHMARK, p99_ttft_ms: "slow" }),
      [/p99_ttft_ms: invalid value "slow"/],
    ],
    ["of broken JSON", '{"request_rate": 4,', [/^m:1: invalid JSON/]],
    ["of JSON that is no result", "[]", [/no benchmark results/]],
    [
      "without a column",
      "arrival_s,ttft_s\n0,1\n1,1\n",
      [/m:1: missing column "e2e_s"/, /arrival_s, ttft_s, e2e_s/],
    ],
    [
      "in other units (CSV)",
      "arrival_s,ttft_ms,e2e_s\n0,1,2\n1,1,2\n",
      [/other unit: found "ttft_ms"/, /ttft_s, in seconds/],
    ],
    [
      "with text in a cell",
      "arrival_s,ttft_s,e2e_s\n0,1,2\n1,late,2\n",
      [/m:3: ttft_s: invalid value "late"/],
    ],
    ["of one request", "arrival_s,ttft_s,e2e_s\n0,1,2\n", [/too few requests/]],
    ["that is empty", "", [/missing column "arrival_s"/]],
  ])("is refused %s", (_, text, messages) => {
    for (const message of messages) expect(() => parseMeasured(text, "m")).toThrow(message);
  });
});
