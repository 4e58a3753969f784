import type { StepExplanation } from "../../perf/step-explanation.ts";
import { inSnakeCase } from "../../scenario/setting-map.ts";
import type { Exploration } from "../../search/load-exploration.ts";
import type { AtSlo } from "../../search/why/at-slo.ts";
import type { CheapService, Growth, GrowthReport } from "../../search/why/growth-worth.ts";
import type { AgainstRecommended, Die, Why, WhyFound } from "../../search/why/why.ts";
import { explanationJsonOf } from "../explain/explanation-json.ts";

/** Why a design is as good as it is, for programs: SI units, shares as fractions. */
export function whyJsonOf({ scenario }: Exploration, why: Why): Record<string, unknown> {
  const { design, evaluation, found, against } = why;
  const refused = evaluation.kind === "refused" ? evaluation : undefined;
  return {
    scenario: scenario.name,
    design: design.name,
    settings: Object.fromEntries(design.settings),
    results: evaluation.kind === "done" ? evaluation.results : null,
    refused: refused?.constraint ?? null,
    problem: refused?.problem ?? null,
    ...(found === undefined
      ? { headroom: [], area: null, at_slo: null, one_resource_more: null }
      : foundJson(found)),
    against_recommended: against === undefined ? null : againstJson(against),
  };
}

function againstJson({ id, results, differences }: AgainstRecommended): Record<string, unknown> {
  return {
    candidate_id: id,
    differences: differences.map(({ path, own, other }) => ({
      setting: path,
      design: own,
      recommended: other,
    })),
    results,
  };
}

function foundJson({ dies, headroom, atSlo, growth }: WhyFound): Record<string, unknown> {
  return {
    headroom: headroom.map(({ name, left }) => ({ limit: name, left })),
    area: areaJson(dies[0]!),
    ...(dies.length > 1 && {
      area_by_pool: Object.fromEntries(dies.map((die) => [die.pool, areaJson(die)])),
    }),
    at_slo: atSlo === undefined ? null : atSloJson(atSlo),
    one_resource_more: growth === undefined ? null : growthJson(growth),
  };
}

function areaJson({ area }: Die): Record<string, unknown> {
  return { total_mm2: area.totalMm2, blocks: area.blocks };
}

function atSloJson({
  hasGoodput,
  ratePerSecond,
  binding,
  phases,
  steps: { decodes, prompts },
}: AtSlo): Record<string, unknown> {
  const { targets, causes, phase, limit } = binding;
  return {
    ...{ has_goodput: hasGoodput, offered_rps: ratePerSecond },
    first_target: targets[0]?.target ?? null,
    targets: targets.map(({ target, missShare: miss_share, strain }) => ({ target, miss_share, strain })),
    ...{ phase: phase ?? null, load_limit: limit ?? null },
    causes_s: causes,
    phases: phases === undefined ? null : inSnakeCase(phases),
    steps: { decode: stepJson(decodes), with_prompts: stepJson(prompts) },
  };
}

function stepJson(step: StepExplanation): Record<string, unknown> {
  const { batch, seconds, verdict, operators } = explanationJsonOf(step);
  return { batch, seconds, verdict, operators };
}

function growthJson({ before, growth }: GrowthReport): Record<string, unknown> {
  return { before: serviceJson(before), ranked: growth.map((one) => grownJson(before, one)) };
}

function grownJson(
  before: CheapService,
  { resource, change, mm2, after, refused, problem, beyond, goodputPerMm2 }: Growth,
): Record<string, unknown> {
  const perMm2 = (of: (service: CheapService) => number | null) => {
    const [was, is] = [of(before), after === undefined ? null : of(after)];
    return was === null || is === null || mm2 <= 0 ? null : (is - was) / mm2;
  };
  return {
    ...{ resource, change, added_mm2: mm2 },
    goodput_per_added_mm2: goodputPerMm2,
    ttft_p99_s_per_added_mm2: perMm2(({ ttftP99Seconds }) => ttftP99Seconds),
    tbt_p99_s_per_added_mm2: perMm2(({ tbtP99Seconds }) => tbtP99Seconds),
    results: after === undefined ? null : serviceJson(after),
    refused: after === undefined ? refused : null,
    problem: after === undefined ? problem : null,
    beyond,
  };
}

function serviceJson({ goodputPerSecond, ttftP99Seconds, tbtP99Seconds }: CheapService) {
  return { goodput_at_slo_rps: goodputPerSecond, ttft_p99_s: ttftP99Seconds, tbt_p99_s: tbtP99Seconds };
}
