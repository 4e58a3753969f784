import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findDevice } from "../../src/hardware/catalog.ts";
import { deviceAreaMm2 } from "../../src/hardware/area.ts";
import type { HdaDevice } from "../../src/hardware/device.ts";
import { ADOR_RECALLED } from "../../src/hardware/presets/ador.ts";
import { diskFiles } from "../../src/node/disk-files.ts";
import type { System } from "../../src/scenario/scenario.ts";
import { AREA_PART_NAMES, areaShares, type AreaPart } from "../../src/search/area-shares.ts";
import type { Candidate } from "../../src/search/candidate.ts";
import type { Results } from "../../src/search/evaluation/results.ts";
import { loadStudies } from "../../src/search/load-studies.ts";
import { movementsOf, proportionsOf, type Spread, type Proportions } from "../../src/search/proportions.ts";
import type { SearchOutcome } from "../../src/search/search.ts";
import type { WrittenSetting } from "../../src/search/space/space.ts";
import { inputErrorOf, memoryFiles } from "../scenario/memory-files.ts";
import { levels, spaceOver } from "./spaces.ts";

const sumOf = (shares: Readonly<Record<AreaPart, number>>) =>
  AREA_PART_NAMES.reduce((sum, part) => sum + shares[part], 0);

describe("shares of a die", () => {
  test("add up to all of it, whatever it is made of", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 8, max: 128 }),
        fc.constantFrom("hbm2e" as const, "gddr6" as const, "ddr5" as const),
        (cores, rows, kind) => {
          const device: HdaDevice = {
            ...ADOR_RECALLED,
            cores,
            systolicArray: { ...ADOR_RECALLED.systolicArray, rows },
            memory: { ...ADOR_RECALLED.memory, kind },
          };
          const shares = areaShares(device);
          expect(sumOf(shares)).toBeCloseTo(1, 12);
          expect(shares.memory_interface).toBeGreaterThan(0);
        },
      ),
    );
  });

  test("grow with what a part is given more of, at the cost of all others", () => {
    const [before, after] = [1, 2].map((factor) =>
      areaShares({ ...ADOR_RECALLED, globalSramBytes: factor * ADOR_RECALLED.globalSramBytes }),
    );
    expect(after!.global_sram).toBeGreaterThan(1.5 * before!.global_sram);
    expect(after!.systolic_arrays).toBeLessThan(before!.systolic_arrays);
  });

  test("of a GPU are unknown", () => {
    expect(areaShares(findDevice("a100-80gb"))).toMatchObject({ systolic_arrays: 0, other: 1 });
  });
});

const space = spaceOver([levels("device.cores", [8, 16, 24, 32])]);

function candidateOf(cores: number, goodputPerMm2: number): Candidate {
  const results = { goodput_per_mm2: goodputPerMm2, area_mm2: 900, devices: 2 } as Results;
  return {
    id: String(cores),
    point: Float64Array.of(cores),
    settings: [["device.cores", cores]],
    evaluations: { full: { kind: "done", results } },
  };
}
const systemOf = ([setting]: readonly WrittenSetting[]) =>
  ({ device: { ...ADOR_RECALLED, cores: setting![1] as number } }) as System;
const arraysOf = (cores: number) => areaShares(systemOf([["device.cores", cores]]).device).systolic_arrays;

