import { describe, expect, test } from "vitest";
import type { Band } from "../../src/hardware/band.ts";
import { costOf, tokenDollars } from "../../src/report/system-cost.ts";
import { deviceTotals } from "../../src/report/run-report.ts";
import { sampleReports } from "./sample-run.ts";

interface Cost {
  readonly [part: string]: unknown;
  readonly device_dollars: Band;
  readonly price_dollars: Band;
  readonly tco_dollars_per_hour: Band;
  readonly tco_dollars_per_device_year: Readonly<Record<string, number>>;
  readonly dollars_per_million_output_tokens: Band;
  readonly assumptions: Readonly<Record<string, number>>;
}

const reports = sampleReports();
const costs = reports.map((report) => JSON.parse(JSON.stringify(costOf(report))) as Cost);

describe("the cost of a run", () => {
  test("is made of parts that add up, in bands that hold their default", () => {
    costs.forEach((cost, i) => {
      const parts = ["die_dollars", "memory_dollars", "package_dollars", "test_dollars"];
      const sum = parts.reduce((dollars, part) => dollars + Number(cost[part]), 0);
      expect(cost.device_dollars.default).toBeCloseTo(sum, 9);
      const year = Object.values(cost.tco_dollars_per_device_year).reduce((a, b) => a + b, 0);
      const devices = deviceTotals(reports[i]!).count;
      expect(cost.tco_dollars_per_hour.default * 8760).toBeCloseTo(year * devices, 6);
      for (const band of [
        cost.device_dollars,
        cost.price_dollars,
        cost.tco_dollars_per_hour,
        cost.dollars_per_million_output_tokens,
      ]) {
        expect(band.low).toBeLessThan(band.default);
        expect(band.high).toBeGreaterThan(band.default);
      }
    });
  });

  test("of tokens is the cost of the hour over the tokens of the hour", () => {
    costs.forEach((cost, i) => {
      const tokens = reports[i]!.outcome.metrics.outputTokensPerSecond * 3600;
      const dollars = (cost.tco_dollars_per_hour.default / tokens) * 1e6;
      expect(cost.dollars_per_million_output_tokens.default).toBeCloseTo(dollars, 9);
      expect(tokenDollars(reports[i]!)).toBe(cost.dollars_per_million_output_tokens.default);
    });
  });

  test("takes a GPU's market price, and a design's from its cost and margin", () => {
    expect(costs.map((cost) => cost["price_source"])).toEqual(["cost and margin", "market"]);
    for (const { assumptions } of costs) {
      for (const value of Object.values(assumptions)) expect(Number.isFinite(value)).toBe(true);
    }
  });

  test("twice the replicas cost twice as much an hour", () => {
    const report = reports[1]!;
    const { outcome } = report;
    const doubled = {
      system: { ...report.system, replicas: 2 * report.system.replicas },
      outcome: {
        ...outcome,
        metrics: { ...outcome.metrics, dynamicJoules: 2 * outcome.metrics.dynamicJoules },
      },
    };
    const hour = (run: Parameters<typeof costOf>[0]) => costOf(run)["tco_dollars_per_hour"] as Band;
    expect(hour(doubled).default).toBeCloseTo(2 * hour(report).default, 9);
  });

  test("of tokens is unknown where none came", () => {
    const { system, outcome } = reports[0]!;
    const silent = { ...outcome, metrics: { ...outcome.metrics, outputTokensPerSecond: 0 } };
    expect(costOf({ system, outcome: silent })).toMatchObject({ dollars_per_million_output_tokens: null });
    expect(tokenDollars({ system, outcome: silent })).toBeNull();
  });
});
