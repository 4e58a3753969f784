import { describe, expect, test } from "vitest";
import { diskFiles } from "../../../src/node/disk-files.ts";
import { studyOf } from "../../../src/node/explore.ts";
import { prepareRequests } from "../../../src/node/run-scenario.ts";
import { explainBatch } from "../../../src/perf/step-explanation.ts";
import { Evaluator } from "../../../src/search/evaluation/evaluator.ts";
import { loadExploration } from "../../../src/search/load-exploration.ts";
import { gainsOf } from "../../../src/search/paper/gains.ts";
import { ABLATED_FIGURES, ladderFactors, type AblatedFigure } from "../../../src/search/paper/ladder.ts";
import { paperCase } from "../../../src/search/paper/paper-case.ts";
import { PaperSystems } from "../../../src/search/paper/paper-systems.ts";
import { metricsOf, serviceWithin, THINK_SECONDS, type Service } from "../../../src/search/paper/service.ts";
import { ServiceBook } from "../../../src/search/paper/service-book.ts";
import { meanDecodeContext, scaledSlo } from "../../../src/search/paper/traffic-shape.ts";
import type { WrittenSetting } from "../../../src/search/space/space.ts";
import { RequestTableBuilder } from "../../../src/workload/request-table.ts";
import { scaleRate } from "../../../src/workload/transforms/rate-scale.ts";

const ROOT = `${import.meta.dirname}/../../..`;
const DESIGN: readonly WrittenSetting[] = [
  ["device.cores", 24],
  ["serving.max_num_batched_tokens", 512],
];

async function caseOf(name: string) {
  const set = [
    "workload.transforms=[{ first: 400 }, { clip_lengths: { max_input: 3000, max_output: 300 } }]",
    "explore.space={ device.cores: [16, 24], serving.max_num_batched_tokens: [512, 1024] }",
  ];
  const exploration = loadExploration(`${ROOT}/scenarios/paper/${name}.yaml`, diskFiles, { set });
  const { supply } = await prepareRequests(exploration.scenario);
  const study = studyOf(exploration, supply);
  const systems = new PaperSystems(study, exploration.space, DESIGN, diskFiles);
  return { study, systems };
}

const { study, systems } = await caseOf("8b");
const known = new Map<string, Service>();
const store = {
  find: (id: string) => known.get(id),
  save: (id: string, service: Service) => void known.set(id, service),
};
const reproduce = () =>
  paperCase(
    "8b",
    systems,
    new ServiceBook(study.table, "study", store),
    { baseline: "a100-80gb", others: ["ador-recalled"] },
    undefined,
    async () => {},
  );
const figures = await reproduce();
const foundSystem = systems.found().variants[0]!.system;

