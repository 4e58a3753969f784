import { expect, test } from "vitest";
import { regimeOf } from "../../../src/analysis/sweep/regime.ts";
import { errorTable, type ComparedFigure } from "../../../src/analysis/sweep/sweep-validation.ts";

function row(load: number, estimated: number, simulated: number, band?: number): ComparedFigure {
  return {
    ...{ system: "s", value: load, load, figure: "ttft_mean", estimated, simulated, measured: null },
    low: band === undefined ? null : simulated - band,
    high: band === undefined ? null : simulated + band,
    error: estimated / simulated - 1,
    regime: regimeOf(load),
  };
}

test("errors are summed up by regime: the median with its sign, the worst, and whether to trust them", () => {
  const rows = [
    row(0.1, 1.02, 1),
    row(0.2, 0.97, 1),
    row(0.25, 1.04, 1),
    row(0.8, 0.6, 1),
    row(0.85, 0.5, 1),
  ];
  const [low, high] = errorTable(rows);
  expect(low).toMatchObject({ regime: "low", points: 3, trust: "trusted" });
  expect(low!.median).toBeCloseTo(0.03, 12);
  expect(low!.worst).toBeCloseTo(0.04, 12);
  expect(low!.bias).toBeCloseTo(0.02, 12);
  expect(high).toMatchObject({ regime: "high", points: 2, trust: "not trusted" });
  expect(high!.bias).toBeCloseTo(-0.45, 12);
});

test("an estimate within the band of the simulation is trusted however wide that is", () => {
  const [within] = errorTable([row(0.5, 1.3, 1, 0.4)]);
  expect(within).toMatchObject({ withinInterval: 1, trust: "trusted" });
  expect(errorTable([row(0.5, 1.3, 1, 0.2)])[0]).toMatchObject({ withinInterval: 0, trust: "not trusted" });
  expect(errorTable([row(0.5, 1.1, 1, 0.05)])[0]).toMatchObject({ withinInterval: 0, trust: "rough" });
});

test("what is not known on both sides enters no error", () => {
  expect(errorTable([{ ...row(1.1, 1, 1), estimated: null, error: null }])).toEqual([]);
});

test("loads fall into regimes", () => {
  expect([0.1, 0.3, 0.69, 0.7, 0.9, 0.99, 1, 2].map(regimeOf)).toEqual([
    ...["low", "medium", "medium", "high", "near saturation", "near saturation", "overload", "overload"],
  ]);
});
