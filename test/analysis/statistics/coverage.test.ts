import { describe, expect, test } from "vitest";
import { errorFromReplications } from "../../../src/analysis/statistics/error-of-mean.ts";
import { isInterval, OutputSeries, type Estimate } from "../../../src/analysis/statistics/output-series.ts";
import { PairedSeries } from "../../../src/analysis/statistics/paired.ts";
import { ratioInterval } from "../../../src/analysis/statistics/ratio.ts";
import { detectWarmup } from "../../../src/analysis/statistics/warmup.ts";
import { md1Mean, md1Sojourns, mm1Mean, mm1Quantile, mm1Sojourns } from "../../support/queues.ts";

const SEEDS = 1000;
const CUSTOMERS = 20_000;

/** Expects nominal 95 % intervals to hold the truth in 92 to 97 % of the seeds, hardly any of them without an answer. */
function expectCoverage(truth: number, intervalOf: (seed: number) => Estimate, mostRefused = 0.01): void {
  let answered = 0;
  let covered = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const estimate = intervalOf(seed);
    if (!isInterval(estimate)) continue;
    answered++;
    if (estimate.low <= truth && truth <= estimate.high) covered++;
  }
  expect(answered).toBeGreaterThanOrEqual(SEEDS * (1 - mostRefused));
  expect(covered / answered).toBeGreaterThanOrEqual(0.92);
  expect(covered / answered).toBeLessThanOrEqual(0.97);
}

/** A run from an empty start, its warm-up left out as in the program. */
function settled(values: Float64Array): Float64Array {
  return values.subarray(detectWarmup(values).values);
}

describe("95 % intervals from one run of", () => {
  test("M/M/1 at 50 % load cover the mean, the median, p90 and p99", () => {
    const series = Array.from({ length: SEEDS }, (_, seed) => new OutputSeries(settled(mm1Sojourns(seed, CUSTOMERS, 0.5))));
    expectCoverage(mm1Mean(0.5), (seed) => series[seed]!.mean());
    for (const fraction of [0.5, 0.9, 0.99]) {
      expectCoverage(mm1Quantile(fraction, 0.5), (seed) => series[seed]!.quantile(fraction));
    }
  });
});
