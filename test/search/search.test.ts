import { describe, expect, test } from "vitest";
import { openSource } from "../../src/scenario/request-supply.ts";
import { inlineEngine, type Engine } from "../../src/search/engine.ts";
import {
  Evaluator,
  FIDELITIES,
  type Evaluation,
  type EvaluationJob,
  type Study,
} from "../../src/search/evaluation/evaluator.ts";
import { capacityNear } from "../../src/search/evaluation/capacity.ts";
import { rateOf } from "../../src/search/evaluation/replayed-service.ts";
import { findingsOf } from "../../src/search/findings.ts";
import { loadExploration } from "../../src/search/load-exploration.ts";
import { scoresOf } from "../../src/search/objectives.ts";
import { dominates } from "../../src/search/pareto.ts";
import { rankCorrelation } from "../../src/search/rank-correlation.ts";
import { resultsOf, search } from "../../src/search/search.ts";
import { MemoryStore, type StoredEvaluation } from "../../src/search/store.ts";
import { collectRequests } from "../../src/workload/collect-requests.ts";
import { candidatesCsv } from "../../src/report/explore/candidates-csv.ts";
import { searchedScenario } from "../support/small-search.ts";
import { inputErrorOf, memoryFiles } from "../scenario/memory-files.ts";

const SCENARIO = searchedScenario(250);
const EXPLORE = `
explore:
  space:
    device.cores: [16, 24, 32]
    device.systolic_array.rows: [32, 64]
    device.systolic_array.columns: { tie: device.systolic_array.rows }
    serving.max_num_batched_tokens: [256, 512]
  constraints: { area: 500mm2 }
  strategy: grid
  slices: 6
  replays: 4
  slice_requests: 60
  compare_with: [a100-80gb]
`;
const load = (explore = EXPLORE, scenario = SCENARIO) =>
  loadExploration("e.yaml", memoryFiles({ "e.yaml": scenario + explore }));

const exploration = load();
const files = memoryFiles({});
const { workload, seed } = exploration.scenario;
const table = collectRequests(
  openSource({ ...(workload as Extract<typeof workload, { kind: "synthetic" }>), seed }),
);
const study: Study = {
  ...{ base: exploration.base, table, traffic: exploration.scenario },
  ...{ sliceRequests: exploration.sliceRequests, constraints: exploration.constraints },
};
const evaluator = new Evaluator(study, files);
/** Answers of the evaluator, which depend on the job alone: each worked out once for all tests. */
const answers = new Map<string, Evaluation>();
function answerTo(job: EvaluationJob): Evaluation {
  const key = JSON.stringify(job);
  const answer = answers.get(key) ?? evaluator.evaluate(job);
  answers.set(key, answer);
  return answer;
}
const remembering = { evaluate: answerTo };
const demand = rateOf(table);

/** Counts what is worked out, and stops for good after some of it. */
function mortalEngine(evaluations: number): Engine & { readonly done: string[] } {
  const done: string[] = [];
  return {
    done,
    async run(jobs, onDone) {
      for (const job of jobs) {
        if (done.length === evaluations) throw new Error("killed");
        done.push(`${job.fidelity}/${job.design}`);
        onDone(job, answerTo(job));
        await Promise.resolve();
      }
    },
  };
}

