import type { RunReport } from "../run-report.ts";
import { frame, lineLegend, NAME_BELOW, shortened, type Chart } from "./chart-parts.ts";

/** Requests in the system and KV use over time; none where the run took no samples. */
export function timelineCharts(reports: readonly RunReport[]): Chart[] {
  const sampled = reports.filter((report) => report.outcome.timeline !== undefined);
  if (sampled.length === 0) return [];
  const alone = reports.length === 1;
  const lines = (column: "running" | "waiting" | "kvUtilization", label: string) =>
    sampled.map(({ system, outcome }) => ({
      type: "line",
      name: alone ? label : `${system.name}${column === "kvUtilization" ? "" : `, ${label}`}`,
      showSymbol: false,
      color: `@series${alone && column === "waiting" ? 1 : reports.findIndex((report) => report.system === system)}`,
      lineStyle: { width: 1.5, type: column === "waiting" ? [3, 3] : "solid" },
      emphasis: { disabled: true },
      data: outcome.timeline![column].map((value, k) => [
        shortened(outcome.timeline!.seconds[k]!),
        shortened(value),
      ]),
    }));
  const end = Math.max(...sampled.map(({ outcome }) => outcome.timeline!.seconds.at(-1) ?? 0));
  const [clock, clockName] = end < 3600 ? ["@clock", "min:s"] : ["@hourClock", "h:min:s"];
  const common = {
    ...frame(reports),
    grid: { left: 56, right: 20, top: 44, bottom: 84 },
    dataZoom: [{ type: "slider", height: 18, bottom: 8, labelFormatter: clock }, { type: "inside" }],
    xAxis: {
      type: "value",
      name: `time in the trace (${clockName})`,
      ...NAME_BELOW,
      axisLabel: { formatter: clock, showMaxLabel: false, hideOverlap: true },
      splitLine: { show: false },
      max: "dataMax",
    },
  };
  return [
    {
      id: "timeline-requests",
      title: "Requests in the system",
      caption: "Running and waiting requests over all replicas; drag the bar below to zoom.",
      wide: true,
      option: {
        ...common,
        legend: lineLegend(true),
        tooltip: { trigger: "axis", formatter: "@timeCount" },
        yAxis: { type: "value", name: "requests", minInterval: 1, axisLabel: { formatter: "@count" } },
        series: [...lines("running", "running"), ...lines("waiting", "waiting")],
      },
    },
    {
      id: "timeline-kv",
      title: "KV-cache use",
      caption: "Share of all KV blocks that are taken.",
      wide: true,
      option: {
        ...common,
        legend: lineLegend(!alone),
        tooltip: { trigger: "axis", formatter: "@timeShare" },
        yAxis: { type: "value", min: 0, name: "share of blocks", axisLabel: { formatter: "@share" } },
        series: lines("kvUtilization", "KV blocks"),
      },
    },
  ];
}
