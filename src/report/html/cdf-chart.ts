import type { RunReport } from "../run-report.ts";
import type { CdfPoint } from "./cdf.ts";
import { frame, lineLegend, timeAxis, NAME_BELOW, shortened, type Chart } from "./chart-parts.ts";

export interface CdfChart {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly axis: string;
  readonly limits: readonly { readonly seconds: number; readonly label: string }[];
  readonly series: readonly CdfPoint[][];
  readonly reports: readonly RunReport[];
}

/** Cumulative distributions of one time, a line per system, with the targets marked. */
export function cdfChart({ id, title, caption, axis, limits, series, reports }: CdfChart): Chart {
  return {
    id,
    title,
    caption,
    wide: false,
    tail: {
      tooltip: { trigger: "axis", formatter: "@cdfTail", axisPointer: { type: "line" } },
      yAxis: {
        type: "value",
        min: 0,
        interval: 1,
        axisLabel: { formatter: "@nines" },
        name: "share of total",
      },
    },
    option: {
      ...frame(reports),
      legend: lineLegend(reports.length > 1),
      tooltip: { trigger: "axis", formatter: "@cdf", axisPointer: { type: "line" } },
      xAxis: {
        ...timeAxis(
          axis,
          series.flat().map(([seconds]) => seconds),
          limits.map(({ seconds }) => seconds),
        ),
        ...NAME_BELOW,
      },
      yAxis: { type: "value", min: 0, max: 1, axisLabel: { formatter: "@share" }, name: "share of total" },
      series: series.map((data, i) => ({
        type: "line",
        name: reports[i]!.system.name,
        showSymbol: false,
        color: `@series${i}`,
        lineStyle: { width: 2 },
        emphasis: { disabled: true },
        data: fromZero(data).map(([seconds, share]) => [shortened(seconds), shortened(share)]),
        ...(i === 0 && limits.length > 0 && { markLine: limitLines(limits) }),
      })),
    },
  };
}

/** Below its smallest value a distribution is 0. */
function fromZero(points: readonly CdfPoint[]): CdfPoint[] {
  return points
    .slice(0, 1)
    .map(([seconds]): CdfPoint => [seconds, 0])
    .concat(points);
}

/** A dashed line for each target; targets of equal value share one, which names them all. */
function limitLines(limits: CdfChart["limits"]): Record<string, unknown> {
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: "@limit", type: "dashed", width: 1.5 },
    label: { color: "@limit", formatter: "{b}", position: "insideEndTop", fontSize: 11 },
    data: [...new Set(limits.map(({ seconds }) => seconds))].map((value) => ({
      xAxis: value,
      name: limits
        .filter(({ seconds }) => seconds === value)
        .map(({ label }) => label)
        .join(" and "),
    })),
  };
}
