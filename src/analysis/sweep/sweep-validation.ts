import type { Estimate } from "../estimate/estimate.ts";
import type { Figure } from "../experiment/figures.ts";
import type { MeasuredPoint } from "../experiment/measured-point.ts";
import { estimatedFigure, VALIDATED_FIGURES } from "./estimated-figures.ts";
import type { MeasuredRun } from "./measured-runs.ts";
import { regimeOf, REGIMES, type Regime } from "./regime.ts";

/** One system at one value of what is varied, both ways. */
export interface SweepPoint {
  readonly system: string;
  /** Value of what is varied. */
  readonly value: number;
  readonly estimate: Estimate;
  readonly simulated: MeasuredPoint;
  /** Of a real system at the same rate, where there is one. */
  readonly measured: MeasuredRun | undefined;
}

/** One figure of one point. */
export interface ComparedFigure {
  readonly system: string;
  readonly value: number;
  /** Offered load over saturation, as estimated. */
  readonly load: number;
  readonly figure: Figure;
  readonly estimated: number | null;
  readonly simulated: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly measured: number | null;
  /** Estimated over simulated, less 1; null where either is unknown. */
  readonly error: number | null;
  readonly regime: Regime;
}

/** How far an estimate of a figure may be trusted. */
export const TRUST = ["trusted", "rough", "not trusted"] as const;
export type Trust = (typeof TRUST)[number];

/** Errors of one figure within one regime. */
export interface ErrorRow {
  readonly figure: Figure;
  readonly regime: Regime;
  readonly points: number;
  /** Of the absolute errors. */
  readonly median: number;
  readonly worst: number;
  /** Median of the errors with their sign. */
  readonly bias: number;
  /** Points at which the estimate lies within the interval of the simulation. */
  readonly withinInterval: number;
  readonly trust: Trust;
}

/** Median and worst error up to which an estimate is trusted, and up to which it is a rough guide. */
const TRUSTED = { median: 0.05, worst: 0.12 };
const ROUGH = { median: 0.15, worst: 0.35 };

export function compareFigures(points: readonly SweepPoint[]): ComparedFigure[] {
  return points.flatMap(({ system, value, estimate, simulated, measured }) =>
    VALIDATED_FIGURES.flatMap((figure): ComparedFigure[] => {
      const estimated = estimatedFigure(estimate, figure);
      const { value: found, low, high } = simulated.figure(figure);
      const real = measured?.figures.get(figure) ?? null;
      if (estimated === null && found === null && real === null) return [];
      const error = estimated === null || found === null || found === 0 ? null : estimated / found - 1;
      const { load } = estimate;
      return [
        {
          system,
          value,
          load,
          figure,
          estimated,
          simulated: found,
          low,
          high,
          measured: real,
          error,
          regime: regimeOf(load),
        },
      ];
    }),
  );
}

/** Errors by figure and regime, in the order of both. */
export function errorTable(compared: readonly ComparedFigure[]): ErrorRow[] {
  return VALIDATED_FIGURES.flatMap((figure) =>
    REGIMES.flatMap((regime): ErrorRow[] => {
      const own = compared.filter(
        (row) => row.figure === figure && row.regime === regime && row.error !== null,
      );
      if (own.length === 0) return [];
      const errors = own.map(({ error }) => error!);
      const sizes = errors.map(Math.abs);
      const median = medianOf(sizes);
      const worst = Math.max(...sizes);
      const withinInterval = own.filter(
        ({ estimated, low, high }) =>
          low !== null && high !== null && estimated! >= low && estimated! <= high,
      ).length;
      const allWithin = withinInterval === own.length;
      const trust =
        allWithin || within(TRUSTED, median, worst)
          ? "trusted"
          : within(ROUGH, median, worst)
            ? "rough"
            : "not trusted";
      return [
        { figure, regime, points: own.length, median, worst, bias: medianOf(errors), withinInterval, trust },
      ];
    }),
  );
}

function within(bound: typeof TRUSTED, median: number, worst: number): boolean {
  return median <= bound.median && worst <= bound.worst;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
