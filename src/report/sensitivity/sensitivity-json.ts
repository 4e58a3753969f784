import { isEffect, strength, type Effect, type Refusal } from "../../analysis/sensitivity/effects.ts";
import type { SensitivityReport } from "./sensitivity-report.ts";
import { sensitivitySentence } from "./sensitivity-screen.ts";

/** The answer of `ador sensitivity --json`, and `sensitivity.json`: SI units, changes as fractions. */
export function sensitivityJsonOf(report: SensitivityReport): Record<string, unknown> {
  const {
    scenario,
    seed,
    scenarioHash,
    version,
    system,
    device,
    figure,
    base,
    share,
    confidence,
    equalArea,
  } = report;
  return {
    ...{ scenario, seed, scenario_hash: scenarioHash, version, system, device },
    ...{ metric: figure, base, turned_by: share, confidence, equal_area: equalArea },
    knobs: report.sensitivities.map((one) => ({
      ...{ knob: one.knob.path, value: one.knob.value, unit: one.knob.unit, strength: strength(one) },
      down: sideJson(one.down),
      up: sideJson(one.up),
    })),
    sentence: sensitivitySentence(report),
  };
}

function sideJson(side: Effect | Refusal) {
  if (!isEffect(side)) return { value: side.value, refused: side.refused };
  const { value, figure, change, low, high, estimated, cores, areaMm2 } = side;
  return {
    ...{ value, metric: figure, change, ci_low: low, ci_high: high, estimated_change: estimated },
    ...(cores !== undefined && { cores }),
    ...(areaMm2 !== undefined && { area_mm2: areaMm2 }),
  };
}
