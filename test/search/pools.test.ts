import { describe, expect, test } from "vitest";
import { deviceAreaMm2 } from "../../src/hardware/area.ts";
import type { Device } from "../../src/hardware/device.ts";
import { deviceCost } from "../../src/hardware/cost/device-cost.ts";
import { idleWatts, peakWatts } from "../../src/hardware/power.ts";
import { InputError } from "../../src/core/errors.ts";
import { randomStream } from "../../src/core/random.ts";
import { diskFiles } from "../../src/node/disk-files.ts";
import { openSource } from "../../src/scenario/request-supply.ts";
import { limitExcesses } from "../../src/search/constraints/limit-excesses.ts";
import { UNIFIED } from "../../src/search/comparisons.ts";
import { inlineEngine } from "../../src/search/engine.ts";
import { deviceResultsOf } from "../../src/search/evaluation/device-results.ts";
import { Evaluator, type Study } from "../../src/search/evaluation/evaluator.ts";
import { rateOf } from "../../src/search/evaluation/replayed-service.ts";
import { findingsOf } from "../../src/search/findings.ts";
import { fleetOf } from "../../src/search/fleet.ts";
import { KNOWN_RESULTS } from "../../src/search/known-results.ts";
import { loadExploration } from "../../src/search/load-exploration.ts";
import { resultsOf, search } from "../../src/search/search.ts";
import { MemoryStore } from "../../src/search/store.ts";
import { STRATEGIES, STRATEGY_OF } from "../../src/search/strategies/registry.ts";
import { whyOf } from "../../src/search/why/why.ts";
import { collectRequests } from "../../src/workload/collect-requests.ts";
import { inputErrorOf, memoryFiles } from "../scenario/memory-files.ts";
import { POOLED_SEARCH, pooledScenario } from "../support/pooled-search.ts";

const load = (text: string) => loadExploration("e.yaml", memoryFiles({ "e.yaml": text }));
const exploration = load(POOLED_SEARCH);
const { workload, seed } = exploration.scenario;
if (workload.kind !== "synthetic") throw new Error("not as written");
const table = collectRequests(openSource({ ...workload, seed }));
const studyOf = ({ base, scenario, sliceRequests, constraints }: typeof exploration): Study => ({
  ...{ base, table, traffic: scenario, sliceRequests, constraints },
});
const evaluator = new Evaluator(studyOf(exploration), memoryFiles({}));

/** Shared fields that pools override or not, fields of one pool, conditions, ties, and a GPU that does not vary. */
const MIXED = `${pooledScenario(50).replace(
  "    decode: { role: decode, replicas: 2 }",
  `    decode: { role: decode, replicas: 2, tensor_parallel: 2, device: { vector: { lanes_per_core: 96 } } }
    gpus: { role: prefill, replicas: 1, device: a100-80gb }`,
)}
explore:
  space:
    device.cores: [8, 16, 32, 40]
    device.vector.lanes_per_core: [64, 128]
    device.memory.kind: [hbm2e, hbm3]
    cluster.tensor_parallel: [1, 2]
    cluster.pools.prefill.replicas: [1, 2, 3]
    cluster.pools.gpus.replicas: { values: [1, 2], when: "cluster.pools.prefill.replicas > 1" }
    cluster.pools.decode.replicas: { tie: 5 - cluster.pools.prefill.replicas }
    cluster.pools.decode.device.cores: { values: [16, 32], when: "device.cores > 8" }
    cluster.pools.decode.device.systolic_array.columns: [16, 64, 128]
    cluster.pools.decode.device.local_sram_per_core: { from: 512KiB, to: 4MiB, scale: log }
  constraints: { area: 826mm2, peak_power: 420W, system_area: 3500mm2, system_peak_power: 4kW, system_price: 130000, devices: 9 }
  slices: 20
`;

