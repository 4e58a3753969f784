import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import type { Point, SummaryRow, Validation } from "../../src/analysis/validation/validate.ts";
import { validationPage } from "../../src/report/html/validation-page.ts";
import { pointsCsv, summaryCsv, unmodelledCsv } from "../../src/report/validation/validation-csv.ts";
import { validationJsonOf } from "../../src/report/validation/validation-json.ts";
import { validationScreen } from "../../src/report/validation/validation-screen.ts";

const POINT: Point = {
  ...{ dataset: "op-gemm-grid", device: 'A100, "the <fast>" one', preset: "a100-80gb", model: "" },
  ...{ operator: "gemm_bf16", shape: "m=1 n=2 k=3", metric: "kernel_time", subset: "target" },
  ...{ measured: 2e-5, predicted: 2.2e-5, signedError: 0.1, line: 2 },
};
const ROW: SummaryRow = {
  ...{ dataset: "op-gemm-grid", device: POINT.device, subset: "target", metric: "kernel_time" },
  ...{ n: 1, mdape: 0.1, p90ape: 0.1, bias: -0.1, goal: { mdape: 0.05, p90ape: 0.15 } },
};
const VALIDATION: Validation = {
  points: [POINT],
  summary: [ROW, { ...ROW, subset: "other", goal: null }, { ...ROW, goal: { mdape: 0.1, p90ape: 0.1 } }],
  unmodelled: [{ dataset: "collectives", device: "abacus", model: "m", reason: "unknown device", rows: 7 }],
  absent: ["op-attention.csv"],
  notCompared: ["notes.csv"],
};

const plain = { bold: (text: string) => text, dim: (text: string) => text, good: (text: string) => text };

describe("the files of a validation", () => {
  test("give every value back as it was", () => {
    const [point] = parse(pointsCsv(VALIDATION), { columns: true }) as [Record<string, string>];
    expect(point["device"]).toBe(POINT.device);
    expect([point["measured"], point["predicted"]].map(Number)).toEqual([2e-5, 2.2e-5]);
    expect(point["unit"]).toBe("s");
    const [row] = parse(summaryCsv(VALIDATION), { columns: true }) as [Record<string, string>];
    expect([row["mdape"], row["p90ape"], row["bias"]].map(Number)).toEqual([0.1, 0.1, -0.1]);
    expect(unmodelledCsv(VALIDATION)).toBe(
      "dataset,device,model,reason,rows\ncollectives,abacus,m,unknown device,7\n",
    );
  });

  test("state throughput in tokens per second", () => {
    const points = [{ ...POINT, metric: "throughput", measured: 4000 } as const];
    const [point] = parse(pointsCsv({ ...VALIDATION, points }), { columns: true }) as [
      Record<string, string>,
    ];
    expect([point["unit"], point["measured"]]).toEqual(["tokens/s", "4000"]);
  });
});

test("the terminal tells what is met, what is missed and what was left out", () => {
  const screen = validationScreen(VALIDATION, plain);
  const verdicts = screen
    .split("\n")
    .filter((line) => line.startsWith("op-gemm-grid"))
    .map((line) => line.split(/ {2,}/).at(-1));
  expect(verdicts).toEqual(["missed", "-10.0 %", "met"]);
  expect(screen).toContain("1 measurement; 1 of 2 goals met");
  expect(screen).toContain("5 % (15 %)");
  expect(screen).toMatch(/collectives +abacus +m +unknown device +7/);
  expect(screen).toContain("Absent, skipped: op-attention.csv.");
  expect(screen).toContain("Of no known kind: notes.csv.");
});

test("the JSON answer says of each row whether it meets its goal", () => {
  const { summary } = validationJsonOf(VALIDATION) as { summary: { met: boolean | null }[] };
  expect(summary.map(({ met }) => met)).toEqual([false, null, true]);
});

test("the page draws a plot per dataset with a band of 10 % and escapes what it shows", () => {
  const page = validationPage(VALIDATION, "/* charts */");
  expect(page).toContain('id="chart-op-gemm-grid"');
  expect(page).not.toContain("<fast>");
  const data = /<script type="application\/json" id="charts">(.*?)<\/script>/.exec(page)![1]!;
  const [chart] = JSON.parse(data) as [{ option: { series: { type: string; data: number[][] }[] } }];
  const [scatter, ...lines] = chart.option.series;
  expect(scatter!.data[0]!.slice(0, 2)).toEqual([2e-5, 2.2e-5]);
  const slopes = lines.map(({ data: ends }) => Number((ends[1]![1]! / ends[1]![0]!).toFixed(3)));
  expect(slopes).toEqual([1, 1.1, 0.9]);
});
