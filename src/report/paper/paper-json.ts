import { areaEfficiencyBand, areaOf, gainsOf, type Gains } from "../../search/paper/gains.ts";
import { ladderFactors } from "../../search/paper/ladder.ts";
import type { AblatedSystem } from "../../search/paper/ablation.ts";
import type { PaperCase, PaperSystem } from "../../search/paper/paper-case.ts";
import { PUBLISHED } from "../../search/paper/published.ts";
import type { PaperReport, ReportedCase } from "./paper-report.ts";
import { mostOf, verdictOf } from "./paper-verdict.ts";

/** `paper.json` as a plain object; SI units, mm². */
export function paperJsonOf({ version, cases, measurements }: PaperReport): Record<string, unknown> {
  return {
    version,
    paper: {
      tbt_ratio: PUBLISHED.tbtRatio,
      area_efficiency_ratio: PUBLISHED.areaEfficiencyRatio,
      source: PUBLISHED.source,
    },
    measured: measurements !== undefined,
    cases: Object.fromEntries(cases.map((one) => [one.figures.name, caseJson(one)])),
  };
}

function caseJson({ figures, scenarioHash, seed, design, candidateId, estimated }: ReportedCase) {
  const { found, baseline, baselineOf2023, known, ownLevel, ablation } = figures;
  const factors = (figure: Parameters<typeof ladderFactors>[1]) => ladderFactors(ablation, figure);
  return {
    ...{ scenario_hash: scenarioHash, seed, model: figures.model, devices: figures.devices },
    ...{ requests: figures.requests, batch: figures.batch, context_tokens: figures.contextTokens },
    verdict: verdictOf(figures),
    found: { candidate_id: candidateId, designs_estimated: estimated, settings: Object.fromEntries(design) },
    over_baseline: gainsJson(gainsOf(found, baseline, ownLevel)),
    over_baseline_engine_2023: gainsJson(gainsOf(found, baselineOf2023, ownLevel)),
    most_by_roofline: mostOf(figures),
    area_efficiency_band: areaEfficiencyBand(found, baseline),
    systems: [found, baseline, baselineOf2023, ...known].map((system) => systemJson(system, figures)),
    decode_steps: figures.grid.map(({ batch, contextTokens, foundSeconds, baselineSeconds }) => ({
      ...{ batch, context_tokens: contextTokens, found_s: foundSeconds, baseline_s: baselineSeconds },
    })),
    ablation: {
      ladder: ablation.ladder.map(ablatedJson),
      factors: {
        tbt: factors("tbt"),
        tokens_per_mm2: factors("tokensPerMm2"),
        requests: factors("requests"),
      },
      one_at_a_time: ablation.alone.map(ablatedJson),
    },
    measured: figures.measured.map((of) => ({
      ...{ source: of.source, software: of.software, batch: of.batch },
      ...{ input_tokens: of.inputTokens, output_tokens: of.outputTokens },
      ...{ measured_s: of.measuredSeconds, model_s: of.modelSeconds, found_s: of.foundSeconds },
    })),
  };
}

function systemJson(system: PaperSystem, { levels }: PaperCase) {
  return {
    name: system.name,
    area_mm2: areaOf(system),
    tbt_s: system.tbtSeconds,
    within_slo: system.services.map((service, i) => ({
      slo_factor: levels[i]!.factor,
      ttft_s: levels[i]!.slo.request.ttftSeconds ?? null,
      tpot_s: levels[i]!.slo.request.tpotSeconds ?? null,
      requests_rps: service.requestsPerSecond,
      concurrent_users: service.concurrentUsers,
      ttft_p99_s: service.ttftP99Seconds,
      tbt_mean_s: service.tbtMeanSeconds,
      tbt_p99_s: service.tbtP99Seconds,
      tokens_per_j: service.tokensPerJoule,
    })),
  };
}

function gainsJson(gains: Gains) {
  return {
    ...{ tbt: gains.tbt, area: gains.area, area_efficiency: gains.areaEfficiency },
    ...{ requests: gains.requests, requests_per_mm2: gains.requestsPerMm2 },
    ...{ concurrent_users: gains.users, tokens_per_j: gains.tokensPerJoule },
  };
}

function ablatedJson({ key, label, tbtSeconds, requestsPerSecond, areaMm2 }: AblatedSystem) {
  return { key, label, tbt_s: tbtSeconds, requests_rps: requestsPerSecond, area_mm2: areaMm2 };
}