describe("what follows from a design of unlike pools alone", () => {
  const mixed = load(MIXED);
  const { space, constraints } = mixed;
  const { feasibility, knownOf } = fleetOf(mixed)!;
  const all = new Evaluator(studyOf(mixed), memoryFiles({}));
  const random = randomStream(3, "pools");
  const points = Array.from({ length: 1200 }, () => space.at(space.freeAxes.map(() => random())));

  test("is what the system itself is found to be: devices, area, power, die and price", () => {
    let built = 0;
    for (const point of points) {
      const settings = space.settingsOf(point);
      let system;
      try {
        system = all.systemOf(settings);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        expect(feasibility.violation(point)).toBeGreaterThan(0);
        continue;
      }
      built++;
      const [fast, slow] = [knownOf(point), deviceResultsOf(system)];
      for (const name of KNOWN_RESULTS)
        expect(Math.abs(fast[name] / slow[name] - 1), `${name} of ${JSON.stringify(settings)}`).toBeLessThan(
          1e-9,
        );
      const within = limitExcesses(system, constraints).every(({ excess }) => excess <= 0);
      expect(feasibility.violation(point) === 0, JSON.stringify(settings)).toBe(within);
    }
    expect(built).toBeGreaterThan(100);
    const admitted = points.filter((point) => feasibility.violation(point) === 0).length;
    expect(admitted).toBeGreaterThan(10);
    expect(admitted).toBeLessThan(built);
  });

  test("names the pool whose devices are beyond a limit, and puts no pool's name to those of the system", () => {
    expect(feasibility.names).toEqual(
      expect.arrayContaining(["prefill reticle", "decode area", "gpus area", "system_area", "devices"]),
    );
    expect(feasibility.limits.map(({ pool }) => pool)).toEqual([
      ...["prefill", "prefill", "decode", "decode", "gpus", "gpus"],
      ...[undefined, undefined, undefined, undefined],
    ]);
    const values = feasibility.limitValues(points[0]!);
    expect(values).toHaveLength(feasibility.limits.length);
    expect(values.at(-1)).toBe(knownOf(points[0]!).devices);
  });

  test.each(STRATEGIES.filter((name) => name !== "grid"))(
    "%s asks only for designs that can be built",
    (name) => {
      const prospects = { count: 1, of: () => () => ({ violation: 0, scores: [0] }) };
      const generations = STRATEGY_OF[name]({ space, feasibility, prospects, seed: 1, budget: 60 });
      const [asked, score] = [[] as Float64Array[], (point: Float64Array) => point[0]! / point[4]!];
      const assessed = () =>
        asked.map((point) => ({ point, violation: 0, scores: [score(point)], values: [score(point)] }));
      for (let next = generations.next([]); next.done !== true; next = generations.next(assessed()))
        asked.push(...next.value);
      expect(asked.length).toBeGreaterThan(30);
      expect(asked.filter((point) => feasibility.violation(point) > 0)).toEqual([]);
    },
  );

  test("is one kind of device, whose limits need no name, where no pool has one of its own", () => {
    const alike = load(`${pooledScenario(50)}
explore: { space: { device.cores: [16, 32] }, constraints: { area: 500mm2 } }`);
    const { feasibility: one, knownOf: known } = fleetOf(alike)!;
    expect(one.kinds).toHaveLength(1);
    expect(one.names).toContain("area");
    expect(known(alike.space.nth(0)).devices).toBe(4);
  });
});

test("area, power, price and idle energy of a design are sums over its pools", () => {
  const settings = exploration.space.settingsOf(exploration.space.nth(2));
  const system = evaluator.systemOf(settings);
  const [prefill, decode] = system.pools!;
  expect([prefill!.replicas, decode!.replicas]).toEqual([1, 3]);
  expect(prefill!.device).not.toEqual(decode!.device);
  const found = evaluator.evaluate({
    ...{ design: "", settings, fidelity: "full", unlimited: false, guessPerSecond: 0 },
  });
  const results = resultsOf(found)!;
  const sum = (of: (device: Device) => number) => of(prefill!.device) + 3 * of(decode!.device);
  expect(results.devices).toBe(4);
  expect(results.area_mm2).toBeCloseTo(
    sum((device) => deviceAreaMm2(device).totalMm2),
    9,
  );
  expect(results.peak_w).toBeCloseTo(sum(peakWatts), 9);
  expect(results.price_dollars).toBeCloseTo(
    sum((device) => deviceCost(device).priceDollars),
    6,
  );
  expect(results.goodput_per_mm2).toBeCloseTo(results.goodput_at_slo_rps! / results.area_mm2!, 12);
  const { metrics } = evaluator.replayAt(system, rateOf(table));
  const joules = sum(idleWatts) * metrics.durationSeconds + metrics.dynamicJoules;
  expect(results.energy_per_token_j).toBeCloseTo(joules / metrics.generatedTokens, 9);
});

