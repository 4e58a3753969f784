import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkSupply,
  measurementWindow,
  openSource,
  timelineSpacing,
  type RequestSupply,
} from "../../src/scenario/request-supply.ts";
import { readTrace } from "../../src/workload/read-trace.ts";
import type { ServegenClient } from "../../src/workload/servegen/client-files.ts";
import type { Workload } from "../../src/scenario/workload.ts";
import { inputErrorOf } from "./memory-files.ts";

function arrivingAt(seconds: readonly number[]): RequestSupply & { kind: "table" } {
  const rows = [...seconds].sort((a, b) => a - b).map((at) => `${at},10,10\n`);
  const text = `arrival_s,input_tokens,output_tokens\n${rows.join("")}`;
  return { kind: "table", table: readTrace(text, { file: "t.csv" }) };
}

const marginsPlace = { file: "s.yaml", line: 3, column: 14 };
const workload: Workload = {
  kind: "trace",
  file: "t.csv",
  format: "auto",
  zeroOutput: "refuse",
  failedRows: "drop",
  arrivals: undefined,
  transforms: [],
};
const slo = { request: {}, run: [] };
const sloPlace = { file: "s.yaml", line: 9, column: 3 };

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
            checkSupply(supply, { slo, sloPlace, margins, marginsPlace, systems: [], workload });
          };
          if (measured.length > 0) expect(check).not.toThrow();
          else expect(inputErrorOf(check).problems[0]).toMatchObject({ ...marginsPlace, key: "measurement" });
        },
      ),
    );
  });
});

describe("a ServeGen start", () => {
  const client = (name: string, endSeconds: number): ServegenClient => ({
    name,
    rates: [{ startSeconds: 0, ratePerSecond: 2, gaps: "gamma", shape: 1 }],
    lengths: [
      {
        startSeconds: 0,
        input: { kind: "empirical", values: [10] },
        output: { kind: "empirical", values: [5] },
      },
    ],
    endSeconds,
  });
  const startingAt = (startSeconds: number): RequestSupply => ({
    kind: "servegen",
    clients: [client("a", 600), client("b", 1200)],
    options: { startSeconds },
    seed: 1,
  });

  test("beyond the end of the longest client is refused in the scenario's words", () => {
    const error = inputErrorOf(() => openSource(startingAt(1200)));
    expect(error.problems[0]!.key).toBe("workload.servegen.start");
    expect(error.message).toContain("1200s");
    expect(error.message).not.toContain("startSeconds");
  });

  test("before it leaves the requests up to that end", () => {
    expect(openSource(startingAt(1100)).nextArrivalSeconds).toBeLessThan(100);
    expect(timelineSpacing(startingAt(800))).toBe(1);
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
