import { formatCount } from "../format.ts";
import { NAME_BELOW, shortened, timeAxis, type Chart } from "./chart-parts.ts";

/** Points that are drawn per series. */
const MOST_DOTS = 600;
/** Width of the band to either side of equality. */
const BAND = 0.1;
const SERIES_COLOURS = 6;
const SYMBOLS = ["circle", "triangle", "rect", "diamond"];

/** One measurement; seconds, or tokens per second. */
export interface ComparedDot {
  /** What it is coloured by. */
  readonly series: string;
  /** What was measured, for people. */
  readonly what: string;
  readonly measured: number;
  readonly predicted: number;
}

/** Predicted over measured values, a dot a measurement, coloured by series, with the ±10 % band. */
export function comparisonChart(
  id: string,
  title: string,
  points: readonly ComparedDot[],
  isTime: boolean,
): Chart {
  const values = points.flatMap(({ measured, predicted }) => [measured, predicted]);
  const least = values.reduce((low, value) => Math.min(low, value), Infinity);
  const most = values.reduce((high, value) => Math.max(high, value), 0);
  const ends = [least * 0.9, most * 1.1] as const;
  const names = [...new Set(points.map(({ series }) => series))];
  return {
    id,
    title,
    caption: `Predicted over measured ${isTime ? "time" : "tokens per second"}; between the dashed lines the error is within 10 % (at most ${formatCount(MOST_DOTS)} dots a colour, evenly picked).`,
    wide: false,
    option: {
      animation: false,
      aria: { enabled: true },
      grid: { left: 72, right: 20, top: 44, bottom: 48 },
      legend: { type: "scroll", top: 0, right: 0, data: names },
      tooltip: { trigger: "item", formatter: isTime ? "@comparedTimes" : "@comparedRates" },
      xAxis: { ...valueAxis("measured", ends, isTime), ...NAME_BELOW },
      yAxis: valueAxis("predicted", ends, isTime),
      series: [
        ...names.map((name, i) => ({
          type: "scatter",
          name,
          color: `@series${i % SERIES_COLOURS}`,
          symbol: SYMBOLS[Math.floor(i / SERIES_COLOURS) % SYMBOLS.length],
          symbolSize: 4,
          itemStyle: { opacity: 0.5 },
          data: dotsOf(points.filter(({ series }) => series === name)),
        })),
        ...[1, 1 + BAND, 1 - BAND].map((factor) => ({
          type: "line",
          name: factor === 1 ? "equal" : `${Math.round(100 * (factor - 1))} %`,
          color: "@rule-strong",
          lineStyle: { width: 1, type: factor === 1 ? "solid" : "dashed" },
          showSymbol: false,
          silent: true,
          data: ends.map((end) => [shortened(end), shortened(end * factor)]),
        })),
      ],
    },
  };
}

function valueAxis(
  name: string,
  [least, most]: readonly [number, number],
  isTime: boolean,
): Record<string, unknown> {
  const axis = timeAxis(name, [least, most]);
  if (isTime) return axis;
  return { ...axis, axisLabel: { ...(axis["axisLabel"] as object), formatter: "@count" } };
}

function dotsOf(points: readonly ComparedDot[]): (number | string)[][] {
  const stride = Math.ceil(points.length / MOST_DOTS);
  return points
    .filter((_, i) => i % stride === 0)
    .map(({ measured, predicted, what }) => [shortened(measured), shortened(predicted), what]);
}
