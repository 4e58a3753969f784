import type { OperatorCost } from "../../perf/step-cost.ts";
import type { StepExplanation } from "../../perf/step-explanation.ts";

/** An operator by its arithmetic intensity and its rate. */
export interface RooflineDot {
  readonly row: OperatorCost;
  /** FLOPs for each byte of memory traffic. */
  readonly intensity: number;
  readonly flopsPerSecond: number;
  /** Of the step (0..1). */
  readonly share: number;
}

/** A ceiling of arithmetic: flat from its ridge on, where memory can keep up with it. */
export interface ComputeRoof {
  readonly unit: string;
  readonly flopsPerSecond: number;
  readonly ridge: number;
}

/** What a roofline shows, before it has a size. */
export interface RooflinePlot {
  /** The largest first, so that small ones are drawn on top. */
  readonly dots: readonly RooflineDot[];
  /** The highest first. */
  readonly roofs: readonly ComputeRoof[];
  readonly bytesPerSecond: number;
  readonly intensities: Range;
  readonly rates: Range;
  /** Operators that take time and have no place in the plot: they compute nothing, or touch no memory. */
  readonly undrawn: readonly OperatorCost[];
}

interface Range {
  readonly low: number;
  readonly high: number;
}

/** Dots further below the highest roof would squeeze all others into a corner. */
const DEEPEST = 1e-5;
/** Roofs this close are one to the eye. */
const SAME_ROOF = 0.75;
/** Room around what is drawn, as a factor. */
const MARGIN = 2.5;

export function rooflinePlot({ operators, seconds, roofs: ceilings }: StepExplanation): RooflinePlot {
  const bytesPerSecond = ceilings.peakBytesPerSecond;
  const roofs: ComputeRoof[] = [];
  for (const { unit, flopsPerSecond } of ceilings.compute) {
    if (flopsPerSecond > SAME_ROOF * (roofs.at(-1)?.flopsPerSecond ?? Infinity)) continue;
    roofs.push({ unit, flopsPerSecond, ridge: flopsPerSecond / bytesPerSecond });
  }
  const top = roofs[0]!;
  const dots = operators
    .flatMap((row): RooflineDot[] => {
      const { flops, dramBytes } = row;
      if (flops === 0 || dramBytes === 0 || row.seconds === 0) return [];
      // What hides behind other operators adds less time than it takes.
      const flopsPerSecond = flops / Math.max(row.seconds, ...Object.values(row.busySeconds));
      if (flopsPerSecond < DEEPEST * top.flopsPerSecond) return [];
      return [{ row, intensity: flops / dramBytes, flopsPerSecond, share: row.seconds / seconds }];
    })
    .sort((a, b) => b.share - a.share);
  const drawn = new Set(dots.map(({ row }) => row));
  return {
    ...{ dots, roofs, bytesPerSecond },
    intensities: rangeOf([top.ridge, ...dots.map(({ intensity }) => intensity)]),
    rates: rangeOf([top.flopsPerSecond, ...dots.map(({ flopsPerSecond }) => flopsPerSecond)]),
    undrawn: operators.filter((row) => row.seconds > 0 && !drawn.has(row)),
  };
}

function rangeOf(values: readonly number[]): Range {
  return { low: Math.min(...values) / MARGIN, high: Math.max(...values) * MARGIN };
}

/** Powers of ten within the range, ends included. */
export function decadesWithin({ low, high }: Range): number[] {
  const first = Math.ceil(Math.log10(low));
  const last = Math.floor(Math.log10(high));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(`1e${first + i}`));
}