describe("a search", () => {
  const whole = search(exploration, demand, inlineEngine(remembering), new MemoryStore());

  test("looks at all designs of a grid, replays the best of them, and says how many", async () => {
    const { candidates, effort } = await whole;
    expect(candidates).toHaveLength(12);
    expect(effort.evaluated).toEqual({ estimate: 12, slice: 6, full: 4 });
    expect(effort.correlations.estimateToSlice).toBeGreaterThan(0);
  });

  test("has a front of which nothing that was replayed whole is better, and recommends one of it", async () => {
    const { candidates, front, recommended } = await whole;
    const scores = (of: typeof candidates) =>
      of.flatMap(({ evaluations }) => {
        const results = resultsOf(evaluations.full);
        return results === undefined ? [] : [scoresOf(exploration.objectives, results)];
      });
    for (const own of scores(front))
      expect(scores(candidates).some((other) => dominates(other, own))).toBe(false);
    expect(front).toContain(recommended);
    for (const { evaluations } of front) {
      expect(resultsOf(evaluations.full)!.goodput_at_slo_rps).toBeGreaterThanOrEqual(demand);
      expect(evaluations.full).toMatchObject({ halfWidths: { goodput_at_slo_rps: expect.any(Number) } });
    }
  });

  test("finds the best of an enumerable space: no design within the limits has more goodput by full replay", async () => {
    const all = load(EXPLORE.replace("slices: 6", "slices: 12").replace("replays: 4", "replays: 12"));
    const { candidates } = await search(all, demand, inlineEngine(remembering), new MemoryStore());
    const best = (of: typeof candidates) =>
      Math.max(...of.map(({ evaluations }) => resultsOf(evaluations.full)?.goodput_at_slo_rps ?? 0));
    expect(best((await whole).candidates)).toBe(best(candidates));
  });

  test("comes to the same after being killed anywhere, and works nothing out twice", async () => {
    const uninterrupted = await whole;
    for (const kill of [0, 1, 7, 13, 19]) {
      const store = new MemoryStore();
      const first = mortalEngine(kill);
      await expect(search(exploration, demand, first, store)).rejects.toThrow("killed");
      const second = mortalEngine(Infinity);
      expect(await search(exploration, demand, second, store)).toEqual(uninterrupted);
      const all = [...first.done, ...second.done];
      expect(all).toHaveLength(12 + 6 + 4);
      expect(new Set(all).size).toBe(all.length);
    }
  });

  test("does not depend on the order in which work is done, nor on who does it", async () => {
    const another = new Evaluator(study, files);
    const backwards: Engine = {
      run(jobs, onDone) {
        for (const job of [...jobs].reverse()) onDone(job, another.evaluate(job));
        return Promise.resolve();
      },
    };
    expect(await search(exploration, demand, backwards, new MemoryStore())).toEqual(await whole);
  });

  test("puts known devices beside it with the serving settings that suit them, and changes one resource at equal area", async () => {
    const store = new MemoryStore();
    const findings = await findingsOf(
      exploration,
      await whole,
      demand,
      evaluator,
      inlineEngine(remembering),
      store,
    );
    expect(findings.comparisons.map(({ name }) => name)).toEqual(["a100-80gb"]);
    const area = resultsOf(findings.outcome.recommended.evaluations.estimate)!.area_mm2!;
    const changed = findings.sensitivities.flatMap(({ results }) => results?.area_mm2 ?? []);
    expect(changed.length).toBeGreaterThan(8);
    for (const mm2 of changed) expect(Math.abs(mm2 / area - 1)).toBeLessThan(1e-4);
    const [head, ...rows] = candidatesCsv(findings).trimEnd().split("\n");
    expect(head).toContain("candidate_id,device.cores,device.systolic_array.rows");
    expect(rows).toHaveLength(12);
  });

  test("records a candidate that cannot be, and goes on", async () => {
    const broken = load(EXPLORE.replace("[256, 512]", "[128, 512]")); // Less than max_num_seqs.
    const { candidates } = await search(broken, demand, inlineEngine(remembering), new MemoryStore());
    const refused = candidates.filter(({ evaluations }) => evaluations.estimate?.kind === "refused");
    expect(refused).toHaveLength(6);
    expect(refused[0]!.evaluations.estimate).toMatchObject({ constraint: "serving.max_num_batched_tokens" });
    expect(refused.every(({ evaluations }) => evaluations.slice === undefined)).toBe(true);
  });

  test("says which limits leave nothing, and by how much", async () => {
    const tight = load(EXPLORE.replace("500mm2", "150mm2"));
    await expect(search(tight, demand, inlineEngine(remembering), new MemoryStore())).rejects.toThrow(
      /no design of the space can be built; the nearest is beyond .*area by \d/,
    );
  });

  test("says when nothing keeps up, and how much the best serves", async () => {
    await expect(search(exploration, 1000, inlineEngine(remembering), new MemoryStore())).rejects.toThrow(
      /none of 12 designs serves 1000 requests\/s within the service level; the best reaches \d/,
    );
  });
});

