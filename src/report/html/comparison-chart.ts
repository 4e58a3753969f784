import type { Point } from "../../analysis/validation/validate.ts";
import { formatCount } from "../format.ts";
import { NAME_BELOW, shortened, timeAxis, type Chart } from "./chart-parts.ts";

/** Points that are drawn per device. */
const MOST_DOTS = 600;
/** Width of the band to either side of equality. */
const BAND = 0.1;
const SERIES_COLOURS = 6;
const SYMBOLS = ["circle", "triangle", "rect", "diamond"];

/** Predicted over measured values of one dataset, a dot a measurement, coloured by device, with the ±10 % band. */
export function comparisonChart(id: string, title: string, points: readonly Point[]): Chart {
  const values = points.flatMap(({ measured, predicted }) => [measured, predicted]);
  const least = values.reduce((low, value) => Math.min(low, value), Infinity);
  const most = values.reduce((high, value) => Math.max(high, value), 0);
  const ends = [least * 0.9, most * 1.1] as const;
  const isTime = points[0]!.metric !== "throughput";
  const devices = [...new Set(points.map(({ device }) => device))];
  return {
    id,
    title,
    caption: `Predicted over measured ${isTime ? "time" : "tokens per second"}; between the dashed lines the error is within 10 % (at most ${formatCount(MOST_DOTS)} dots a device, evenly picked).`,
    wide: false,
    option: {
      animation: false,
      aria: { enabled: true },
      grid: { left: 72, right: 20, top: 44, bottom: 48 },
      legend: { type: "scroll", top: 0, right: 0, data: devices },
      tooltip: { trigger: "item", formatter: isTime ? "@comparedTimes" : "@comparedRates" },
      xAxis: { ...valueAxis("measured", ends, isTime), ...NAME_BELOW },
      yAxis: valueAxis("predicted", ends, isTime),
      series: [
        ...devices.map((device, i) => ({
          type: "scatter",
          name: device,
          color: `@series${i % SERIES_COLOURS}`,
          symbol: SYMBOLS[Math.floor(i / SERIES_COLOURS) % SYMBOLS.length],
          symbolSize: 4,
          itemStyle: { opacity: 0.5 },
          data: dotsOf(points.filter((point) => point.device === device)),
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

function dotsOf(points: readonly Point[]): (number | string)[][] {
  const stride = Math.ceil(points.length / MOST_DOTS);
  return points
    .filter((_, i) => i % stride === 0)
    .map(({ measured, predicted, model, operator, shape }) => [
      ...[shortened(measured), shortened(predicted)],
      [operator, model, shape].filter((part) => part !== "").join(" "),
    ]);
}
