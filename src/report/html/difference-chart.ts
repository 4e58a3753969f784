import { significanceOf, type ComparedPair } from "../../analysis/comparison/compare.ts";
import { isInterval } from "../../analysis/statistics/output-series.ts";
import { shortened, type Chart } from "./chart-parts.ts";

/** Every metric of a pair as a dot with its interval, as shares of the first contender's value. */
export function differenceChart(id: string, { first, second, differences }: ComparedPair): Chart {
  const known = differences
    .flatMap((difference) => {
      const { metric, interval, first: value } = difference;
      if (interval === undefined || !isInterval(interval) || value === null || value === 0) return [];
      const share = (amount: number) => shortened(amount / value);
      return [
        {
          label: metric.label,
          significance: significanceOf(difference),
          ...{ estimate: share(interval.estimate), low: share(interval.low), high: share(interval.high) },
        },
      ];
    })
    .reverse(); // The axis counts from below.
  const labels = known.map(({ label }) => label);
  const kinds = [
    { name: "significantly better", significance: "better", color: "@good" },
    { name: "significantly worse", significance: "worse", color: "@bad" },
    { name: "no significant difference", significance: "not significant", color: "@ink-soft" },
  ] as const;
  return {
    id,
    title: `${second} against ${first}`,
    caption: `Difference as a share of ${first}'s value, with its 95 % interval. Left of the line ${second} has less: shorter times are better, more attainment is.`,
    wide: true,
    option: {
      animation: false,
      aria: { enabled: true },
      grid: { left: 150, right: 24, top: 44, bottom: 48 },
      legend: { top: 0, right: 0, data: kinds.map(({ name }) => name) },
      tooltip: { trigger: "item", formatter: "@difference" },
      xAxis: {
        type: "value",
        name: "difference",
        nameLocation: "middle",
        nameGap: 30,
        axisLabel: { formatter: "@share" },
      },
      yAxis: { type: "category", data: labels, axisTick: { show: false } },
      series: [
        ...kinds.map(({ name, significance, color }) => ({
          type: "scatter",
          name,
          color,
          symbolSize: 10,
          data: known
            .filter((difference) => difference.significance === significance)
            .map(({ label, estimate, low, high }) => [estimate, label, low, high]),
        })),
        ...known.map(({ label, significance, low, high }) => ({
          type: "line",
          name: label,
          color: kinds.find((kind) => kind.significance === significance)!.color,
          lineStyle: { width: 3 },
          showSymbol: false,
          silent: true,
          data: [
            [low, label],
            [high, label],
          ],
        })),
        {
          type: "line",
          name: "equal",
          color: "@rule-strong",
          lineStyle: { width: 1, type: "dashed" },
          showSymbol: false,
          silent: true,
          data:
            labels.length === 0
              ? []
              : [
                  [0, labels[0]],
                  [0, labels.at(-1)],
                ],
        },
      ],
    },
  };
}