describe("a search over pools", () => {
  const store = new MemoryStore();
  const engine = inlineEngine(evaluator);
  const demand = rateOf(table);
  const outcome = search(exploration, demand, engine, store);
  const findings = outcome.then((found) => findingsOf(exploration, found, demand, evaluator, engine, store));

  test("starts at slices, as no formula covers pools", async () => {
    const { candidates, effort } = await outcome;
    expect(effort.evaluated).toMatchObject({ estimate: 0, full: 4 });
    expect(effort.evaluated.slice).toBe(candidates.length);
    expect(effort.correlations.estimateToSlice).toBeNull();
    for (const { settings } of candidates) {
      const [first, second] = evaluator.systemOf(settings).pools!;
      expect(first!.replicas + second!.replicas).toBe(4);
    }
  });

  test("puts the recommended design's own devices beside it, unified, and known devices in all pools", async () => {
    const { comparisons, outcome: found, pools } = await findings;
    expect(pools).toMatchObject([{ role: "prefill" }, { role: "decode" }]);
    const [unified, known] = comparisons;
    expect(comparisons.map(({ name }) => name)).toEqual([UNIFIED, "a100-80gb"]);
    expect(unified!.pools!.every(({ role }) => role === "both")).toBe(true);
    const own = resultsOf(found.recommended.evaluations.full)!;
    const together = resultsOf(unified!.evaluation)!;
    for (const name of KNOWN_RESULTS) expect(together[name]).toBe(own[name]);
    const devices = evaluator.systemOf(known!.settings).pools!.map(({ device }) => device.name);
    expect(devices).toEqual(["a100-80gb", "a100-80gb"]);
    expect(resultsOf(known!.evaluation)!.devices).toBe(4);
  });

  test("varies the devices of each pool for themselves, and reckons what both cost", async () => {
    const { sensitivities, unvaried, worth } = await findings;
    for (const kind of ["prefill", "decode"])
      expect(sensitivities.map(({ resource }) => resource)).toContain(`${kind} systolic arrays`);
    for (const { results } of sensitivities) {
      if (results === undefined) continue;
      expect(results.area_mm2! / unvaried.area_mm2!).toBeCloseTo(1, 4);
      expect(results.devices).toBe(4);
    }
    // Two designs have to be made, where one would do for all.
    const { nreDollars } = worth.recommended.economics;
    expect(nreDollars).toBe(2 * deviceCost(exploration.scenario.systems[0]!.device).nreDollars);
  });

  test("explains a design pool by pool", async () => {
    const { recommended } = await outcome;
    const why = await whyOf({ name: recommended.id, ...recommended }, await findings, evaluator, store);
    expect(why.found!.dies.map(({ pool }) => pool)).toEqual(["prefill", "decode"]);
    expect(why.found!.headroom.map(({ name }) => name)).toContain("decode area");
    const { phases, steps, binding } = why.found!.atSlo!;
    expect(phases).toBeUndefined();
    expect(binding.phase).toMatch(/^(prefill|decode|KV)/);
    expect(steps.decodes.batch).toMatchObject({ promptTokens: 0 });
    expect(steps.prompts.batch).toMatchObject({ decodeSequences: 0 });
    const grown = why.found!.growth!.growth.find(({ resource }) => resource === "decode systolic arrays")!;
    const { replicas } = evaluator.systemOf(recommended.settings).pools![1]!;
    expect(grown.mm2 / replicas).toBeGreaterThan(1);
  });
});

test.each([
  ["cluster.pools.prefil.replicas: [1, 2]", /no pool is named "prefil" \(did you mean "prefill"\?\)/],
  ["cluster.replicas: [1, 2]", /every pool has its own replicas.*cluster\.pools\.prefill\.replicas/s],
  [
    "cluster.pools.decode.device: [ador-recalled, a100-80gb]",
    /not a single setting.*cluster\.pools\.decode\.device\.base/s,
  ],
  [
    "cluster.pools.decode.device.coers: [1, 2]",
    /device\.coers: unknown key "coers" \(did you mean "cores"\?\)/,
  ],
  [
    "cluster.pools.decode.replicas: { tie: 4 - cluster.pools.prefill.replica }",
    /unknown setting.*did you mean "cluster\.pools\.prefill\.replicas"/s,
  ],
])("%s is refused", (axis, message) => {
  const text = `${pooledScenario(50)}\nexplore:\n  space:\n    ${axis}\n`;
  expect(inputErrorOf(() => load(text)).message).toMatch(message);
});

