import type { ReplayedRun } from "../../analysis/validation/end-to-end/replay-run.ts";
import { lineLegend, NAME_BELOW, shortened, type Chart } from "./chart-parts.ts";

/** Running and waiting requests over a recorded run, as the engine told them and as simulated. */
export function loadChart({ run, dataset, timeline }: ReplayedRun): Chart {
  const line = (name: string, series: number, dashed: boolean, data: readonly (readonly number[])[]) => ({
    ...{ type: "line", name, showSymbol: false, color: `@series${series}`, emphasis: { disabled: true } },
    lineStyle: { width: 1.5, type: dashed ? [4, 3] : "solid" },
    data,
  });
  const measured = (column: "running" | "waiting") =>
    run.samples.map((sample) => [shortened(sample.seconds), sample[column]]);
  const simulated = (column: "running" | "waiting") =>
    timeline[column].map((value, i) => [shortened(timeline.seconds[i]!), value]);
  return {
    id: `load-${dataset.replace(/[^A-Za-z0-9]+/g, "-")}`,
    title: dataset,
    caption: "Requests in the engine, one sample a second; solid as measured, dashed as simulated.",
    wide: true,
    option: {
      animation: false,
      aria: { enabled: true },
      grid: { left: 56, right: 20, top: 44, bottom: 48 },
      legend: lineLegend(true),
      tooltip: { trigger: "axis", formatter: "@timeCount" },
      xAxis: {
        ...{ type: "value", name: "time in the run (min:s)", ...NAME_BELOW, max: "dataMax" },
        axisLabel: { formatter: "@clock", showMaxLabel: false, hideOverlap: true },
        splitLine: { show: false },
      },
      yAxis: { type: "value", name: "requests", minInterval: 1, axisLabel: { formatter: "@count" } },
      series: [
        line("running, measured", 0, false, measured("running")),
        line("running, simulated", 0, true, simulated("running")),
        line("waiting, measured", 1, false, measured("waiting")),
        line("waiting, simulated", 1, true, simulated("waiting")),
      ],
    },
  };
}
