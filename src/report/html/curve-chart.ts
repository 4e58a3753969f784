import { NAME_BELOW, shortened, timeAxis, type Chart } from "./chart-parts.ts";

/** One line of a chart: a figure over what was varied. */
export interface Curve {
  readonly name: string;
  readonly points: readonly CurvePoint[];
  /** Index of the colour. */
  readonly colour: number;
  /** Drawn dashed and without dots: a formula, not a measurement. */
  readonly formula: boolean;
}

export interface CurvePoint {
  readonly x: number;
  readonly y: number | null;
  /** Ends of the interval around `y`; a band where there are any. */
  readonly low?: number | null;
  readonly high?: number | null;
}

export interface CurveChartParts {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly xName: string;
  readonly yName: string;
  /** Seconds are drawn on a logarithmic axis, anything else from 0. */
  readonly seconds: boolean;
  readonly curves: readonly Curve[];
  /** Levels that a figure should keep to, and places of interest along the axis. */
  readonly limits?: readonly number[];
  readonly marks?: readonly { readonly x: number; readonly name: string }[];
}

/** Lines with bands of confidence. */
export function curveChart(parts: CurveChartParts): Chart {
  const { id, title, caption, xName, yName, seconds, curves, limits = [], marks = [] } = parts;
  const values = curves.flatMap(({ points }) => points.flatMap(({ y, low, high }) => [y, low, high]));
  const known = values.filter((value) => typeof value === "number");
  return {
    ...{ id, title, caption, wide: false },
    option: {
      animation: false,
      aria: { enabled: true },
      grid: { left: 72, right: 24, top: 56, bottom: 48 },
      legend: { show: true, top: 0, right: 0, type: "scroll", data: curves.map(({ name }) => name) },
      tooltip: { trigger: "axis", formatter: seconds ? "@curveTimes" : "@curveNumbers" },
      xAxis: { type: "value", name: xName, ...NAME_BELOW, scale: true, splitLine: { show: false } },
      yAxis: seconds
        ? timeAxis(yName, known, limits)
        : { type: "value", name: yName, scale: true, axisLabel: { formatter: "@number" } },
      series: [
        ...curves.flatMap((curve, i) => [...bandOf(curve, i), lineOf(curve)]),
        ...(limits.length + marks.length === 0 ? [] : [markLines(limits, marks)]),
      ],
    },
  };
}

function lineOf({ name, points, colour, formula }: Curve): Record<string, unknown> {
  return {
    type: "line",
    name,
    color: `@series${colour}`,
    showSymbol: !formula,
    symbolSize: 6,
    lineStyle: { width: 2, type: formula ? "dashed" : "solid" },
    data: points
      .filter(({ y }) => y !== null && Number.isFinite(y))
      .map(({ x, y }) => [shortened(x), shortened(y!)]),
  };
}

/** Two stacked areas, the lower one invisible: the interval at every point that has one. */
function bandOf({ points, colour }: Curve, index: number): Record<string, unknown>[] {
  const ends = points.flatMap(({ x, low, high }) =>
    typeof low === "number" && typeof high === "number" ? [{ x, low: Math.max(low, 1e-9), high }] : [],
  );
  if (ends.length < 2) return [];
  const area = (y: (end: (typeof ends)[number]) => number, opacity: number) => ({
    type: "line",
    name: `band${index}`,
    stack: `band${index}`,
    silent: true,
    showSymbol: false,
    color: `@series${colour}`,
    lineStyle: { opacity: 0 },
    areaStyle: { opacity },
    tooltip: { show: false },
    data: ends.map((end) => [shortened(end.x), shortened(y(end))]),
  });
  return [area(({ low }) => low, 0), area(({ low, high }) => high - low, 0.18)];
}

function markLines(
  limits: readonly number[],
  marks: NonNullable<CurveChartParts["marks"]>,
): Record<string, unknown> {
  return {
    type: "line",
    name: "limits",
    data: [],
    silent: true,
    markLine: {
      symbol: "none",
      lineStyle: { color: "@limit", type: "dotted" },
      label: { color: "@ink-soft", formatter: "{b}", position: "insideEndTop" },
      data: [
        ...limits.map((limit) => ({ yAxis: limit, name: "SLO" })),
        ...marks.map(({ x, name }) => ({ xAxis: shortened(x), name })),
      ],
    },
  };
}
