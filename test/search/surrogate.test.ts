import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Evaluator } from "../../src/search/evaluation/evaluator.ts";
import { fleetOf } from "../../src/search/fleet.ts";
import { KNOWN_RESULTS } from "../../src/search/known-results.ts";
import { loadExploration } from "../../src/search/load-exploration.ts";
import { scoresOf, type Scores } from "../../src/search/objectives.ts";
import { hypervolume, paretoFront } from "../../src/search/pareto.ts";
import { ResultProspects } from "../../src/search/prospects.ts";
import { Cholesky } from "../../src/search/strategies/cholesky.ts";
import { HypervolumeGain } from "../../src/search/strategies/hypervolume-gain.ts";
import { normalNodes } from "../../src/search/strategies/normal.ts";
import { STRATEGY_OF } from "../../src/search/strategies/registry.ts";
import type { Assessed } from "../../src/search/strategies/strategy.ts";
import { collectRequests } from "../../src/workload/collect-requests.ts";
import { openSource } from "../../src/scenario/request-supply.ts";
import { memoryFiles } from "../scenario/memory-files.ts";
import { spaceOver } from "./spaces.ts";

describe("the gain in hypervolume", () => {
  const scores = (objectives: number) =>
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: objectives, maxLength: objectives });

  test.each([1, 2, 3, 4])("of %d objectives is the difference that the scores make", (objectives) => {
    fc.assert(
      fc.property(
        fc.array(scores(objectives), { maxLength: 14 }),
        scores(objectives),
        scores(objectives),
        (front, reference, added) => {
          const gained = hypervolume([...front, added], reference) - hypervolume(front, reference);
          expect(new HypervolumeGain(front, reference).of(added)).toBeCloseTo(gained, 9);
        },
      ),
    );
  });
});

describe("Cholesky's factor", () => {
  test("solves what it was given row by row, and inverts it", () => {
    const vectors = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(vectors, { minLength: 1, maxLength: 12 }), (rows) => {
        const product = (a: readonly number[], b: readonly number[]) =>
          a.reduce((sum, value, k) => sum + value * b[k]!, 0);
        const matrix = rows.map((a, i) => rows.map((b, j) => product(a, b) + (i === j ? 1 : 0)));
        const cholesky = new Cholesky(rows.length);
        matrix.forEach((row, i) => {
          expect(cholesky.append(row.slice(0, i + 1))).toBe(true);
        });
        const right = rows.map(([first]) => first!);
        const solved = cholesky.solve(right);
        const inverse = cholesky.inverse();
        matrix.forEach((row, i) => {
          expect(product(row, [...solved])).toBeCloseTo(right[i]!, 8);
          rows.forEach((_, j) => {
            const column = rows.map((__, k) => inverse[k * rows.length + j]!);
            expect(product(row, column)).toBeCloseTo(i === j ? 1 : 0, 8);
          });
        });
      }),
    );
  });

  test("refuses a row that follows from those before it, and is as it was", () => {
    const cholesky = new Cholesky(2);
    cholesky.append([1]);
    expect(cholesky.append([1, 1])).toBe(false);
    expect(cholesky.size).toBe(1);
  });
});

test("nodes of a normal distribution have its mean and nearly its variance along each number", () => {
  const nodes = normalNodes(3, 200);
  for (let k = 0; k < 3; k++) {
    const column = nodes.map((node) => node[k]!);
    expect(column.reduce((sum, value) => sum + value, 0) / 200).toBeCloseTo(0, 1);
    expect(column.reduce((sum, value) => sum + value * value, 0) / 200).toBeCloseTo(1, 1);
  }
});

const EXPLORE = `
model: llama-3.1-8b
device: ador-recalled
workload:
  synthetic:
    arrivals: { process: poisson, rate: 3/s }
    input: { distribution: uniform, min: 50, max: 1500 }
    output: { distribution: uniform, min: 1, max: 120 }
    requests: 200
serving: { max_model_len: 4096 }
slo: { ttft: 1s, max_tbt: 100ms }
explore:
  space:
    device.process_nm: [5, 7]
    device.cores: [16, 24, 32]
    device.memory.kind: [hbm2e, hbm3]
    device.local_sram_per_core: [512KiB, 2MiB]
    cluster.tensor_parallel: [1, 2]
    cluster.replicas: [1, 3]
  objectives: [{ maximise: goodput_per_dollar }, { minimise: ttft_p99_s }, { minimise: area_mm2 }]
`;

