import { STATUS } from "../../serving/result.ts";
import type { RunReport } from "../run-report.ts";
import { causeCharts } from "./cause-chart.ts";
import { cdfChart } from "./cdf-chart.ts";
import { cdfOf, thinCdf } from "./cdf.ts";
import type { Chart } from "./chart-parts.ts";
import { ttftByPromptChart } from "./prompt-chart.ts";
import { timelineCharts } from "./timeline-charts.ts";

/** The charts of one system, or of several overlaid; systems keep their colour from chart to chart. */
export function chartsOf(reports: readonly RunReport[]): Chart[] {
  const { slo } = reports[0]!.scenario;
  const runLimits = (metric: string) =>
    slo.run
      .filter((target) => target.metric === metric)
      .map((target) => ({ seconds: target.seconds, label: `${target.statistic} target` }));
  const limit = (seconds: number | undefined, label: string) =>
    seconds === undefined ? [] : [{ seconds, label }];
  return [
    cdfChart({
      id: "ttft",
      title: "Time to first token",
      caption: "Share of requests whose first token came within the time; further left is better.",
      axis: "TTFT",
      limits: [...limit(slo.request.ttftSeconds, "SLO"), ...runLimits("ttft")],
      series: reports.map((report) => cdfOf(completedTimes(report, "firstTokenSeconds"))),
      reports,
    }),
    cdfChart({
      id: "tbt",
      title: "Time between tokens",
      caption: "Share of all gaps between consecutive tokens, pooled over requests.",
      axis: "TBT",
      limits: [...limit(slo.request.maxTbtSeconds, "SLO, largest gap"), ...runLimits("tbt")],
      series: reports.map(({ outcome }) => thinCdf(outcome.gapCdf)),
      reports,
    }),
    cdfChart({
      id: "e2e",
      title: "End-to-end time",
      caption: "Share of requests that were answered in full within the time.",
      axis: "E2E",
      limits: [...limit(slo.request.e2eSeconds, "SLO"), ...runLimits("e2e")],
      series: reports.map((report) => cdfOf(completedTimes(report, "finishSeconds"))),
      reports,
    }),
    ttftByPromptChart(reports),
    ...causeCharts(reports),
    ...timelineCharts(reports),
  ];
}

/** Seconds from arrival to `column` of the completed requests that count. */
function completedTimes({ outcome }: RunReport, column: "firstTokenSeconds" | "finishSeconds"): Float64Array {
  const { records, window } = outcome;
  const times = new Float64Array(records.length);
  let count = 0;
  for (let i = 0; i < records.length; i++) {
    const arrival = records.arrivalSeconds[i]!;
    if (records.status[i] !== STATUS.completed) continue;
    if (arrival < window.fromSeconds || arrival >= window.untilSeconds) continue;
    times[count++] = records[column][i]! - arrival;
  }
  return times.slice(0, count);
}
