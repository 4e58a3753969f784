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
  /**
   * How a cumulative distribution is drawn when its tail is asked for: parts of the option to replace, over shares drawn
   * on a scale of nines (90 %, 99 %, 99.9 %… evenly spaced).
   */
  readonly tail?: Record<string, unknown>;
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
    tail: {
      tooltip: { trigger: "axis", formatter: "@cdfTail", axisPointer: { type: "line" } },
      yAxis: {
        type: "value",
        min: 0,
        interval: 1,
        axisLabel: { formatter: "@nines" },
        name: "share of total",
      },
    },
    option: {
      ...frame(reports),
      legend: lineLegend(reports.length > 1),
      tooltip: { trigger: "axis", formatter: "@cdf", axisPointer: { type: "line" } },
      xAxis: {
        ...logTimeAxis(
          axis,
          series.flat().map(([seconds]) => seconds),
          limits.map(({ seconds }) => seconds),
        ),
        ...NAME_BELOW,
      },
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

/** A logarithmic axis whose ends enclose the data and the limits, with ticks at 1, 2 and 5 of each decade. */
function logTimeAxis(
  name: string,
  times: readonly number[],
  limits: readonly number[] = [],
): Record<string, unknown> {
  const positive = [...times, ...limits].filter((seconds) => seconds > 0);
  const low = positive.reduce((least, seconds) => Math.min(least, seconds), Infinity) * 0.9;
  const high = positive.reduce((most, seconds) => Math.max(most, seconds), 0) * 1.1;
  const ticks = low < high ? ticksBetween(low, high) : [];
  return {
    type: "log",
    name: `${name} (log scale)`,
    ...(ticks.length > 0 && { min: low, max: high }),
    axisTick: { customValues: ticks },
    axisLabel: { formatter: "@seconds", hideOverlap: true, customValues: ticks },
    splitLine: { show: false },
  };
}

function ticksBetween(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Math.ceil(Math.log10(high)) - first;
  const steps = decades > 3 ? [1] : [1, 2, 5];
  return Array.from({ length: decades + 1 }, (_, i) => steps.map((step) => Number(`${step}e${first + i}`)))
    .flat()
    .filter((tick) => tick >= low && tick <= high);
}

/** Places an axis name below the axis. */
const NAME_BELOW = { nameLocation: "middle", nameGap: 30 };

/** A legend that shows lines as they are drawn, dashes included. */
function lineLegend(show: boolean): Record<string, unknown> {
  return { show, top: 0, right: 0, type: "scroll", itemStyle: { opacity: 0 }, itemWidth: 26 };
}

/** Points of a scatter per system; more would only blacken the page. */
const MOST_DOTS = 1500;

function ttftByPromptChart(reports: readonly RunReport[]): Chart {
  const dots = reports.map(({ outcome }) => ttftDots(outcome.records));
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
        ...NAME_BELOW,
        axisLabel: { formatter: "@count" },
        splitLine: { show: false },
      },
      yAxis: logTimeAxis(
        "TTFT",
        dots.flat().map(([, seconds]) => seconds!),
      ),
      series: reports.map((report, i) => ({
        type: "scatter",
        name: report.system.name,
        color: `@series${i}`,
        symbolSize: 4,
        itemStyle: { opacity: 0.45 },
        data: dots[i],
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
  const common = {
    ...frame(reports),
    grid: { left: 56, right: 20, top: 44, bottom: 84 },
    dataZoom: [{ type: "slider", height: 18, bottom: 8, labelFormatter: "@clock" }, { type: "inside" }],
    xAxis: {
      type: "value",
      name: "time in the trace (h:min:s)",
      ...NAME_BELOW,
      axisLabel: { formatter: "@clock", showMaxLabel: false },
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
        yAxis: { type: "value", name: "requests", axisLabel: { formatter: "@count" } },
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

function frame(reports: readonly RunReport[]): Record<string, unknown> {
  return {
    animation: false,
    aria: { enabled: true },
    grid: { left: 56, right: 20, top: 44, bottom: 48 },
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
