import { areaOf, gainsOf } from "../../search/paper/gains.ts";
import { ladderFactors, type AblatedFigure } from "../../search/paper/ladder.ts";
import type { PaperCase, PaperSystem } from "../../search/paper/paper-case.ts";
import { systemsOf } from "../paper/paper-tables.ts";
import { timesText } from "../paper/paper-text.ts";
import { NAME_BELOW, shortened, type Chart } from "./chart-parts.ts";

/** One ratio of every case beside the published one, in a decode step of the largest batch. */
export function ratioChart(
  cases: readonly PaperCase[],
  ratio: "tbt" | "areaEfficiency",
  title: string,
  published: number,
): Chart {
  const bars = (name: string, colour: number, values: readonly (number | null)[]) => ({
    ...{ type: "bar", name, color: `@series${colour}`, barMaxWidth: 34 },
    data: values.map((value) => (value === null ? "-" : Number(value.toFixed(2)))),
    label: { show: true, position: "top", color: "@ink-soft", formatter: "{c}" },
  });
  const over = (other: (of: PaperCase) => PaperSystem) =>
    cases.map((of) => gainsOf(of.found, other(of), of.ownLevel)[ratio]);
  return {
    ...{ id: `ratio-${ratio}`, title, wide: false },
    caption: "Found designs over the A100 under either engine, in a decode step of the largest batch.",
    option: {
      ...{ animation: false, aria: { enabled: true } },
      grid: { left: 48, right: 12, top: 64, bottom: 32 },
      legend: { show: true, top: 0, left: 0 },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      xAxis: {
        ...{ type: "category", data: cases.map(({ name }) => name) },
        axisLabel: { interval: 0, color: "@ink-soft" },
      },
      yAxis: { type: "value", name: "times the A100" },
      series: [
        bars(
          "today's engine",
          0,
          over(({ baseline }) => baseline),
        ),
        bars(
          "the paper",
          2,
          cases.map(() => published),
        ),
        bars(
          "engine of 2023",
          1,
          over(({ baselineOf2023 }) => baselineOf2023),
        ),
      ],
    },
  };
}

/** Requests a second and area within service levels from strict to loose, a line a system. */
export function sweepChart(figures: PaperCase): Chart {
  const { name, devices, levels } = figures;
  const COLOURS = 6;
  return {
    id: `sweep-${name}`,
    title: `${name}: requests/s per 1,000 mm² by service level`,
    caption: "The targets on TTFT and TPOT grow together; 1 is the scenario's own service level.",
    wide: false,
    option: {
      ...{ animation: false, aria: { enabled: true } },
      grid: { left: 56, right: 24, top: 92, bottom: 48 },
      legend: { show: true, top: 0, left: 0 },
      tooltip: { trigger: "axis", formatter: "@curveNumbers" },
      xAxis: {
        ...{ type: "value", name: "targets relative to the scenario's (strict to loose)", ...NAME_BELOW },
        splitLine: { show: false },
      },
      yAxis: { type: "value", name: "/s per 1,000 mm²", axisLabel: { formatter: "@number" } },
      series: systemsOf(figures).map((system, i) => ({
        ...{ type: "line", name: system.name, color: `@series${i % COLOURS}`, symbolSize: 6 },
        lineStyle: { width: i === 0 ? 3 : 2, type: i < COLOURS ? "solid" : "dashed" },
        data: system.services.map(({ requestsPerSecond }, level) => [
          levels[level]!.factor,
          shortened((1000 * requestsPerSecond) / (areaOf(system) * devices)),
        ]),
      })),
    },
  };
}

/** From the A100 to the found design, each bar from where the one before ends. On a logarithmic axis factors stand as lengths. */
export function waterfallChart(figures: PaperCase, figure: AblatedFigure, title: string): Chart {
  const factors = ladderFactors(figures.ablation, figure);
  const ends = factors.reduce<number[]>((levels, { factor }) => [...levels, levels.at(-1)! * factor], [1]);
  const bars = factors.map(({ label, factor }, i) => ({ label, factor, from: ends[i]!, to: ends[i + 1]! }));
  const all = [...bars, { label: "all together", factor: ends.at(-1)!, from: 1, to: ends.at(-1)! }].reverse();
  const logarithm = (value: number) => shortened(Math.log10(value));
  return {
    id: `waterfall-${figure}-${figures.name}`,
    title: `${figures.name}: ${title}`,
    caption:
      "From the A100 under an engine of 2023; each bar starts where the one above it ends, factors multiply.",
    wide: false,
    option: {
      ...{ animation: false, aria: { enabled: true } },
      grid: { left: 260, right: 56, top: 12, bottom: 36 },
      xAxis: { type: "value", axisLabel: { formatter: "@powers" }, minInterval: 0.30103, name: "" },
      yAxis: {
        ...{ type: "category", data: all.map(({ label }) => label), axisTick: { show: false } },
        axisLabel: { width: 245, overflow: "truncate", color: "@ink-soft" },
      },
      series: [
        {
          ...{
            type: "bar",
            stack: "bar",
            stackStrategy: "all",
            silent: true,
            itemStyle: { color: "transparent" },
          },
          data: all.map(({ from, to }) => logarithm(Math.min(from, to))),
        },
        {
          ...{ type: "bar", stack: "bar", stackStrategy: "all", silent: true, barWidth: "60%" },
          label: { show: true, position: "right", color: "@ink", formatter: "{b}" },
          data: all.map(({ factor, from, to }, i) => ({
            value: shortened(Math.abs(Math.log10(to / from))),
            itemStyle: { color: factor < 1 ? "@series1" : i === 0 ? "@series2" : "@series0" },
            label: { formatter: timesText(factor) },
          })),
        },
      ],
    },
  };
}
