import { describe, expect, test } from "vitest";
import { ADOR_RECALLED } from "../../src/hardware/presets/ador.ts";
import { FeasibilityCheck } from "../../src/search/constraints/feasibility-check.ts";
import type { Prospects } from "../../src/search/prospects.ts";
import { pointOf } from "../../src/search/space/point-of.ts";
import type { Point, Space } from "../../src/search/space/space.ts";
import { STRATEGY_OF } from "../../src/search/strategies/registry.ts";
import type { Assessed, SearchProblem } from "../../src/search/strategies/strategy.ts";
import { bestOfEarlier, withEarlier } from "../../src/search/strategies/warm-start.ts";
import { levels, spaceOver } from "./spaces.ts";

const space = spaceOver([
  levels("device.cores", [8, 12, 16, 20, 24, 28, 32]),
  levels("device.systolic_array.rows", [16, 32, 64, 128]),
  levels("device.systolic_array.columns", [16, 32, 48, 64, 96, 128]),
  levels("device.mac_tree.trees_per_core", [2, 4, 8, 12, 16, 24, 32]),
]);

const prospects: Prospects = {
  count: 1,
  of: () => (values) => ({ violation: 0, scores: [values[0]!] }),
};

/** A valley with its floor at a place of the unit cube. */
const valley =
  (...floor: readonly number[]) =>
  (point: Point): number =>
    space.unitsOf(point).reduce((sum, unit, k) => sum + (unit - floor[k]!) ** 2, 0);
const assessedBy =
  (worth: (point: Point) => number, violation: (point: Point) => number = () => 0) =>
  (point: Point): Assessed => {
    const value = worth(point);
    return { point, violation: violation(point), scores: [value], values: [value] };
  };

const everything = Array.from({ length: space.size! }, (_, i) => space.nth(i));
const here = valley(0.8, 0.3, 0.4, 0.7);
const likeIt = valley(0.75, 0.35, 0.45, 0.65);
const some = everything.filter((_, i) => i % 5 === 0);

const problem: SearchProblem = {
  ...{ space, feasibility: undefined, prospects, seed: 1, budget: 40 },
};

/** Evaluations until the best of all designs is asked for; more than the budget when it is not. */
function untilBest(earlier: SearchProblem["earlier"], seed: number): number {
  const assess = assessedBy(here);
  const least = Math.min(...everything.map(here));
  const asked = STRATEGY_OF.surrogate({ ...problem, seed, earlier: earlier ?? [] });
  const assessed: Assessed[] = [];
  for (let next = asked.next(assessed); next.done !== true; next = asked.next(assessed)) {
    assessed.push(...next.value.map(assess));
    if (assessed.some(({ scores }) => scores![0] === least)) return assessed.length;
  }
  return Infinity;
}

describe("a surrogate that was told of earlier studies", () => {
  test("asks for their best designs first, for each once", () => {
    const study = some.map(assessedBy(likeIt));
    const first = STRATEGY_OF.surrogate({ ...problem, earlier: [study] }).next([]).value as Point[];
    const best = [...study].sort((a, b) => a.scores![0]! - b.scores![0]!);
    expect(likeIt(first[0]!)).toBe(best[0]!.scores![0]);
    expect(new Set(first.map((point) => space.keyOf(point))).size).toBe(first.length);
    expect(first.length).toBe((STRATEGY_OF.surrogate(problem).next([]).value as Point[]).length);
  });

  test("finds the best of all sooner after a study that is like this one", () => {
    const sum = (earlier: SearchProblem["earlier"]) =>
      [1, 2, 3].reduce((total, seed) => total + Math.min(untilBest(earlier, seed), problem.budget + 1), 0);
    expect(sum([some.map(assessedBy(likeIt))])).toBeLessThan(0.8 * sum([]));
  });

  test("still finds the best after a study that tells the opposite", () => {
    const misled = some.map(assessedBy((point) => -here(point)));
    expect(untilBest([misled], 1)).toBeLessThanOrEqual(problem.budget);
  });

  test("asks for the same again", () => {
    const earlier = [some.map(assessedBy(likeIt))];
    expect(untilBest(earlier, 1)).toBe(untilBest(earlier, 1));
  });
});

