import { expect, test, describe } from "vitest";
import { collectRequests } from "../../src/workload/collect-requests.ts";
import { describeTrace } from "../../src/workload/describe.ts";
import { explainFit, fitTrace } from "../../src/workload/fit.ts";
import { createSyntheticSource, type SyntheticSpec } from "../../src/workload/synthetic.ts";
import { read, refusalOf, tableOf } from "./support.ts";

const BASE: SyntheticSpec = {
  arrivals: { kind: "poisson", ratePerSecond: 5 },
  input: { kind: "lognormal", median: 800, sigma: 0.9 },
  output: { kind: "lognormal", median: 200, sigma: 0.6 },
  requests: 30_000,
};
const generate = (spec: SyntheticSpec, seed = 1) => collectRequests(createSyntheticSource(spec, seed));

describe("fitting what was generated finds the description again", () => {
  test("Poisson arrivals and lognormal lengths", () => {
    const { arrivals, input, output, requests } = fitTrace(generate(BASE));
    expect(arrivals.kind).toBe("poisson");
    expect(arrivals.kind === "poisson" && arrivals.ratePerSecond / 5).toBeCloseTo(1, 1);
    if (input.kind !== "lognormal" || output.kind !== "lognormal") throw new Error("not lognormal");
    expect(input.median / 800).toBeCloseTo(1, 1);
    expect(input.sigma).toBeCloseTo(0.9, 1);
    expect(output.median / 200).toBeCloseTo(1, 1);
    expect(output.sigma).toBeCloseTo(0.6, 1);
    expect(requests).toBe(30_000);
  });

  test("bursty gamma arrivals", () => {
    const { arrivals } = fitTrace(
      generate({ ...BASE, arrivals: { kind: "gamma", ratePerSecond: 2, burstiness: 0.25 } }),
    );
    if (arrivals.kind !== "gamma") throw new Error("not gamma");
    expect(Math.abs(arrivals.burstiness / 0.25 - 1)).toBeLessThan(0.06);
    expect(Math.abs(arrivals.ratePerSecond / 2 - 1)).toBeLessThan(0.05);
  });

  test("constant arrivals, fixed and few lengths, classes", () => {
    const spec: SyntheticSpec = {
      arrivals: { kind: "constant", ratePerSecond: 4 },
      input: { kind: "fixed", tokens: 128 },
      output: { kind: "empirical", values: [1, 1000], weights: [1, 1] },
      requests: 10_000,
      classes: [
        { name: "a", weight: 1 },
        { name: "b", weight: 1 },
      ],
    };
    const fit = fitTrace(generate(spec));
    expect(fit.arrivals.kind).toBe("constant");
    expect(fit.input).toEqual(spec.input);
    expect(fit.output).toMatchObject({ kind: "empirical", values: [1, 1000] });
    expect(fit.classes!.map(({ name }) => name)).toEqual(["a", "b"]);
  });
});

test("a fit generates a trace with the statistics of the one it came from", () => {
  // Uniform lengths are far from lognormal and have more distinct values than are kept.
  const original = generate({ ...BASE, input: { kind: "uniform", min: 1, max: 5000 } });
  const { spec, reasons } = explainFit(original);
  expect(reasons[1]).toMatch(/^input: empirical/);
  expect(spec.input.kind === "empirical" && spec.input.values.length).toBeLessThanOrEqual(500);
  const [before, after] = [describeTrace(original), describeTrace(generate(spec, 2))];
  for (const lengths of ["inputTokens", "outputTokens"] as const) {
    for (const statistic of ["mean", "p50", "p90", "p99", "std"] as const) {
      expect(Math.abs(after[lengths][statistic]! / before[lengths][statistic]! - 1)).toBeLessThan(0.06);
    }
  }
  expect(Math.abs(after.ratePerSecond! / before.ratePerSecond! - 1)).toBeLessThan(0.03);
  expect(Math.abs(after.gapCv! - before.gapCv!)).toBeLessThan(0.05);
});

test("a trace without any time in it cannot be fitted", () => {
  expect(refusalOf(() => fitTrace(tableOf([[0, 1, 1]]))).message).toContain("two requests");
});

test("a description counts, sums and measures", () => {
  const { table } = read(
    '{"timestamp": 0, "input_length": 1024, "output_length": 10, "hash_ids": [0, 1]}\n' +
      '{"timestamp": 1000, "input_length": 1024, "output_length": 20, "hash_ids": [0, 2]}\n' +
      '{"timestamp": 4000, "input_length": 512, "output_length": 30, "hash_ids": [0]}\n',
  );
  // Gaps of 1 s and 3 s: mean 2, standard deviation 1. Of five blocks, two have been seen before.
  expect(describeTrace(table)).toMatchObject({
    requests: 3,
    spanSeconds: 4,
    ratePerSecond: 0.5,
    gapCv: 0.5,
    totalInputTokens: 2560,
    totalOutputTokens: 60,
    outputTokens: { mean: 20, p50: 20, max: 30 },
    requestsByClass: { default: 3 },
    prefix: { blockTokens: 512, blocks: 5, distinctBlocks: 3, hitRateBound: 0.4 },
  });
});
