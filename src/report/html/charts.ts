import { STATUS, type RequestRecords } from "../../serving/result.ts";
import { formatCount } from "../format.ts";
import type { RunReport } from "../run-report.ts";
import { cdfOf, thinCdf, type CdfPoint } from "./cdf.ts";

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
  readonly option: Record<string, unknown>;
}

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
    ...timelineCharts(reports),
  ];
}

interface CdfChart {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly axis: string;
  readonly limits: readonly { readonly seconds: number; readonly label: string }[];
  readonly series: readonly CdfPoint[][];
  readonly reports: readonly RunReport[];
}

function cdfChart({ id, title, caption, axis, limits, series, reports }: CdfChart): Chart {
  return {
    id,
    title,
    caption,
    wide: false,
    option: {
      ...frame(reports),
      tooltip: { trigger: "axis", formatter: "@cdf", axisPointer: { type: "line" } },
      xAxis: logTimeAxis(
        axis,
        series.flat().map(([seconds]) => seconds),
        limits.map(({ seconds }) => seconds),
      ),
      yAxis: { type: "value", min: 0, max: 1, axisLabel: { formatter: "@share" }, name: "share of total" },
      series: series.map((data, i) => ({
        type: "line",
        name: reports[i]!.system.name,
        showSymbol: false,
        color: `@series${i}`,
        lineStyle: { width: 2 },
        emphasis: { disabled: true },
        data: data.map(([seconds, share]) => [shortened(seconds), shortened(share)]),
        ...(i === 0 && limits.length > 0 && { markLine: limitLines(limits) }),
      })),
    },
  };
}

function limitLines(limits: CdfChart["limits"]): Record<string, unknown> {
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: "@limit", type: "dashed", width: 1.5 },
    label: { color: "@limit", formatter: "{b}", position: "insideEndTop", fontSize: 11 },
    data: limits.map(({ seconds, label }) => ({ xAxis: seconds, name: label })),
  };
}

/** A logarithmic axis whose ends enclose the data and the limits, a little wider. */
function logTimeAxis(
  name: string,
  times: readonly number[],
  limits: readonly number[],
): Record<string, unknown> {
  const all = [...times, ...limits].filter((seconds) => seconds > 0);
  const low = Math.min(...all);
  const high = Math.max(...all);
  return {
    type: "log",
    name: `${name} (log scale)`,
    nameLocation: "middle",
    nameGap: 30,
    ...(all.length > 0 && { min: low * 0.9, max: high * 1.1 }),
    axisLabel: { formatter: "@seconds", hideOverlap: true },
    splitLine: { show: false },
  };
}

/** Points of a scatter per system; more would only blacken the page. */
const MOST_DOTS = 1500;

function ttftByPromptChart(reports: readonly RunReport[]): Chart {
  return {
    id: "ttft-by-prompt",
    title: "First token by prompt length",
    caption: `Each dot is a request (at most ${formatCount(MOST_DOTS)} shown, evenly picked).`,
    wide: false,
    option: {
      ...frame(reports),
      tooltip: { trigger: "item", formatter: "@dot" },
      xAxis: {
        type: "value",
        name: "input tokens",
        nameLocation: "middle",
        nameGap: 30,
        axisLabel: { formatter: "@count" },
        splitLine: { show: false },
      },
      yAxis: { type: "log", name: "TTFT (log scale)", axisLabel: { formatter: "@seconds" } },
      series: reports.map((report, i) => ({
        type: "scatter",
        name: report.system.name,
        color: `@series${i}`,
        symbolSize: 4,
        itemStyle: { opacity: 0.45 },
        data: ttftDots(report.outcome.records),
      })),
    },
  };
}

function ttftDots(records: RequestRecords): number[][] {
  const stride = Math.max(1, Math.ceil(records.length / MOST_DOTS));
  const dots: number[][] = [];
  for (let i = 0; i < records.length; i += stride) {
    if (records.status[i] !== STATUS.completed) continue;
    dots.push([
      records.inputTokens[i]!,
      shortened(records.firstTokenSeconds[i]! - records.arrivalSeconds[i]!),
    ]);
  }
  return dots;
}

function timelineCharts(reports: readonly RunReport[]): Chart[] {
  const sampled = reports.filter((report) => report.outcome.timeline !== undefined);
  if (sampled.length === 0) return [];
  const lines = (column: "running" | "waiting" | "kvUtilization", suffix: string, type: "solid" | "dashed") =>
    sampled.map(({ system, outcome }) => ({
      type: "line",
      name: suffix === "" ? system.name : `${system.name}, ${suffix}`,
      showSymbol: false,
      color: `@series${reports.findIndex((report) => report.system === system)}`,
      lineStyle: { width: 1.5, type },
      emphasis: { disabled: true },
      data: outcome.timeline![column].map((value, k) => [
        shortened(outcome.timeline!.seconds[k]!),
        shortened(value),
      ]),
    }));
  const timeAxis = {
    type: "value",
    name: "time in the trace",
    nameLocation: "middle",
    nameGap: 30,
    axisLabel: { formatter: "@seconds" },
    splitLine: { show: false },
    max: "dataMax",
  };
  return [
    {
      id: "timeline-requests",
      title: "Requests in the system",
      caption: "Running and waiting requests over all replicas; drag the bar below to zoom.",
      wide: true,
      option: {
        ...frame(reports, true),
        legend: { top: 0, right: 0, type: "scroll" },
        tooltip: { trigger: "axis", formatter: "@timeCount" },
        dataZoom: [{ type: "slider", height: 18, bottom: 8, labelFormatter: "@seconds" }, { type: "inside" }],
        xAxis: timeAxis,
        yAxis: { type: "value", name: "requests", axisLabel: { formatter: "@count" } },
        series: [...lines("running", "running", "solid"), ...lines("waiting", "waiting", "dashed")],
      },
    },
    {
      id: "timeline-kv",
      title: "KV-cache use",
      caption: "Share of all KV blocks that are taken.",
      wide: true,
      option: {
        ...frame(reports, true),
        tooltip: { trigger: "axis", formatter: "@timeShare" },
        dataZoom: [{ type: "slider", height: 18, bottom: 8, labelFormatter: "@seconds" }, { type: "inside" }],
        xAxis: timeAxis,
        yAxis: { type: "value", min: 0, name: "share of blocks", axisLabel: { formatter: "@share" } },
        series: lines("kvUtilization", "", "solid"),
      },
    },
  ];
}

function frame(reports: readonly RunReport[], withZoom = false): Record<string, unknown> {
  return {
    animation: false,
    aria: { enabled: true },
    grid: { left: 56, right: 20, top: 44, bottom: withZoom ? 80 : 48 },
    legend: { show: reports.length > 1, top: 0, right: 0 },
  };
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

/** Six digits draw the same picture in half the bytes. */
function shortened(value: number): number {
  return Number(value.toPrecision(6));
}
