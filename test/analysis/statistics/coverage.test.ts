import { describe, expect, test } from "vitest";
import { errorFromReplications } from "../../../src/analysis/statistics/error-of-mean.ts";
import { isInterval, OutputSeries, type Estimate } from "../../../src/analysis/statistics/output-series.ts";
import { PairedSeries } from "../../../src/analysis/statistics/paired.ts";
import { ratioDifference, ratioInterval } from "../../../src/analysis/statistics/ratio.ts";
import { detectCommonWarmup, detectWarmup } from "../../../src/analysis/statistics/warmup.ts";
import { md1Mean, md1Sojourns, mm1Mean, mm1Quantile, mm1Sojourns } from "../../support/queues.ts";

const SEEDS = 1000;

interface Asked {
  readonly what: string;
  readonly truth: number;
  readonly estimate: Estimate;
}

/**
 * Expects nominal 95 % intervals to hold the truth in 92 to 97 % of 1,000 seeds, and hardly a seed without an answer.
 * @param ask what is asked of the run of a seed
 */
function expectCoverage(ask: (seed: number) => readonly Asked[]): void {
  const answered = new Map<string, number>();
  const covered = new Map<string, number>();
  for (let seed = 0; seed < SEEDS; seed++) {
    for (const { what, truth, estimate } of ask(seed)) {
      if (!isInterval(estimate)) continue;
      answered.set(what, (answered.get(what) ?? 0) + 1);
      if (estimate.low <= truth && truth <= estimate.high) covered.set(what, (covered.get(what) ?? 0) + 1);
    }
  }
  for (const [what, count] of answered) {
    expect(count, `answers for ${what}`).toBeGreaterThanOrEqual(0.97 * SEEDS);
    const share = (covered.get(what) ?? 0) / count;
    expect(share, `coverage of ${what}`).toBeGreaterThanOrEqual(0.92);
    expect(share, `coverage of ${what}`).toBeLessThanOrEqual(0.97);
  }
}

/** A run from an empty start, its warm-up left out as in the program. */
function settled(values: Float64Array): Float64Array {
  return values.subarray(detectWarmup(values).values);
}

describe("95 % intervals cover between 92 and 97 %", () => {
  test("of the mean, the median and p99 of one run of M/M/1", () => {
    expectCoverage((seed) => {
      const series = new OutputSeries(settled(mm1Sojourns(seed, 10_000, 0.5)));
      return [
        { what: "mean", truth: mm1Mean(0.5), estimate: series.mean() },
        ...[0.5, 0.99].map((fraction) => ({
          what: `quantile ${fraction}`,
          ...{ truth: mm1Quantile(fraction, 0.5), estimate: series.quantile(fraction) },
        })),
      ];
    });
  });

  test("of p99.9 of one long run of M/M/1", () => {
    expectCoverage((seed) => {
      const series = new OutputSeries(settled(mm1Sojourns(seed, 24_000, 0.2)));
      return [{ what: "p99.9", truth: mm1Quantile(0.999, 0.2), estimate: series.quantile(0.999) }];
    });
  });

  test("of the mean of one run of M/D/1 at 70 % load", () => {
    expectCoverage((seed) => [
      {
        what: "mean",
        ...{
          truth: md1Mean(0.7),
          estimate: new OutputSeries(settled(md1Sojourns(seed, 10_000, 0.7))).mean(),
        },
      },
    ]);
  });

  test("of means and percentiles over ten replications of M/M/1", () => {
    expectCoverage((seed) => {
      const whole = Array.from({ length: 10 }, (_, run) => mm1Sojourns(10 * seed + run, 1500, 0.5));
      const cut = detectCommonWarmup(whole).values;
      const runs = whole.map((run) => run.subarray(cut));
      const series = new OutputSeries(joined(runs), errorFromReplications(runs.map(({ length }) => length)));
      return [
        { what: "mean", truth: mm1Mean(0.5), estimate: series.mean() },
        ...[0.5, 0.99].map((fraction) => ({
          what: `quantile ${fraction}`,
          ...{ truth: mm1Quantile(fraction, 0.5), estimate: series.quantile(fraction) },
        })),
      ];
    });
  });

  test("of the differences between two servers that see the same customers", () => {
    const [load, speed] = [0.5, 1.1];
    expectCoverage((seed) => {
      const [slow, fast] = [1, speed].map((each) => mm1Sojourns(seed, 10_000, load, each).subarray(200));
      const pair = new PairedSeries(slow!, fast!);
      return [
        {
          what: "mean difference",
          ...{ truth: mm1Mean(load, speed) - mm1Mean(load), estimate: pair.meanDifference() },
        },
        ...[0.5, 0.99].map((fraction) => ({
          what: `difference of quantile ${fraction}`,
          truth: mm1Quantile(fraction, load, speed) - mm1Quantile(fraction, load),
          estimate: pair.quantileDifference(fraction),
        })),
      ];
    });
  });

  test("of ratios and of their differences", () => {
    const [load, speed] = [0.5, 1.1];
    // Sojourn per unit of a length that is drawn apart from it, uniform between 1 and 3.
    expectCoverage((seed) => {
      const lengths = mm1Sojourns(seed + SEEDS, 6000, 0.1).map((value) => 1 + 2 * Math.exp(-0.9 * value));
      const [slow, fast] = [1, speed].map((each) => ({
        numerators: mm1Sojourns(seed, 6000, load, each).subarray(200),
        denominators: lengths.subarray(200),
      }));
      return [
        { what: "ratio", truth: mm1Mean(load) / 2, estimate: ratioInterval(slow!) },
        {
          what: "difference of ratios",
          ...{ truth: (mm1Mean(load, speed) - mm1Mean(load)) / 2, estimate: ratioDifference(slow!, fast!) },
        },
      ];
    });
  });
});

test("intervals that ignore that customers wait for each other cover far less", () => {
  let covered = 0;
  for (let seed = 0; seed < 200; seed++) {
    const values = settled(mm1Sojourns(seed, 10_000, 0.5));
    const naive = new OutputSeries(values, (of) => ({
      standardError: Math.sqrt(of.reduce((sum, value) => sum + value * value, 0) / 2) / of.length,
      degreesOfFreedom: of.length - 1,
    })).mean();
    if (isInterval(naive) && naive.low <= mm1Mean(0.5) && mm1Mean(0.5) <= naive.high) covered++;
  }
  expect(covered / 200).toBeLessThan(0.7);
});

function joined(runs: readonly Float64Array[]): Float64Array {
  return Float64Array.from(runs.flatMap((run) => [...run]));
}
