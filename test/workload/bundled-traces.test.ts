import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Distribution } from "../../src/core/quantiles.ts";
import { describeTrace } from "../../src/workload/describe.ts";
import { BUNDLED_TRACES } from "../../traces/make-traces.ts";
import { AZURE_CONVERSATION, MOONCAKE_CONVERSATION } from "../../traces/published-statistics.ts";
import type { Quantiles } from "../../traces/quantile-sampler.ts";
import { read } from "./support.ts";

const FOLDER = join(import.meta.dirname, "../../traces");
const README = readFileSync(join(FOLDER, "README.md"), "utf8");

describe.each([
  { file: "conversation.csv", requests: 4000, statistics: AZURE_CONVERSATION },
  { file: "azure-conv-like.csv", requests: 19_366, statistics: AZURE_CONVERSATION },
  { file: "bursty.csv", requests: 3000, statistics: { ...AZURE_CONVERSATION, gapCv: 2 } },
  { file: "long-context.jsonl", requests: 1500, statistics: MOONCAKE_CONVERSATION },
])("$file", ({ file, requests, statistics }) => {
  const text = readFileSync(join(FOLDER, file), "utf8");
  const { table, warnings } = read(text);
  const description = describeTrace(table);

  test("is what its recipe makes", () => {
    expect(BUNDLED_TRACES[file]!() === text).toBe(true);
  });

  test("has the statistics of the trace that it is modelled on, within 3 %", () => {
    expect(warnings).toEqual([]);
    expect(description.requests).toBe(requests);
    expectNear(description.ratePerSecond!, statistics.ratePerSecond, 0.001);
    expectNear(description.gapCv!, statistics.gapCv, 0.03);
    expectLengths(description.inputTokens, statistics.inputMean, statistics.inputQuantiles);
    expectLengths(description.outputTokens, statistics.outputMean, statistics.outputQuantiles);
  });

  test("is described in the README as it is", () => {
    const cells = README.split("\n").find((line) => line.startsWith(`| \`${file}\``))!.split("|").map((cell) => cell.trim()); // prettier-ignore
    const { inputTokens, outputTokens, ratePerSecond, gapCv } = description;
    expect(Number(cells[3])).toBeCloseTo(ratePerSecond!, 2);
    expect(Number(cells[4])).toBeCloseTo(gapCv!, 2);
    for (const [cell, { mean, p50, p90, p99, max }] of [
      [cells[5]!, inputTokens],
      [cells[6]!, outputTokens],
    ] as const) {
      expect(cell).toBe([mean, p50, p90, p99, max].map((tokens) => Math.round(tokens!)).join(" / "));
    }
  });
});

test("the long-context trace can reuse as many prompt blocks as Mooncake's", () => {
  const { table } = read(readFileSync(join(FOLDER, "long-context.jsonl"), "utf8"));
  expectNear(describeTrace(table).prefix!.hitRateBound, MOONCAKE_CONVERSATION.prefixHitRate, 0.01);
});

function expectLengths(
  { mean, p50, p90, p99, max }: Distribution,
  expectedMean: number,
  quantiles: Quantiles,
): void {
  expectNear(mean!, expectedMean, 0.03);
  [p50!, p90!, p99!, max!].forEach((tokens, i) => {
    const share = [0.5, 0.9, 0.99, 1][i]!;
    expectNear(tokens, quantiles.find(([pointShare]) => pointShare === share)![1], 0.03);
  });
}

function expectNear(found: number, expected: number, tolerance: number): void {
  expect(Math.abs(found / expected - 1), `${found} against ${expected}`).toBeLessThanOrEqual(tolerance);
}