describe("the best designs of earlier studies", () => {
  const better = valley(0.1, 0.1, 0.1, 0.1);

  test("come from each study in turn", () => {
    const best = bestOfEarlier(
      { ...problem, earlier: [likeIt, better].map((of) => some.map(assessedBy(of))) },
      4,
    );
    expect(best).toHaveLength(4);
    const worthOf = (of: (point: Point) => number) => Math.min(...some.map(of));
    expect(likeIt(best[0]!)).toBe(worthOf(likeIt));
    expect(better(best[1]!)).toBe(worthOf(better));
  });

  test("are those that met the demand there, and can be built here", () => {
    const feasibility = new FeasibilityCheck(space, ADOR_RECALLED, [{ name: "area", atMost: 400 }]);
    const study = some.map(assessedBy(likeIt, (point) => (point[0]! <= 16 ? 0 : 0.5)));
    const buildable = some.filter((point) => feasibility.violation(point) === 0);
    expect(buildable.length).toBeLessThan(some.length);
    expect(buildable.some((point) => point[0]! <= 16)).toBe(true);
    for (const point of bestOfEarlier({ ...problem, feasibility, earlier: [study] }, 3)) {
      expect(feasibility.violation(point)).toBe(0);
      expect(point[0]).toBeLessThanOrEqual(16);
    }
  });
});

test("what earlier studies let expect is one more feature for each number, high where it was high", () => {
  const features = (point: Point) => space.unitsOf(point);
  const warm = withEarlier(features, { ...problem, earlier: [some.map(assessedBy(likeIt))] });
  const sorted = [...everything].sort((a, b) => likeIt(a) - likeIt(b));
  const [low, high] = [warm(sorted[0]!), warm(sorted.at(-1)!)];
  expect(low).toHaveLength(space.dimensions + 1);
  expect(low.at(-1)!).toBeLessThan(-1);
  expect(high.at(-1)!).toBeGreaterThan(1);
  expect(withEarlier(features, problem)).toBe(features);
});

describe("settings as a design of a space", () => {
  const mixed: Space = spaceOver([
    levels("device.cores", [8, 16]),
    { kind: "levels", path: "device.local_sram_per_core", unit: "bytes", levels: [2 ** 19, 3 * 2 ** 19] },
    { kind: "choice", path: "device.noc.topology", choices: ["ring", "mesh"] },
    levels("device.noc.bytes_per_cycle_per_port", [64, 128], "device.noc.topology == 'mesh'"),
    { kind: "tied", path: "device.systolic_array.rows", unit: undefined, formula: "device.cores * 2" },
    { kind: "range", path: "device.clock", unit: "hertz", from: 1e9, to: 2e9, scale: "log" },
  ]);

  test("are the design that they were written from", () => {
    for (let i = 0; i < 40; i++) {
      const units = mixed.freeAxes.map((_, k) => (i * (k + 1) * 0.618) % 1);
      const settings = mixed.settingsOf(mixed.at(units));
      const found = pointOf(mixed, settings);
      expect(found).toBeDefined();
      expect(mixed.settingsOf(found!)).toEqual(settings);
    }
  });

  test.each([
    ["a level that it does not have", "device.cores", 12],
    ["a name that it does not have", "device.noc.topology", "torus"],
    ["beyond a range", "device.clock", "3GHz"],
    ["no number on a range", "device.clock", "mesh"],
    ["another tie", "device.systolic_array.rows", 5],
    ["an axis that it does not have", "device.vector.lanes_per_core", 64],
  ])("are in no design of it: %s", (_, path, value) => {
    const settings = new Map(mixed.settingsOf(mixed.at([0, 0, 0.9, 0, 0.5])));
    settings.set(path, value);
    expect(pointOf(mixed, [...settings])).toBeUndefined();
  });

  test("are in no design of it where a setting is missing that matters here", () => {
    const settings = mixed.settingsOf(mixed.at([0, 0, 0.9, 0, 0.5]));
    expect(settings.map(([path]) => path)).toContain("device.noc.bytes_per_cycle_per_port");
    const without = settings.filter(([path]) => !path.endsWith("per_port"));
    expect(pointOf(mixed, without)).toBeUndefined();
  });
});