describe("a case", () => {
  test("prices decode steps as `ador explain` does", () => {
    const { batch, contextTokens } = figures;
    const whole = { contextTokens, promptTokens: 0, cachedTokens: 0 };
    const { seconds, rooflineSeconds } = explainBatch(foundSystem, { ...whole, decodeSequences: batch });
    expect(batch).toBe(150);
    expect(figures.found.tbtSeconds).toBeCloseTo(seconds, 12);
    expect(figures.rooflineSeconds).toBeCloseTo(rooflineSeconds, 12);
    const a100 = systems.known("a100-80gb").variants[0]!.system;
    for (const pair of figures.grid) {
      const shape = { ...whole, decodeSequences: pair.batch, contextTokens: pair.contextTokens };
      if (pair.baselineSeconds !== null)
        expect(pair.baselineSeconds).toBeCloseTo(explainBatch(a100, shape).seconds, 12);
    }
    const roomy = figures.grid.find((pair) => pair.batch === 1 && pair.contextTokens === 4096)!;
    expect(roomy.foundSeconds).not.toBeNull();
  });

  test("finds the rate that a search finds by a full replay, with a share of 99 % in time there and less beyond", () => {
    const evaluator = new Evaluator(study, diskFiles);
    for (const settings of [DESIGN, [["device.base", "a100-80gb"], DESIGN[1]!] as const]) {
      const job = { design: "d", settings, fidelity: "full", unlimited: true, guessPerSecond: 4 } as const;
      const evaluation = evaluator.evaluate(job);
      const system = evaluator.systemOf(settings);
      const service = serviceWithin(study.traffic, { system }, study.table, 4);
      expect(evaluation).toMatchObject({ results: { goodput_at_slo_rps: service.requestsPerSecond } });
      const at = (factor: number) => {
        const own = (study.table.length - 1) / study.table.arrivalSeconds[study.table.length - 1]!;
        const table = scaleRate(study.table, (factor * service.requestsPerSecond) / own);
        return metricsOf(study.traffic, { system }, table);
      };
      expect(at(1).slo.attainment).toBeGreaterThanOrEqual(0.99);
      expect(at(1.3).slo.attainment).toBeLessThan(0.99);
      expect(service.tbtP99Seconds).toBeCloseTo(at(1).tbt.p99!, 9);
      const users = service.requestsPerSecond * (at(1).e2e.mean! + THINK_SECONDS);
      expect(service.concurrentUsers).toBeCloseTo(users, 6);
    }
  });

  test("serves no less within looser service levels, up to the steps of the search", () => {
    for (const { services } of [figures.found, figures.baseline, ...figures.known]) {
      services.slice(1).forEach(({ requestsPerSecond }, i) => {
        expect(requestsPerSecond).toBeGreaterThanOrEqual(0.95 * services[i]!.requestsPerSecond);
      });
    }
  });

  test("puts the engine of 2023 behind today's in every figure", () => {
    const { baseline, baselineOf2023, ownLevel } = figures;
    const gains = gainsOf(baseline, baselineOf2023, ownLevel);
    expect(gains.tbt).toBeGreaterThan(1.5);
    expect(gains.requests).toBeGreaterThan(1.2);
    expect(gains.area).toBe(1);
  });

  test.each(Object.keys(ABLATED_FIGURES) as AblatedFigure[])(
    "explains %s by factors that multiply to the whole ratio",
    (figure) => {
      const { ladder } = figures.ablation;
      const of = (at: number) => ABLATED_FIGURES[figure].of(ladder.at(at)!);
      const product = ladderFactors(figures.ablation, figure).reduce((all, { factor }) => all * factor, 1);
      expect(product).toBeCloseTo(of(-1) / of(0), 9);
    },
  );

  test("ends its ladder at the found design, and begins it at the baseline", () => {
    const { found, baseline, baselineOf2023, ownLevel, ablation } = figures;
    const { ladder, alone } = ablation;
    const ends = [ladder[0]!, ladder[1]!, ladder.at(-1)!];
    for (const [i, system] of [baselineOf2023, baseline, found].entries()) {
      expect(ends[i]!.tbtSeconds).toBe(system.tbtSeconds);
      expect(ends[i]!.requestsPerSecond).toBe(system.services[ownLevel]!.requestsPerSecond);
    }
    const gains = gainsOf(found, baseline, ownLevel);
    const area = ladderFactors(ablation, "tokensPerMm2").at(-1)!.factor;
    expect(gains.areaEfficiency).toBeCloseTo(gains.tbt! * area, 9);
    for (const off of alone) expect(off.tbtSeconds).toBeGreaterThanOrEqual(found.tbtSeconds! * 0.999);
  });

  test("gives the recollected design the links of its case, and says so in its name", async () => {
    const [slow, fast] = await Promise.all([caseOf("70b-64"), caseOf("70b-300")]);
    const linksOf = (of: PaperSystems) => {
      const { name, variants } = of.known("ador-recalled");
      return { name, links: variants[0]!.system.device.links.bytesPerSecond };
    };
    expect(linksOf(slow.systems)).toEqual({ name: "ador-recalled", links: 64e9 });
    expect(linksOf(fast.systems)).toEqual({ name: "ador-recalled*", links: 300e9 });
    expect(fast.systems.known("h100").name).toBe("h100");
  });

  test("is the same from services that were kept, and works nothing out again", async () => {
    const before = known.size;
    expect(await reproduce()).toEqual(figures);
    expect(known.size).toBe(before);
  });
});

describe("traffic", () => {
  test("weighs the context of every request by its decode steps", () => {
    const builder = new RequestTableBuilder({ ticksPerSecond: 1 });
    const rows = [
      [100, 1],
      [500, 3],
      [10, 40],
    ] as const;
    rows.forEach(([input, output], i) => {
      builder.add(i, input, output, i, 0, -1);
    });
    const contexts = rows.flatMap(([input, output]) =>
      Array.from({ length: output - 1 }, (_, k) => input + k + 1),
    );
    const mean = contexts.reduce((sum, context) => sum + context, 0) / contexts.length;
    expect(meanDecodeContext(builder.build())).toBe(Math.round(mean));
  });

  test("scales every target of a service level", () => {
    const slo = {
      request: { ttftSeconds: 1, maxTbtSeconds: 0.1 },
      run: [{ metric: "tbt", statistic: "p99", seconds: 0.05 }],
    } as const;
    const looser = scaledSlo(slo, 3);
    expect(looser.request.ttftSeconds).toBe(3);
    expect(looser.request.maxTbtSeconds).toBeCloseTo(0.3, 12);
    expect(looser.request.tpotSeconds).toBeUndefined();
    expect(looser.run[0]!.seconds).toBeCloseTo(0.15, 12);
  });
});
