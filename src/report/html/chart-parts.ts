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

/**
 * A time axis whose ends enclose the data and the limits: logarithmic with ticks at 1, 2 and 5 of each decade, or linear
 * where the range is too narrow to hold three of those.
 */
export function timeAxis(
  name: string,
  times: readonly number[],
  limits: readonly number[] = [],
): Record<string, unknown> {
  const positive = [...times, ...limits].filter((seconds) => seconds > 0);
  const least = positive.reduce((low, seconds) => Math.min(low, seconds), Infinity);
  const most = positive.reduce((high, seconds) => Math.max(high, seconds), 0);
  const ticks = positive.length === 0 ? [] : decadeTicks(least * 0.9, most * 1.1);
  if (positive.length > 0 && ticks.length < 3) return linearTimeAxis(name, least, most);
  return {
    type: "log",
    name: `${name} (log scale)`,
    ...(ticks.length > 0 && { min: least * 0.9, max: most * 1.1 }),
    axisTick: { customValues: ticks },
    axisLabel: { formatter: "@seconds", hideOverlap: true, customValues: ticks },
    splitLine: { show: false },
  };
}

function linearTimeAxis(name: string, least: number, most: number): Record<string, unknown> {
  const padding = (most - least) * 0.08 || most * 0.1;
  const [low, high] = [least - padding, most + padding];
  const unit = UNITS.find(({ fromSeconds }) => low >= fromSeconds) ?? UNITS.at(-1)!;
  const ticks = evenTicks(low / unit.seconds, high / unit.seconds).map((tick) => tick * unit.seconds);
  return {
    type: "value",
    name,
    min: low,
    max: high,
    axisTick: { customValues: ticks },
    axisLabel: { formatter: unit.formatter, hideOverlap: true, customValues: ticks },
    splitLine: { show: false },
  };
}

/** One unit serves a whole linear axis, so that its evenly spaced ticks are round numbers. */
const UNITS = [
  { fromSeconds: 120, seconds: 60, formatter: "@inMinutes" },
  { fromSeconds: 1, seconds: 1, formatter: "@inSeconds" },
  { fromSeconds: 1e-3, seconds: 1e-3, formatter: "@inMilliseconds" },
  { fromSeconds: 0, seconds: 1e-6, formatter: "@inMicroseconds" },
] as const;

function decadeTicks(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Math.ceil(Math.log10(high)) - first;
  const steps = decades > 3 ? [1] : [1, 2, 5];
  return Array.from({ length: decades + 1 }, (_, i) => steps.map((step) => Number(`${step}e${first + i}`)))
    .flat()
    .filter((tick) => tick >= low && tick <= high);
}

/** Three to nine multiples of 1, 2 or 5 times a power of ten. */
function evenTicks(low: number, high: number): number[] {
  const rough = (high - low) / 8;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = decade * ([1, 2, 5].find((multiple) => multiple * decade >= rough) ?? 10);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
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
