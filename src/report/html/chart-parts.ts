import type { RunReport } from "../run-report.ts";

/**
 * A chart as an ECharts option in plain JSON. Texts that begin with `@` name a formatter or colour that the page's
 * script puts in their place, since JSON holds no functions and the colours follow the reader's theme.
 */
export interface Chart {
  readonly id: string;
  readonly title: string;
  /** One sentence that says how to read it. */
  readonly caption: string;
  readonly wide: boolean;
  /**
   * How a cumulative distribution is drawn when its tail is asked for: parts of the option to replace, over shares drawn
   * on a scale of nines (90 %, 99 %, 99.9 %… evenly spaced).
   */
  readonly tail?: Record<string, unknown>;
  readonly option: Record<string, unknown>;
}

/** What all charts share. */
export function frame(reports: readonly RunReport[]): Record<string, unknown> {
  return {
    animation: false,
    aria: { enabled: true },
    grid: { left: 56, right: 20, top: 44, bottom: 48 },
    legend: { show: reports.length > 1, top: 0, right: 0 },
  };
}

/** A logarithmic axis whose ends enclose the data and the limits, with ticks at 1, 2 and 5 of each decade. */
export function logTimeAxis(
  name: string,
  times: readonly number[],
  limits: readonly number[] = [],
): Record<string, unknown> {
  const positive = [...times, ...limits].filter((seconds) => seconds > 0);
  const low = positive.reduce((least, seconds) => Math.min(least, seconds), Infinity) * 0.9;
  const high = positive.reduce((most, seconds) => Math.max(most, seconds), 0) * 1.1;
  const ticks = low < high ? ticksBetween(low, high) : [];
  return {
    type: "log",
    name: `${name} (log scale)`,
    ...(ticks.length > 0 && { min: low, max: high }),
    axisTick: { customValues: ticks },
    axisLabel: { formatter: "@seconds", hideOverlap: true, customValues: ticks },
    splitLine: { show: false },
  };
}

function ticksBetween(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Math.ceil(Math.log10(high)) - first;
  const steps = decades > 3 ? [1] : [1, 2, 5];
  return Array.from({ length: decades + 1 }, (_, i) => steps.map((step) => Number(`${step}e${first + i}`)))
    .flat()
    .filter((tick) => tick >= low && tick <= high);
}

/** Places an axis name below the axis. */
export const NAME_BELOW = { nameLocation: "middle", nameGap: 30 };

/** A legend that shows lines as they are drawn, dashes included. */
export function lineLegend(show: boolean): Record<string, unknown> {
  return { show, top: 0, right: 0, type: "scroll", itemStyle: { opacity: 0 }, itemWidth: 26 };
}

/** Six digits draw the same picture in half the bytes. */
export function shortened(value: number): number {
  return Number(value.toPrecision(6));
}
