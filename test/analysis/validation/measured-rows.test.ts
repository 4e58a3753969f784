import { describe, expect, test } from "vitest";
import { readMeasuredRows } from "../../../src/analysis/validation/measured-rows.ts";
import { InputError } from "../../../src/core/errors.ts";

function problemOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof InputError) return error.inFile("measured/x.csv").message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("tables of measurements", () => {
  test("are read by column name, whatever their order and whatever else they hold", () => {
    const [first, second] = readMeasuredRows("time_us,extra,gpu\n1.5,x,A100\n2,,H100\n", ["gpu", "time_us"]);
    expect([first!.text("gpu"), first!.positive("time_us"), first!.line]).toEqual(["A100", 1.5, 2]);
    expect([second!.text("gpu"), second!.positive("time_us"), second!.line]).toEqual(["H100", 2, 3]);
  });

  test("may quote cells that hold commas", () => {
    expect(readMeasuredRows('gpu,n\n"A100, bridged",4\n', ["gpu"])[0]!.text("gpu")).toBe("A100, bridged");
  });

  test("without a needed column are refused by its name, with the nearest that is there", () => {
    expect(problemOf(() => readMeasuredRows("gpu,time_ms\nA100,1\n", ["gpu", "time_us"]))).toBe(
      'measured/x.csv:1: missing column "time_us"\n  expected the columns gpu, time_us (found gpu, time_ms; the nearest is time_ms)',
    );
  });

  test.each([
    ["no rows", "gpu\n"],
    ["missing column", ""],
    ["broken CSV", 'gpu\n"A100\n'],
    ["broken CSV", "gpu,n\nA100\n"],
  ])("with %s are refused: %j", (message, text) => {
    expect(problemOf(() => readMeasuredRows(text, ["gpu"]))).toContain(message);
  });

  test.each(["", " ", "fast", "NaN", "Infinity", "1e999"])("refuse %j where a number belongs", (cell) => {
    const [row] = readMeasuredRows(`gpu,time_us\nA100,${cell}\n`, ["gpu", "time_us"]);
    const problem = problemOf(() => row!.number("time_us"));
    expect(problem).toContain("measured/x.csv:2: time_us: invalid value");
    expect(problem).toContain("expected a finite number");
  });

  test("refuse a measured time of nothing or less", () => {
    const rows = readMeasuredRows("time_us\n0\n-1\n", ["time_us"]);
    for (const row of rows) expect(problemOf(() => row.positive("time_us"))).toContain("a number above 0");
  });
});
