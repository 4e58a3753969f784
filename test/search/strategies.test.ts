import { describe, expect, test } from "vitest";
import { ADOR_RECALLED } from "../../src/hardware/presets/ador.ts";
import { FeasibilityCheck } from "../../src/search/constraints/feasibility-check.ts";
import type { Scores } from "../../src/search/objectives.ts";
import { hypervolume, paretoFront } from "../../src/search/pareto.ts";
import type { Prospects } from "../../src/search/prospects.ts";
import type { Point, Space } from "../../src/search/space/space.ts";
import { GaussianProcess } from "../../src/search/strategies/gaussian-process.ts";
import { STRATEGIES, STRATEGY_OF, type StrategyName } from "../../src/search/strategies/registry.ts";
import { MOST_DIMENSIONS, SobolSequence } from "../../src/search/strategies/sobol-sequence.ts";
import type { Assessed, SearchProblem } from "../../src/search/strategies/strategy.ts";
import { inputErrorOf } from "../scenario/memory-files.ts";
import { choices, levels, spaceOver, tied } from "./spaces.ts";

const space = spaceOver([
  levels("device.cores", [8, 12, 16, 20, 24, 28, 32, 36]),
  levels("device.systolic_array.rows", [16, 32, 64, 128]),
  levels("device.systolic_array.columns", [16, 32, 48, 64, 96, 128]),
  tied("device.vector.lanes_per_core", "device.systolic_array.columns * 2"),
  levels("device.mac_tree.trees_per_core", [4, 8, 12, 16]),
  choices("device.noc.topology", ["ring", "mesh"]),
]);
const CONSTRAINTS = [
  { name: "area", atMost: 480 },
  { name: "peak_power", atMost: 450 },
] as const;

/** More arithmetic and area as long as both are of use: two objectives in conflict, with a best mix inside the space. */
function scoresOf(point: Point): Scores {
  const [cores, rows, columns, , trees, topology] = point;
  const macs = cores! * rows! * columns!;
  const skew = Math.abs(Math.log2(rows! / columns!)) + Math.abs(trees! - 8) / 8 + (topology === 0 ? 0.5 : 0);
  return [1e6 / macs + skew, macs / 1e5 + cores! / 40 + skew];
}

/** Nothing follows from a design alone: its scores are what an evaluation tells. */
const prospects: Prospects = {
  count: 2,
  of: () => (values) => ({ violation: 0, scores: [values[0]!, values[1]!] }),
};

interface Asked {
  readonly generations: readonly (readonly Point[])[];
  readonly assessed: readonly Assessed[];
}

function runAll(name: StrategyName, over: Partial<SearchProblem> = {}): Asked {
  const problem: SearchProblem = {
    ...{ space, prospects, seed: 1, budget: 200 },
    feasibility: new FeasibilityCheck(space, ADOR_RECALLED, CONSTRAINTS),
    ...over,
  };
  const assessed: Assessed[] = [];
  const generations: (readonly Point[])[] = [];
  const strategy = STRATEGY_OF[name](problem);
  for (let next = strategy.next(assessed); next.done !== true; next = strategy.next(assessed)) {
    generations.push(next.value);
    for (const point of next.value) {
      const scores = scoresOf(point);
      assessed.push({ point, violation: 0, scores, values: scores });
    }
  }
  return { generations, assessed };
}

const feasiblePoints = (of: Space = space): Point[] => {
  const check = new FeasibilityCheck(of, ADOR_RECALLED, CONSTRAINTS);
  return Array.from({ length: of.size! }, (_, i) => of.nth(i)).filter(
    (point) => check.violation(point) === 0,
  );
};
const everything = feasiblePoints();
const BUDGET_OF_ALL = everything.length;

describe.each(STRATEGIES)("%s", (name) => {
  const budget = name === "grid" ? BUDGET_OF_ALL : 200;

  test("asks only for designs that can be built, each once, and for no more than it may", () => {
    const { generations } = runAll(name, { budget });
    const points = generations.flat();
    const check = new FeasibilityCheck(space, ADOR_RECALLED, CONSTRAINTS);
    expect(points.length).toBeGreaterThan(50);
    expect(points.length).toBeLessThanOrEqual(budget);
    expect(new Set(points.map((point) => space.keyOf(point))).size).toBe(points.length);
    for (const point of points) {
      expect(check.violation(point)).toBe(0);
      expect(point[3]).toBe(2 * point[2]!);
    }
  });

  test("asks for the same again", () => {
    expect(runAll(name, { budget }).generations).toEqual(runAll(name, { budget }).generations);
  });

  test("keeps within the smallest budget", () => {
    if (name === "grid") return;
    expect(runAll(name, { budget: 1 }).generations.flat()).toHaveLength(1);
  });

  test("goes on where designs are refused", () => {
    const problem: SearchProblem = {
      ...{ space, prospects, seed: 1, budget: 60, feasibility: undefined },
      ...(name === "grid" && { budget: space.size! }),
    };
    const assessed: Assessed[] = [];
    const strategy = STRATEGY_OF[name](problem);
    for (let next = strategy.next(assessed); next.done !== true; next = strategy.next(assessed)) {
      next.value.forEach((point, i) => {
        const refused = i % 3 === 0;
        assessed.push({
          point,
          violation: refused ? Infinity : 0,
          scores: refused ? undefined : scoresOf(point),
          values: refused ? [] : scoresOf(point),
        });
      });
    }
    expect(assessed.length).toBeGreaterThan(10);
  });
});