test("a setting of the system that every pool says itself is refused", () => {
  const own = pooledScenario(50).replace(
    "replicas: 2 }",
    "replicas: 2, serving: { max_num_batched_tokens: 512 } }",
  );
  const text = `${own}\nexplore:\n  space:\n    serving.max_num_batched_tokens: [256, 512]\n`;
  expect(inputErrorOf(() => load(text)).message).toMatch(/every pool says this itself/);
});

test("known devices choose among names even where no number is theirs to choose", async () => {
  const named = load(
    POOLED_SEARCH.replace(/ {4}cluster\.pools\.prefill\.(replicas|serving).*\n/g, "").replace(
      / {4}cluster\.pools\.decode\.replicas.*\n/,
      "    precision.kv: [bf16, fp8]\n",
    ),
  );
  const worker = new Evaluator(studyOf(named), memoryFiles({}));
  const engine = inlineEngine(worker);
  const formats = new Set<unknown>();
  const watched: typeof engine = {
    run: (jobs, onDone) => {
      for (const { settings, fidelity } of jobs) {
        const written = new Map(settings);
        if (fidelity === "slice" && written.get("device.base") === "a100-80gb")
          formats.add(written.get("precision.kv"));
      }
      return engine.run(jobs, onDone);
    },
  };
  const [store, demand] = [new MemoryStore(), rateOf(table)];
  const outcome = await search(named, demand, watched, store);
  await findingsOf(named, outcome, demand, worker, watched, store);
  expect(formats).toEqual(new Set(["bf16", "fp8"]));
});

test("the bundled search starts at slices, and one kind of device serves in all pools unless they are apart", () => {
  const bundled = loadExploration("scenarios/explore/disaggregation-split.yaml", diskFiles);
  expect(bundled.fidelities).toEqual(["slice", "full"]);
  const { feasibility } = fleetOf(bundled)!;
  expect(feasibility.kinds.map(({ pools }) => pools)).toEqual([["prefill"], ["decode"]]);
  const { space } = bundled;
  const path = "cluster.pools.prefill.role";
  const role = space.axes.findIndex((axis) => axis.path === path);
  const unified = space.with(space.nth(0), role, 1);
  const [prefill, decode] = feasibility.kinds.map((kind) => ({ ...kind.figuresOf(unified).numbers }));
  expect(prefill).toEqual(decode);
});

test("a number of estimates is refused where there are none", () => {
  const text = POOLED_SEARCH.replace("slices: 24", "slices: 24\n  estimates: 100");
  expect(inputErrorOf(() => load(text)).message).toMatch(/explore\.estimates: no formula covers pools/);
});

test("a pool is refused where the cluster has none", () => {
  const text = POOLED_SEARCH.replace(/cluster:\n(.*\n)*?explore:/, "explore:");
  expect(inputErrorOf(() => load(text)).message).toMatch(/the cluster has no pools/);
});

test("designs that serve whole requests are part of a space whose roles vary", () => {
  const both = load(`${pooledScenario(50)}
explore:
  space:
    cluster.pools.prefill.role: [prefill, both]
    cluster.pools.decode.role: { values: [both], when: "cluster.pools.prefill.role == 'both'" }
    cluster.pools.prefill.replicas: { values: [1, 3], when: "cluster.pools.prefill.role == 'prefill'" }
    cluster.pools.decode.replicas: { tie: 4 - cluster.pools.prefill.replicas }
`);
  const { space } = both;
  const designs = Array.from({ length: space.size! }, (_, i) => space.nth(i));
  const systems = designs.map((point) => evaluator.systemOf(space.settingsOf(point)));
  const text = ({ pools }: (typeof systems)[number]) =>
    pools!.map(({ role, replicas }) => `${replicas} ${role}`).join(" + ");
  // Where the split does not matter it is that of the base.
  expect([...new Set(systems.map(text))]).toEqual([
    "1 prefill + 3 decode",
    "3 prefill + 1 decode",
    "2 both + 2 both",
  ]);
  // What comes to matter starts from what the base has, or is nearest to it.
  const unified = designs.at(-1)!;
  const split = space.with(unified, 0, 0);
  expect(space.keyOf(split)).toBe(space.keyOf(designs[0]!));
});
