import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BatchSizes } from "../../src/node/batch-sizes.ts";
import type { EvaluationJob } from "../../src/search/evaluation/evaluator.ts";

const jobs = (count: number, fidelity: EvaluationJob["fidelity"] = "estimate"): EvaluationJob[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ design: `d${i}`, settings: [], fidelity },
    ...{ unlimited: false, guessPerSecond: 0 },
  }));

describe("sizes of batches", () => {
  test("hand out every design once, in order, in batches whose sizes differ by one at most", () => {
    fc.assert(
      fc.property(
        fc.nat(400),
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 1e-4, max: 10, noNaN: true }),
        (count, threads, seconds) => {
          const sizes = new BatchSizes();
          sizes.learn(jobs(1), seconds);
          const all = jobs(count);
          const batches = sizes.divide(all, threads);
          expect(batches.flat()).toEqual(all);
          const lengths = batches.map((batch) => batch.length);
          expect(Math.max(0, ...lengths) - Math.min(...lengths, Infinity)).toBeLessThanOrEqual(1);
          if (count >= threads) expect(batches.length).toBeGreaterThanOrEqual(threads);
          else expect(batches.length).toBe(count);
        },
      ),
    );
  });

  test("come to the work that is wanted of a batch once it is known what designs take", () => {
    const sizes = new BatchSizes();
    for (let i = 0; i < 50; i++) sizes.learn(jobs(10), 10 * 0.002);
    const [first] = sizes.divide(jobs(10_000), 2);
    expect(first!.length * 0.002).toBeGreaterThan(0.2);
    expect(first!.length * 0.002).toBeLessThanOrEqual(0.25);
    expect(sizes.divide(jobs(10, "full"), 2).map((batch) => batch.length)).toEqual(new Array(10).fill(1));
  });
});