describe("evaluations", () => {
  test("survive being written as JSON without a bit lost", async () => {
    const kept: StoredEvaluation[] = [];
    const store = new MemoryStore();
    await search(exploration, demand, inlineEngine(remembering), {
      find: (design, fidelity) => store.find(design, fidelity),
      save(evaluations) {
        kept.push(...evaluations);
        store.save(evaluations);
      },
    });
    for (const { evaluation } of kept) expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  });

  test("of the same design agree between fidelities within a factor of two", async () => {
    const { candidates } = await search(exploration, demand, inlineEngine(remembering), new MemoryStore());
    for (const { evaluations } of candidates) {
      const [estimated, , replayed] = FIDELITIES.map(
        (fidelity) => resultsOf(evaluations[fidelity])?.goodput_at_slo_rps,
      );
      if (typeof estimated === "number" && typeof replayed === "number") {
        expect(Math.abs(Math.log(estimated / replayed))).toBeLessThan(Math.log(2));
      }
    }
  });
});

describe("the largest rate within the targets", () => {
  test.each([0.3, 1, 7, 12, 200])("is found within 1.5 %% from a guess of 10: %d", (limit) => {
    let asked = 0;
    const found = capacityNear(10, (rate) => {
      asked++;
      return rate <= limit;
    });
    expect(found).toBeLessThanOrEqual(limit);
    expect(found).toBeGreaterThan(limit * (Math.abs(Math.log(limit / 10)) < 0.4 ? 0.985 : 0.75));
    expect(asked).toBeLessThanOrEqual(14);
  });

  test("is 0 where nothing is within", () => {
    expect(capacityNear(10, () => false)).toBe(0);
  });
});

describe("rank correlation", () => {
  test.each([
    [
      [
        [1, 10],
        [2, 20],
        [3, 30],
      ],
      1,
    ],
    [
      [
        [1, 3],
        [2, 2],
        [3, 1],
      ],
      -1,
    ],
    // Ties by mean ranks: 0.5, 0.5, 2 against 0, 1, 2.
    [
      [
        [1, 1],
        [1, 2],
        [5, 3],
      ],
      Math.sqrt(0.75),
    ],
    [
      [
        [1, 1],
        [1, 2],
        [1, 3],
      ],
      null,
    ],
    [
      [
        [1, 1],
        [2, 2],
      ],
      null,
    ],
  ] as const)("of %j is %s", (pairs, expected) => {
    const found = rankCorrelation(pairs);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(expected, 12);
  });
});

/** Every field of the template and knob of serving that a search may turn, each with two values that can be. */
const EVERY_FIELD: Readonly<Record<string, string>> = {
  "device.process_nm": "[5, 7]",
  "device.clock": "{ from: 1GHz, to: 2GHz, scale: log }",
  "device.cores": "{ from: 16, to: 24, step: 8 }",
  "device.systolic_array.rows": "[32, 64]",
  "device.systolic_array.columns": "[32, 64]",
  "device.mac_tree.trees_per_core": "[4, 8]",
  "device.mac_tree.width": "[16, 32]",
  "device.mac_tree.reuse": "[1, 4]",
  "device.vector.lanes_per_core": "{ from: 32, to: 128, points: 3, scale: log }",
  "device.local_sram_per_core": "[1MiB, 2MiB]",
  "device.global_sram": "[8MiB, 16MiB]",
  "device.noc.topology": "[ring, mesh]",
  "device.noc.bytes_per_cycle_per_port": "{ values: [64, 128], when: device.noc.topology == 'mesh' }",
  "device.memory.kind": "[hbm2e, hbm3]",
  "device.memory.stacks": "[4, 5]",
  "device.memory.bandwidth": "{ tie: device.memory.stacks * 4e11 }",
  "device.links.bandwidth": "[64GB/s, 300GB/s]",
  "precision.weights": "[bf16, fp8]",
  "precision.kv": "[bf16, fp8]",
  "cluster.tensor_parallel": "[1, 2]",
  "cluster.replicas": "[1, 2]",
  "serving.max_num_batched_tokens": "[256, 512]",
  "serving.long_prefill_token_threshold": "[128, 256]",
};