describe("strategies against an exhaustive search", () => {
  const all = everything.map(scoresOf);
  const reference = [0, 1].map((k) => Math.max(...all.map((scores) => scores[k]!)));
  const best = hypervolume(all, reference);
  const share = ({ assessed }: Asked) =>
    hypervolume(
      assessed.map(({ scores }) => scores!),
      reference,
    ) / best;

  test("the grid finds the whole front", () => {
    const { assessed } = runAll("grid", { budget: BUDGET_OF_ALL });
    expect(assessed).toHaveLength(everything.length);
    const front = (scores: readonly Scores[]) =>
      paretoFront(scores)
        .map((i) => scores[i]!.join())
        .sort();
    expect(front(assessed.map(({ scores }) => scores!))).toEqual(front(all));
  });

  test.each([
    ["propose", 0.95],
    ["evolve", 0.92],
    ["surrogate", 0.99],
    ["propose+surrogate", 0.99],
    ["sobol", 0.8],
  ] as const)(
    "%s finds %d of its hypervolume with a fifth of its evaluations, for every seed",
    (name, least) => {
      const budget = Math.floor(BUDGET_OF_ALL / 5);
      for (const seed of [1, 2, 3]) expect(share(runAll(name, { budget, seed }))).toBeGreaterThan(least);
    },
  );

  test("a grid that may not look at everything says so", () => {
    expect(inputErrorOf(() => runAll("grid", { budget: 10 })).message).toContain("a grid leaves nothing out");
  });
});

describe("the Sobol sequence", () => {
  test("puts one of the first 2^k points into each of 2^k equal parts of every axis, whatever the seed", () => {
    for (const seed of [0, 5]) {
      const sequence = new SobolSequence(MOST_DIMENSIONS, seed);
      const points = Array.from({ length: 128 }, () => sequence.next());
      for (let dimension = 0; dimension < MOST_DIMENSIONS; dimension++) {
        const parts = new Set(points.map((point) => Math.floor(point[dimension]! * 128)));
        expect(parts.size).toBe(128);
      }
    }
  });

  test("goes on at random where there are no direction numbers, and is as it is without those axes before them", () => {
    const [narrow, wide, again] = [MOST_DIMENSIONS, MOST_DIMENSIONS + 3, MOST_DIMENSIONS + 3].map(
      (dimensions) => new SobolSequence(dimensions, 4),
    );
    const points = Array.from({ length: 400 }, () => wide!.next());
    expect(Array.from({ length: 400 }, () => again!.next())).toEqual(points);
    for (const point of points) expect(point.slice(0, MOST_DIMENSIONS)).toEqual(narrow!.next());
    for (let dimension = MOST_DIMENSIONS; dimension < MOST_DIMENSIONS + 3; dimension++) {
      const values = points.map((point) => point[dimension]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...values)).toBeLessThan(1);
      expect(mean).toBeCloseTo(0.5, 1);
    }
  });
});

describe("the Gaussian process", () => {
  const f = ([x = 0, y = 0]: ArrayLike<number> & Iterable<number>) => Math.sin(3 * x) + y * y;
  const sequence = new SobolSequence(2, 1);
  const points = Array.from({ length: 40 }, () => sequence.next());
  const model = new GaussianProcess(points, points.map(f));

  test("is right where it knows, and close where it does not", () => {
    for (const point of points) expect(Math.abs(model.predict(point).mean - f(point))).toBeLessThan(0.02);
    const elsewhere = Array.from({ length: 50 }, () => sequence.next());
    const errors = elsewhere.map((point) => Math.abs(model.predict(point).mean - f(point)));
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.02);
  });

  test("is surer near what it knows than far from it", () => {
    const known = model.predict(points[3]!).deviation;
    expect(model.predict(Float64Array.of(3, 3)).deviation).toBeGreaterThan(5 * known);
  });
});
