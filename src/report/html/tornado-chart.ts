import { shortened, type Chart } from "./chart-parts.ts";

/** Inputs that are drawn; the others hardly move anything. */
const MOST_BARS = 15;

/** How far one input alone moves a figure from where it is. */
export interface TornadoBar {
  readonly name: string;
  /** With the input turned down, or at its low end; 0 for nothing to draw. */
  readonly low: number;
  readonly high: number;
}

interface Tornado {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  /** The strongest first. */
  readonly bars: readonly TornadoBar[];
  /** What the two sides of a bar are called. */
  readonly sides: { readonly low: string; readonly high: string };
  readonly formatter: "@share" | "@number";
}

/** Bars to both sides of where a figure is, the longest on top. */
export function tornadoChart({ id, title, caption, bars, sides, formatter }: Tornado): Chart {
  const drawn = bars.slice(0, MOST_BARS).reverse();
  const series = (side: "low" | "high", colour: number) => ({
    type: "bar",
    name: sides[side],
    color: `@series${colour}`,
    barGap: "-100%",
    barWidth: "62%",
    data: drawn.map((bar) => shortened(bar[side])),
  });
  return {
    ...{ id, title, caption },
    wide: true,
    option: {
      animation: false,
      aria: { enabled: true },
      grid: { left: 230, right: 24, top: 32, bottom: 28 },
      legend: { show: true, top: 0, right: 0 },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: formatter },
      xAxis: { type: "value", axisLabel: { formatter } },
      yAxis: {
        type: "category",
        data: drawn.map(({ name }) => name),
        axisTick: { show: false },
        axisLabel: { color: "@ink-soft" },
      },
      series: [series("low", 1), series("high", 0)],
    },
  };
}
