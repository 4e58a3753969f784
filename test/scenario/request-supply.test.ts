import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkMargins,
  measurementWindow,
  timelineSpacing,
  type RequestSupply,
} from "../../src/scenario/request-supply.ts";
import { readTrace } from "../../src/workload/read-trace.ts";
import { inputErrorOf } from "./memory-files.ts";

function arrivingAt(seconds: readonly number[]): RequestSupply & { kind: "table" } {
  const rows = [...seconds].sort((a, b) => a - b).map((at) => `${at},10,10\n`);
  const text = `arrival_s,input_tokens,output_tokens\n${rows.join("")}`;
  return { kind: "table", table: readTrace(text, { file: "t.csv" }) };
}

const marginsPlace = { file: "s.yaml", line: 3, column: 14 };

describe("margins of the measurement", () => {
  test("are refused exactly when no arrival lies between them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        (arrivals, warmupSeconds, drainSeconds) => {
          const supply = arrivingAt(arrivals);
          const margins = { warmupSeconds, drainSeconds };
          const { fromSeconds, untilSeconds } = measurementWindow(supply, margins);
          const measured = supply.table.arrivalSeconds.filter((at) => at >= fromSeconds && at < untilSeconds);
          const check = () => {
            checkMargins(supply, { margins, marginsPlace });
          };
          if (measured.length > 0) expect(check).not.toThrow();
          else expect(inputErrorOf(check).problems[0]).toMatchObject({ ...marginsPlace, key: "measurement" });
        },
      ),
    );
  });
});

describe("the timeline's spacing", () => {
  test("gives 400 samples over the arrivals", () => {
    expect(timelineSpacing(arrivingAt([0, 100, 800]))).toBe(2);
  });

  test("is never shorter than 10 ms, however close the arrivals", () => {
    expect(timelineSpacing(arrivingAt([5]))).toBe(0.01);
    expect(timelineSpacing(arrivingAt([0, 0, 0]))).toBe(0.01);
    expect(timelineSpacing(arrivingAt([0, 1e-6]))).toBe(0.01);
  });
});