describe("a space of every field", () => {
  const space = Object.entries(EVERY_FIELD).map(([path, axis]) => `    ${path}: ${axis}`);
  const whole = load(`explore:\n  space:\n${space.join("\n")}\n`).space;

  test.each(Object.keys(EVERY_FIELD))("changes %s, and designs that differ in it are systems", (path) => {
    const index = whole.axes.findIndex((axis) => axis.path === path);
    const middle = whole.at(Array.from({ length: whole.dimensions }, () => 0.6));
    const points = [0.2, 0.9].map((unit) => {
      const units = [...whole.unitsOf(middle)];
      const free = path === "device.memory.bandwidth" ? "device.memory.stacks" : path;
      units[whole.freeAxes.findIndex((axis) => whole.axes[axis]!.path === free)] = unit;
      return whole.at(units);
    });
    expect(points[0]![index]).not.toBe(points[1]![index]);
    const [one, other] = points.map((point) => evaluator.systemOf(whole.settingsOf(point)).settings);
    expect(one).not.toEqual(other);
  });
});

describe("a file that describes a search", () => {
  const refusal = (explore: string, scenario = SCENARIO) =>
    inputErrorOf(() => load(explore, scenario)).message;

  test.each([
    ["", /nothing to explore/],
    ["explore: { space: { device.cores: [1] }, objectives: [{ maximise: goodput }] }", /unknown name/],
    [
      "explore: { space: { device.cores: { from: 8, to: 4 } } }",
      /e\.yaml:12:\d+: explore\.space\.device\.cores: the range is empty/,
    ],
    ["explore: { space: { device.cores: [8, 4GB] } }", /values of different kinds/],
    ["explore: { space: { workload.trace: [a, b] } }", /not a setting of a system/],
    [
      "explore: { space: { device.cores: [8] }, constraints: { area: big } }",
      /explore\.constraints\.area: not a limit: "big"/,
    ],
    ["explore: { space: { device.cores: { tie: device.clock +  } } }", /ends too early/],
    ["explore: { space: { device.cores: [8] }, compare_with: [a100-80] }", /unknown device.*did you mean/],
    ["explore: { space: {} }", /needs a setting that varies/],
    [
      "explore: { space: { device.coers: [8, 16] } }",
      /^e\.yaml:12:\d+: device\.coers: unknown key "coers" \(did you mean "cores"\?\)/,
    ],
    ["explore: { space: { device.noc.topology: [ring, torus] } }", /topology: unknown name "torus"/],
    ["explore: { space: { device.clock: [1GB, 2GB] } }", /device\.clock: not a frequency/],
    ["explore: { space: { device.cores: { from: 1.5, to: 3 } } }", /device\.cores: invalid value 1\.5/],
    ["explore: { space: { device.cores: { tie: device.clok / 1e8 } } }", /did you mean "device\.clock"/],
    [
      "explore: { space: { device.cores: { tie: device.clock / 1e8, values: [8] } } }",
      /contradictory: values and tie/,
    ],
    [
      "explore: { space: { device.cores: { from: 1, to: 9, step: 2, points: 3 } } }",
      /contradictory: step and/,
    ],
    [
      "explore: { space: { device.cores: { values: [8], when: device.noc.topology == 'mash' } } }",
      /the condition never holds: "device\.noc\.topology == 'mash'"/,
    ],
    [
      "explore: { space: { device.cores: [8] }, constraints: { area: { at_least: 9mm2, at_most: 5mm2 } } }",
      /constraints\.area: contradictory limits/,
    ],
    ["explore: { space: { device.cores: [8] }, constraints: { area: 100W } }", /area: not an area: "100W"/],
    ["explore: { space: { device.cores: [8] }, constraints: { area: 0 } }", /area: not a limit: 0/],
    [
      "explore: { space: { device.cores: [8] }, objectives: [{ maximise: area_mm2 }, { minimise: area_mm2 }] }",
      /objectives\[1\]: area_mm2 is an objective already/,
    ],
    [
      "explore: { space: { device.cores: [8] }, objectives: [{ maximise: peak_w, minimise: area_mm2 }] }",
      /contradictory: maximise and minimise/,
    ],
  ])("is refused: %j", (explore, message) => {
    expect(refusal(explore)).toMatch(message);
  });

  test("needs a service level", () => {
    expect(refusal(EXPLORE, SCENARIO.replace(/slo:.*/, ""))).toContain("a search needs a service level");
  });
});
