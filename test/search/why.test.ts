import { describe, expect, test } from "vitest";
import { openSource } from "../../src/scenario/request-supply.ts";
import { Evaluator } from "../../src/search/evaluation/evaluator.ts";
import { loadExploration } from "../../src/search/load-exploration.ts";
import { atSloOf } from "../../src/search/why/at-slo.ts";
import { differencesOf } from "../../src/search/why/differences.ts";
import { growthOf } from "../../src/search/why/growth-worth.ts";
import { headroomsOf } from "../../src/search/why/headroom.ts";
import { collectRequests } from "../../src/workload/collect-requests.ts";
import { memoryFiles } from "../scenario/memory-files.ts";
import { searchedScenario } from "../support/small-search.ts";

const EXPLORE = `
explore:
  space:
    device.cores: [16, 32]
    device.systolic_array.rows: [32, 64]
    device.systolic_array.columns: { tie: device.systolic_array.rows }
  constraints: { area: 500mm2 }
  strategy: grid
`;
const exploration = loadExploration("e.yaml", memoryFiles({ "e.yaml": searchedScenario(250) + EXPLORE }));
const { workload, seed } = exploration.scenario;
const table = collectRequests(
  openSource({ ...(workload as Extract<typeof workload, { kind: "synthetic" }>), seed }),
);
const evaluator = new Evaluator(
  {
    ...{ base: exploration.base, table, traffic: exploration.scenario },
    ...{ sliceRequests: 60, constraints: exploration.constraints },
  },
  memoryFiles({}),
);
const point = exploration.space.nth(0);
const design = { name: "first", settings: exploration.space.settingsOf(point), point };
const system = evaluator.systemOf(design.settings);

describe("one resource more", () => {
  const { before, growth } = growthOf(design, system, exploration, evaluator, 0);
  const grown = (resource: string) => growth.find((one) => one.resource === resource)!;

  test("starts from the estimated goodput, found more finely than an estimate does", () => {
    const { slo, saturation } = evaluator.estimateOf(system);
    const finer = before.goodputPerSecond - slo.maxRequestsPerSecond!;
    expect(finer).toBeGreaterThanOrEqual(0);
    expect(finer).toBeLessThanOrEqual(saturation.requestsPerSecond / 256);
    const met = (ratePerSecond: number) => evaluator.estimateOf(system, { ratePerSecond }).slo.met;
    expect(met(before.goodputPerSecond)).toBe(true);
    expect(met(before.goodputPerSecond * 1.0001)).toBe(false);
  });

  test("takes area and makes no other resource smaller", () => {
    expect(grown("cores").mm2).toBeGreaterThan(0);
    expect(grown("cores").change).toBeCloseTo(2 / 16, 12);
    expect(grown("cores").after!.ttftP99Seconds).toBeLessThan(before.ttftP99Seconds!);
    // More links serve one device without peers no better.
    expect(grown("P2P bandwidth").goodputPerMm2).toBe(0);
  });

  test("stands in the order of goodput per mm²", () => {
    const order = growth.flatMap(({ goodputPerMm2 }) => goodputPerMm2 ?? []);
    expect(order).toEqual(order.toSorted((a, b) => b - a));
  });
});

describe("the service level", () => {
  test("is looked at under the workload's own rate where a design holds it at none", () => {
    const at = atSloOf(system, 0, evaluator);
    expect(at).toMatchObject({ hasGoodput: false, ratePerSecond: evaluator.profileOf(system).ratePerSecond });
    expect(atSloOf(system, 2, evaluator)).toMatchObject({ hasGoodput: true, ratePerSecond: 2.06 });
  });

  test("breaks at waiting first tokens, bound by prefill, far beyond what prompts leave room for", () => {
    const { binding } = atSloOf(
      system,
      3 * evaluator.estimateOf(system).saturation.requestsPerSecond,
      evaluator,
    );
    expect(binding.targets[0]).toMatchObject({ target: "ttft" });
    expect(binding.targets[0]!.missShare).toBeGreaterThan(0.5);
    expect(binding).toMatchObject({ limit: "token budget", phase: "prefill" });
  });
});

test("the headroom of a limit is what is left of it, the tightest first", () => {
  const left = headroomsOf(system, {
    ...exploration,
    constraints: [{ name: "memory_bandwidth", atMost: 1.2e12 }],
  });
  expect(left[0]).toEqual({ name: "memory_bandwidth", left: expect.closeTo(-0.5, 12) });
  expect(left.map((one) => one.left)).toEqual(left.map((one) => one.left).toSorted((a, b) => a - b));
});

test("designs differ in what was set apart and in what follows from it, and not from themselves", () => {
  const other = evaluator.systemOf(exploration.space.settingsOf(exploration.space.nth(1)));
  expect(differencesOf(system, system, exploration.space)).toEqual([]);
  expect(differencesOf(system, other, exploration.space)).toMatchObject([
    { path: "device.systolic_array.rows", own: 32, other: 64 },
    { path: "device.systolic_array.columns", own: 32, other: 64 },
  ]);
});
