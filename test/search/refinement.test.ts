import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ADOR_RECALLED } from "../../src/hardware/presets/ador.ts";
import { FeasibilityCheck } from "../../src/search/constraints/feasibility-check.ts";
import { diverse, refinement } from "../../src/search/refinement.ts";
import type { Prospects } from "../../src/search/prospects.ts";
import type { Point } from "../../src/search/space/space.ts";
import type { Assessed, SearchProblem } from "../../src/search/strategies/strategy.ts";
import { levels, spaceOver } from "./spaces.ts";

const space = spaceOver([
  levels("device.cores", [8, 12, 16, 20, 24, 28, 32]),
  levels("device.systolic_array.rows", [16, 32, 64, 128]),
  levels("device.vector.lanes_per_core", [32, 64, 96, 128, 160]),
  levels("serving.max_num_batched_tokens", [256, 384, 512, 768, 1024, 2048]),
]);
const feasibility = new FeasibilityCheck(space, ADOR_RECALLED, [{ name: "area", atMost: 420 }]);
const prospects: Prospects = { count: 1, of: () => (values) => ({ violation: 0, scores: [values[0]!] }) };
const problemOf = (seed: number): SearchProblem => ({
  ...{ space, feasibility, prospects, seed, budget: 0 },
});

/** Runs a refinement where `score` is what a replay finds out; returns all that was asked for. */
function refine(
  problem: SearchProblem,
  first: readonly Point[],
  score: (point: Point) => number,
  budget = 60,
) {
  const steps = refinement(problem, budget);
  const assessed: Assessed[] = [];
  const learn = (points: readonly Point[]) => {
    for (const point of points) {
      const scores = [score(point)];
      assessed.push({ point, violation: 0, scores, values: scores });
    }
  };
  learn(first);
  steps.next();
  for (let next = steps.next(assessed); next.done !== true; next = steps.next(assessed)) learn(next.value);
  return assessed.slice(first.length);
}

const CLIFF = 640;
/** More tokens a step are better up to a cliff that only a replay sees; so are more cores and lanes. */
const behindCliff = (point: Point): number => {
  const [cores, rows, lanes, tokens] = point as unknown as [number, number, number, number];
  return tokens > CLIFF ? 1000 - cores : -(cores + rows / 16 + lanes / 64 + tokens / 64);
};

describe("refinement by replays", () => {
  /** The least score of all designs that can be built. */
  const leastOf = (score: (point: Point) => number): number => {
    let least = Infinity;
    for (let i = 0; i < space.size!; i++) {
      const point = space.nth(i);
      if (feasibility.violation(point) === 0) least = Math.min(least, score(point));
    }
    return least;
  };

  test("steps back from the edge over which estimates went, and on to the best design of all", () => {
    const over = space.complete(Float64Array.of(16, 32, 64, 1024));
    const found = refine(problemOf(1), [over], behindCliff, 120);
    const best = Math.min(...found.map(({ scores }) => scores![0]!));
    expect(best).toBe(leastOf(behindCliff));
  });

  test("asks for designs that can be built, each once, and for no more than it may", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 70 }), (seed, budget) => {
        const first = [space.complete(Float64Array.of(16, 32, 64, 512))];
        const found = refine(problemOf(seed), first, behindCliff, budget).map(({ point }) => point);
        const keys = [...first, ...found].map((point) => space.keyOf(point));
        expect(new Set(keys).size).toBe(keys.length);
        expect(found.length).toBeLessThanOrEqual(budget);
        for (const point of found) expect(feasibility.violation(point)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test("follows several kinds at once: the best kind need not be the one that starts best", () => {
    // Two hills; that of few cores, wide lanes and many tokens is the higher one, and lower where the search comes in.
    const hills = (point: Point): number => {
      const [cores, rows, lanes, tokens] = point as unknown as [number, number, number, number];
      const low = 10 - (32 - cores) / 4 - lanes / 32 - tokens / 256 - Math.abs(Math.log2(rows / 16));
      const high = 14 - (cores - 8) / 4 - (160 - lanes) / 32 - (2048 - tokens) / 300 - Math.log2(rows / 16);
      return -Math.max(low, high);
    };
    const starts = [Float64Array.of(28, 16, 32, 256), Float64Array.of(16, 64, 96, 1024)].map((point) =>
      space.complete(point),
    );
    expect(hills(starts[0]!)).toBeLessThan(hills(starts[1]!));
    const found = refine(problemOf(1), starts, hills, 160);
    expect(Math.min(...found.map(({ scores }) => scores![0]!))).toBe(leastOf(hills));
  });

  test("starts from the best designs, and from the best with each value of each axis", () => {
    const assessed = Array.from({ length: space.size! }, (_, i): Assessed => {
      const point = space.nth(i);
      const scores = [behindCliff(point)];
      return { point, violation: 0, scores, values: scores };
    });
    const chosen = diverse(space, assessed, 40).map((i) => assessed[i]!);
    const ranked = [...assessed].sort((a, b) => a.scores![0]! - b.scores![0]!);
    expect(chosen).toHaveLength(40);
    expect(chosen.slice(0, 20).map(({ scores }) => scores![0])).toEqual(
      ranked.slice(0, 20).map(({ scores }) => scores![0]),
    );
    space.freeAxes.forEach((axis) => {
      const values = (of: readonly Assessed[]) => new Set(of.map(({ point }) => point[axis]));
      expect(values(chosen)).toEqual(values(assessed));
    });
  });

  test("ends where there is nothing to start from", () => {
    expect(refine(problemOf(1), [], behindCliff)).toEqual([]);
  });
});
