import { TOLD_FIGURES, type CapacityAnswer, type CapacityTrial } from "../../analysis/capacity/capacity.ts";
import { capacitySentence, trialsOf } from "./capacity-screen.ts";
import type { CapacityReport } from "./capacity-report.ts";

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
    ...Object.fromEntries(TOLD_FIGURES.map((figure) => [figure, point.figure(figure).value])),
    targets: verdicts.map(({ target, value, low, high }) => ({ figure: target.figure, value, low, high })),
  };
}
