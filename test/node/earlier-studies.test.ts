import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readEarlierStudies } from "../../src/node/earlier-studies.ts";
import { SearchStore } from "../../src/node/search-store.ts";
import { designId } from "../../src/search/design-id.ts";
import { RESULT_NAMES, type Results } from "../../src/search/evaluation/results.ts";
import { loadExploration } from "../../src/search/load-exploration.ts";
import type { StoredEvaluation } from "../../src/search/store.ts";
import { inputErrorOf, memoryFiles } from "../scenario/memory-files.ts";
import { SMALL_SEARCH } from "../support/small-search.ts";

const load = (strategy: string, text = SMALL_SEARCH) =>
  loadExploration("e.yaml", memoryFiles({ "e.yaml": text }), { set: [`explore.strategy=${strategy}`] });
const exploration = load("surrogate");
const { space } = exploration;

const results = (goodput: number) =>
  ({
    ...Object.fromEntries(RESULT_NAMES.map((name) => [name, 1])),
    goodput_at_slo_rps: goodput,
  }) as Results;

const estimateOf = (place: number, suffix = ""): StoredEvaluation => {
  const settings = space.settingsOf(space.nth(place));
  return {
    job: { design: designId(settings) + suffix, fidelity: "estimate", settings },
    evaluation: { kind: "done", results: results(place) },
  };
};

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ador-earlier-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function kept(name: string, study: string, evaluations: readonly StoredEvaluation[], axes: unknown): string {
  const folder = join(root, name);
  const store = new SearchStore(folder, {
    ...{ study, scenario: "chat", model: "m", version: "1.0.0", space: axes },
  });
  store.save(evaluations);
  store.close();
  return folder;
}

describe("studies to learn from", () => {
  test("are what stores know by estimate of designs within limits, whatever the order of the folders", () => {
    const one = kept("one", "b", [estimateOf(1), estimateOf(2), estimateOf(3, "-unlimited")], space.axes);
    const two = kept("two", "a", [estimateOf(4), { ...estimateOf(5), job: sliced(5) }], space.axes);
    const again = kept("again", "b", [estimateOf(2), estimateOf(6)], space.axes);
    const studies = readEarlierStudies([one, two, again], exploration);
    expect(studies.map(({ study, scenario, model }) => ({ study, scenario, model }))).toEqual([
      { study: "a", scenario: "chat", model: "m" },
      { study: "b", scenario: "chat", model: "m" },
    ]);
    expect(studies[0]!.designs).toEqual([{ settings: space.settingsOf(space.nth(4)), results: results(4) }]);
    const goodputs = studies[1]!.designs.map((design) => design.results.goodput_at_slo_rps);
    expect(new Set(goodputs)).toEqual(new Set([1, 2, 6]));
    expect(goodputs).toHaveLength(3);
    expect(readEarlierStudies([again, two, one], exploration)).toEqual(studies);
  });

  test("have the axes of the search, in whatever order; others in the same store are left out", () => {
    const folder = kept("f", "a", [estimateOf(1)], [...space.axes].reverse());
    kept("f", "other", [estimateOf(2)], space.axes.slice(1));
    expect(readEarlierStudies([folder], exploration).map(({ study }) => study)).toEqual(["a"]);
  });

  test("are asked for in vain in a folder without a store, or without such a study", () => {
    expect(inputErrorOf(() => readEarlierStudies([join(root, "none")], exploration))).toMatchObject({
      problems: [{ message: "no such store" }],
    });
    const folder = kept("f", "a", [], space.axes.slice(1));
    expect(inputErrorOf(() => readEarlierStudies([folder], exploration))).toMatchObject({
      problems: [{ found: expect.not.stringContaining("device.cores") }],
    });
  });

  test("tell nothing to a strategy that does not learn", () => {
    const folder = kept("f", "a", [estimateOf(1)], space.axes);
    expect(readEarlierStudies([], load("evolve"))).toEqual([]);
    expect(readEarlierStudies([folder], load("propose+surrogate"))).toHaveLength(1);
    expect(inputErrorOf(() => readEarlierStudies([folder], load("evolve")))).toMatchObject({
      problems: [{ file: "--learn-from", found: "evolve" }],
    });
  });
});

function sliced(place: number): StoredEvaluation["job"] {
  return { ...estimateOf(place).job, fidelity: "slice" };
}