describe("proportions of a search", () => {
  const candidates = [candidateOf(32, 0.03), candidateOf(24, 0.0296), candidateOf(8, 0.0293)];
  const outcome = { candidates, recommended: candidates[0]!, effort: {} } as unknown as SearchOutcome;
  const objective = { result: "goodput_per_mm2", direction: "maximise", weight: 1 } as const;

  test("are those of the best design, with the range among designs within 2 % of it", () => {
    const found = proportionsOf("s", space, objective, outcome, systemOf);
    expect(found.near).toBe(2); // 0.0293 is 2.3 % worse.
    expect(found.shares.systolic_arrays).toEqual({
      ...{ best: arraysOf(32), low: arraysOf(24), high: arraysOf(32) },
    });
    const dieOf = (cores: number) => deviceAreaMm2(systemOf([["device.cores", cores]]).device).totalMm2;
    expect(found.dieMm2).toEqual({ best: dieOf(32), low: dieOf(24), high: dieOf(32) });
    // 2 TB/s under 32 arrays of 64×64 at 1.5 GHz: 2e12 / (2 · 32 · 4096 · 1.5e9).
    expect(found.bytesPerFlop!.best).toBeCloseTo(0.0050863, 6);
    expect(found.bytesPerFlop!.high).toBeCloseTo((0.0050863 * 32) / 24, 6);
  });

  test("compare designs replayed in part by the part that both served", () => {
    const inPart = (cores: number, whole: number | undefined, part: number): Candidate => {
      const { evaluations, ...rest } = candidateOf(cores, part);
      const full = whole === undefined ? undefined : candidateOf(cores, whole).evaluations.full!;
      return { ...rest, evaluations: { slice: evaluations.full!, ...(full !== undefined && { full }) } };
    };
    // The first requests are easier: 0.039 is near 0.04 there, 0.03 is not, whatever the best makes of all of them.
    const all = [inPart(32, 0.03, 0.04), inPart(24, undefined, 0.0395), inPart(8, undefined, 0.03)];
    const partly = { ...outcome, candidates: all, recommended: all[0]! };
    const { near, shares } = proportionsOf("s", space, objective, partly, systemOf);
    expect(near).toBe(2);
    expect(shares.systolic_arrays.low).toBe(arraysOf(24));
  });

  test("take less for better where the objective is to have little", () => {
    const least = { result: "area_mm2", direction: "minimise", weight: 1 } as const;
    expect(proportionsOf("s", space, least, outcome, systemOf).near).toBe(3);
  });
});

/** A study in which the arrays and trees take these shares. */
function studyWith(study: string, systolic_arrays: Spread, mac_trees: Spread): Proportions {
  const nothing: Spread = { best: 0, low: 0, high: 0 };
  const shares = Object.fromEntries(AREA_PART_NAMES.map((part) => [part, nothing])) as Record<
    AreaPart,
    Spread
  >;
  const flat = { near: 3, bytesPerFlop: undefined, dieMm2: { best: 400, low: 390, high: 410 } };
  return { study, ...flat, shares: { ...shares, systolic_arrays, mac_trees } } as unknown as Proportions;
}
const share = (best: number, spread: number): Spread => ({
  best,
  low: best - spread,
  high: best + spread,
});

describe("what moves between studies", () => {
  test("is what differs by more than designs as good do, most first", () => {
    const studies = [
      studyWith("a", share(0.2, 0.02), share(0.1, 0.01)),
      studyWith("b", share(0.3, 0.02), share(0.3, 0.05)),
      studyWith("c", share(0.25, 0.2), share(0.2, 0.01)),
    ];
    const named = movementsOf(studies).map(({ what, least, most }) => [what, least.study, most.study]);
    expect(named).toEqual([
      ["mac_trees", "a", "b"],
      ["systolic_arrays", "a", "b"],
    ]);
  });

  test("tells the die first, where it differs by more than designs as good do", () => {
    const [small, large] = [300, 500].map((mm2, i) => ({
      ...studyWith(String(i), share(0.2, 0), share(0.1 + i / 10, 0)),
      dieMm2: { best: mm2, low: mm2 - 90, high: mm2 + 90 },
    }));
    expect(movementsOf([large!, small!]).map(({ what }) => what)).toEqual(["die_mm2", "mac_trees"]);
    const wide = { ...large!, dieMm2: { ...large!.dieMm2, low: 350 } };
    expect(movementsOf([wide, small!]).map(({ what }) => what)).toEqual(["mac_trees"]);
  });

  test("is nothing where ranges overlap or the difference is below two hundredths of the die", () => {
    const overlapping = [
      studyWith("a", share(0.2, 0.03), share(0.1, 0)),
      studyWith("b", share(0.25, 0.03), share(0.115, 0)),
    ];
    expect(movementsOf(overlapping)).toEqual([]);
  });

  test("is not told of a best design that stands alone, whose range is unknown", () => {
    const studies = [0.1, 0.2, 0.4].map((best, i) => studyWith(String(i), share(0.2, 0), share(best, 0)));
    const lone = studies.map((study, i) => (i === 2 ? { ...study, near: 1 } : study));
    expect(movementsOf(lone).map(({ what, most }) => [what, most.study])).toEqual([["mac_trees", "1"]]);
  });

  test("does not depend on the order of the studies", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 6 }),
        (percents) => {
          const studies = percents.map((percent, i) =>
            studyWith(String(i), share(percent / 100, 0.01), share(0.1, 0)),
          );
          const names = (of: readonly Proportions[]) =>
            movementsOf(of).map(({ what, least, most }) => [what, least.study, most.study]);
          expect(names([...studies].reverse())).toEqual(names(studies));
        },
      ),
    );
  });
});

