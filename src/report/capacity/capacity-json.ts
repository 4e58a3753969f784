import type { CapacityAnswer, CapacityTrial } from "../../analysis/capacity/capacity.ts";
import type { Figure } from "../../analysis/experiment/figures.ts";
import { capacitySentence, trialsOf } from "./capacity-screen.ts";
import type { CapacityReport } from "./capacity-report.ts";

/** Figures of every trial beside those of its targets. */
const CURVE_FIGURES: readonly Figure[] = [
  ...(["request_throughput_rps", "output_throughput_tps", "ttft_mean", "ttft_p50", "ttft_p99"] as const),
  ...(["tbt_mean", "tbt_p50", "tbt_p99", "e2e_mean", "slo_attainment", "energy_per_token_j"] as const),
];

/** The answer of `ador capacity --json`, and `capacity.json`: SI units, null for what there is not. */
export function capacityJsonOf(report: CapacityReport): Record<string, unknown> {
  const { scenario, seed, scenarioHash, version, kind, confidence, targets, systems } = report;
  return {
    ...{ scenario, seed, scenario_hash: scenarioHash, version, searched: kind, confidence },
    targets: targets.map(({ figure, limit, atLeast }) => ({ figure, limit, at_least: atLeast })),
    systems: Object.fromEntries(
      systems.map((system) => [
        system.name,
        {
          device: system.device,
          ...answerJson(system.answer),
          sentence: capacitySentence(report, system),
          trials: trialsOf(system).map(trialJson),
        },
      ]),
    ),
  };
}

function answerJson({
  kind,
  level,
  sureLevel,
  estimatedLevel,
  offeredRate,
  devicesPerReplica,
  replicas,
}: CapacityAnswer) {
  return {
    capacity: level ?? null,
    sure_capacity: sureLevel ?? null,
    estimated_capacity: estimatedLevel ?? null,
    offered_rps: offeredRate ?? null,
    ...(kind === "replicas" && { devices: level === undefined ? null : level * devicesPerReplica }),
    ...(kind !== "replicas" && { devices: replicas * devicesPerReplica }),
  };
}

function trialJson({ level, met, sure, point, verdicts }: CapacityTrial) {
  return {
    ...{ level, met, sure: sure ?? null },
    ...Object.fromEntries(CURVE_FIGURES.map((figure) => [figure, point.figure(figure).value])),
    targets: verdicts.map(({ target, value, low, high }) => ({ figure: target.figure, value, low, high })),
  };
}