describe("what is known of a design before its evaluation", () => {
  const exploration = loadExploration("e.yaml", memoryFiles({ "e.yaml": EXPLORE }));
  const { space, scenario, base, objectives } = exploration;
  const { feasibility: check, knownOf: known } = fleetOf(exploration)!;
  const { workload, seed } = scenario;
  if (workload.kind !== "synthetic") throw new Error("not as written");
  const table = collectRequests(openSource({ ...workload, seed }));
  const evaluator = new Evaluator(
    { base, table, traffic: scenario, sliceRequests: 100, constraints: [] },
    memoryFiles({}),
  );
  const found = Array.from({ length: space.size! }, (_, i) => space.nth(i))
    .filter((point) => check.violation(point) === 0)
    .flatMap((point) => {
      const settings = space.settingsOf(point);
      const evaluation = evaluator.evaluate({
        ...{ design: "", settings, fidelity: "estimate", unlimited: false, guessPerSecond: 0 },
      });
      return evaluation.kind === "done" ? [{ point, results: evaluation.results }] : [];
    });

  test("is what its evaluation finds: devices, area, power, die and price", () => {
    expect(found.length).toBeGreaterThan(20);
    for (const { point, results } of found) {
      for (const name of KNOWN_RESULTS)
        expect(Math.abs(known(point)[name] / results[name]! - 1)).toBeLessThan(1e-9);
    }
  });

  test.each([true, false])(
    "gives the scores of the evaluation, with what only that tells (known apart: %s)",
    (apart) => {
      const prospects = new ResultProspects(objectives, 1, apart ? known : undefined);
      expect(prospects.names).toEqual(
        apart
          ? ["goodput_at_slo_rps", "ttft_p99_s"]
          : ["goodput_at_slo_rps", "ttft_p99_s", "area_mm2", "price_dollars"],
      );
      for (const { point, results } of found) {
        const { violation, scores } = prospects.of(point)(prospects.valuesOf(results));
        expect(violation).toBeCloseTo(Math.max(0, 1 - results.goodput_at_slo_rps!), 9);
        if (violation > 0 || results.ttft_p99_s === null) continue;
        scoresOf(objectives, results).forEach((score, k) => {
          expect(Math.abs(scores![k]! / score - 1)).toBeLessThan(1e-9);
        });
      }
    },
  );
});

/** Fronts that are known in closed form, over two axes of 41 levels each. */
const FRONTS: Readonly<Record<string, (x: number, y: number) => Scores>> = {
  // ZDT1 and ZDT2 of Zitzler, Deb and Thiele (2000) in two variables: convex, and concave.
  ZDT1: (x, y) => [x, (1 + 9 * y) * (1 - Math.sqrt(x / (1 + 9 * y)))],
  ZDT2: (x, y) => [x, (1 + 9 * y) * (1 - (x / (1 + 9 * y)) ** 2)],
  // DTLZ2 of Deb et al. (2002) with its distance by the second variable: a quarter circle.
  DTLZ2: (x, y) => {
    const radius = 1 + (y - 0.5) ** 2;
    return [radius * Math.cos((x * Math.PI) / 2), radius * Math.sin((x * Math.PI) / 2)];
  },
};

describe.each(Object.entries(FRONTS))("the front of %s", (_, scoresAt) => {
  const cells = Array.from({ length: 41 }, (_, i) => i + 1);
  const space = spaceOver(
    ["device.cores", "device.systolic_array.rows"].map((path) => ({
      ...{ kind: "levels" as const, path, unit: undefined, levels: cells },
    })),
  );
  const scoresOfPoint = (point: Float64Array) => scoresAt((point[0]! - 1) / 40, (point[1]! - 1) / 40);
  const all = Array.from({ length: space.size! }, (_, i) => scoresOfPoint(space.nth(i)));
  const reference = [0, 1].map((k) => Math.max(...paretoFront(all).map((i) => all[i]![k]!)) * 1.1);
  const whole = hypervolume(all, reference);

  test.each([
    ["surrogate", 0.98],
    ["sobol", 0],
  ] as const)("%s finds %d of it with a twentieth of the designs", (name, least) => {
    const assessed: Assessed[] = [];
    const budget = Math.floor(all.length * 0.05);
    const strategy = STRATEGY_OF[name]({
      ...{ space, feasibility: undefined, seed: 1, budget },
      prospects: { count: 2, of: () => (values) => ({ violation: 0, scores: [values[0]!, values[1]!] }) },
    });
    for (let next = strategy.next(assessed); next.done !== true; next = strategy.next(assessed)) {
      for (const point of next.value) {
        const scores = scoresOfPoint(point);
        assessed.push({ point, violation: 0, scores, values: scores });
      }
    }
    const share =
      hypervolume(
        assessed.map(({ scores }) => scores!),
        reference,
      ) / whole;
    expect(share).toBeGreaterThan(least);
    if (name === "sobol") expect(share).toBeLessThan(0.98); // Not for the asking.
  });
});