const BASE = `
model: llama-3.1-8b
device: ador-recalled
workload: { trace: traces/chat.csv }
slo: { ttft: 1s, max_tbt: 100ms }
explore:
  space: { device.cores: [8, 16] }
  studies:
`;
const load = (studies: string) =>
  loadStudies(
    "in/s.yaml",
    memoryFiles({ "in/s.yaml": BASE + studies, "in/traces/chat.csv": "", "in/other.csv": "" }),
  );

describe("studies of a scenario", () => {
  test("are the search with their own settings on top, paths relative to the file", () => {
    const [tight, other, drawn] = load(`
    - { name: tight, set: { slo.max_tbt: 20ms, cluster.tensor_parallel: 2 } }
    - { name: other, set: { workload.trace: other.csv, explore.replays: 3 } }
    - name: drawn
      set:
        workload.synthetic:
          arrivals: { process: poisson, rate: 1/s }
          input: { distribution: fixed, tokens: 10 }
          output: { distribution: fixed, tokens: 10 }
          requests: 10
`).map(({ exploration }) => exploration);
    expect(tight!.scenario.slo.request.maxTbtSeconds).toBe(0.02);
    expect(tight!.scenario.systems[0]!.parallelism.tensorParallel).toBe(2);
    expect(other!.scenario.slo.request.maxTbtSeconds).toBe(0.1);
    expect(other!.scenario.workload).toMatchObject({ kind: "trace", file: "in/other.csv" });
    expect(other!.budgets.full).toBe(3);
    expect(drawn!.scenario.workload).toMatchObject({ kind: "synthetic" });
  });

  test.each([
    ["    - { name: a }", /explore\.studies/],
    [
      "    - { name: a }\n    - { name: a }",
      /in\/s\.yaml:10:\d+: explore\.studies\[1\]\.name: named twice: "a"/,
    ],
    ["    - { name: a }\n    - { name: b, set: { slo.max_tbt: soon } }", /in\/s\.yaml:10:\d+: slo\.max_tbt/],
    ["    - { name: a }\n    - { name: b, set: { slo.tbt: 1s } }", /in\/s\.yaml:10:\d+.*tbt/s],
    ["    - { name: a }\n    - { name: b, sett: {} }", /in\/s\.yaml:10:\d+.*sett/s],
    ["    - { name: a }\n    - { name: b, set: { .slo: 1s } }", /invalid name "\.slo"/],
  ])("are refused with their place: %j", (studies, message) => {
    expect(inputErrorOf(() => load(studies)).message).toMatch(message);
  });

  test("are missing from a search without them", () => {
    const files = memoryFiles({ "s.yaml": BASE.replace("  studies:\n", ""), "traces/chat.csv": "" });
    expect(inputErrorOf(() => loadStudies("s.yaml", files)).message).toContain("no studies to compare");
  });

  test.each(["slo", "model", "precision", "trace"])("are sound in the bundled scenario on %s", (kind) => {
    const studies = loadStudies(`scenarios/explore/proportions-${kind}.yaml`, diskFiles);
    expect(studies.length).toBeGreaterThanOrEqual(4);
    expect(new Set(studies.map(({ exploration }) => exploration.scenario.name)).size).toBe(1);
  });
});
