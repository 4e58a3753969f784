import type { SweepReport } from "./sweep-report.ts";

/** The answer of `ador validate SCENARIO --json`: SI units, errors as fractions, null for what there is not. */
export function sweepJsonOf(report: SweepReport): Record<string, unknown> {
  const { scenario, seed, scenarioHash, version, axis, confidence, compared, errors, leftOut } = report;
  return {
    ...{ scenario, seed, scenario_hash: scenarioHash, version, varied: axis, confidence },
    errors: errors.map(({ figure, regime, points, median, worst, bias, withinInterval, trust }) => ({
      ...{ metric: figure, regime, points, median_error: median, worst_error: worst, bias },
      ...{ within_interval: withinInterval, trust },
    })),
    points: compared.map(({ figure, low, high, ...row }) => ({
      ...row,
      metric: figure,
      ci_low: low,
      ci_high: high,
    })),
    left_out: leftOut,
  };
}
