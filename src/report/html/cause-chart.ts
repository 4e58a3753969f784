import { causesByNines, rowsOf } from "../../analysis/attribution/by-cause.ts";
import { GAP, TTFT, type Attribution } from "../../serving/attribution/cause-rows.ts";
import { CAUSES, type Cause } from "../../serving/attribution/causes.ts";
import { CAUSE_NAMES } from "../cause-names.ts";
import type { RunReport } from "../run-report.ts";
import { NAME_BELOW, shortened, type Chart } from "./chart-parts.ts";

/** Waiting in reds, prompts in blues, decoding in greens, the rest in greys; each reads on light and dark. */
const COLOURS: Readonly<Record<Cause, string>> = {
  routing: "#b07aa1",
  slot_wait: "#e15759",
  kv_wait: "#f28e2b",
  own_prefill: "#4e79a7",
  other_prefill: "#76b7e0",
  own_decode: "#3f8f4f",
  batch_growth: "#59a14f",
  context_growth: "#a3d08f",
  preemption: "#c2185b",
  transfer: "#edc948",
  collectives: "#9c755f",
  host: "#9a9a9a",
};

/** A cause that never makes up this share of a bar is left out of the picture. */
const LEAST_SHARE = 0.01;

/** What first tokens and long gaps waited for, percentile by percentile; none where it was not asked for. */
export function causeCharts(reports: readonly RunReport[]): Chart[] {
  return reports.flatMap(({ outcome: { attribution }, system }) => {
    if (attribution === undefined) return [];
    const of = reports.length > 1 ? `: ${system.name}` : "";
    return [
      ...causeChart(attribution, TTFT, {
        id: `causes-ttft-${system.name}`,
        title: `What first tokens waited for${of}`,
        caption: "Mean TTFT of the requests around each percentile, split into causes that add up to it.",
      }),
      ...causeChart(attribution, GAP, {
        id: `causes-gap-${system.name}`,
        title: `What gaps above the SLO consist of${of}`,
        caption:
          "The gaps between tokens that missed their target, from the shortest of them to the longest.",
      }),
    ];
  });
}

function causeChart(
  attribution: Attribution,
  quantity: number,
  { id, title, caption }: Pick<Chart, "id" | "title" | "caption">,
): Chart[] {
  const points = causesByNines(attribution, rowsOf(attribution, quantity));
  if (points.length < 2) return [];
  const totals = points.map(({ means }) => CAUSES.reduce((sum, cause) => sum + means[cause], 0));
  const shown = CAUSES.filter((cause) =>
    points.some(({ means }, i) => means[cause] > LEAST_SHARE * totals[i]!),
  );
  const series = shown.map((cause) => ({
    ...{ type: "line", name: CAUSE_NAMES[cause], stack: "causes", showSymbol: false, color: COLOURS[cause] },
    ...{ lineStyle: { width: 0 }, areaStyle: { opacity: 0.85 }, emphasis: { disabled: true } },
    data: points.map(({ nines, means }) => [shortened(nines), shortened(means[cause])]),
  }));
  return [
    {
      ...{ id: id.replace(/[^A-Za-z0-9]+/g, "-"), title, caption, wide: true },
      option: {
        animation: false,
        aria: { enabled: true },
        grid: { left: 64, right: 20, top: 44, bottom: 48 },
        legend: { show: true, top: 0, right: 0, type: "scroll", icon: "roundRect" },
        tooltip: { trigger: "axis", formatter: "@causes" },
        xAxis: {
          ...{ type: "value", name: "percentile", ...NAME_BELOW, max: "dataMax", interval: 1 },
          axisLabel: { formatter: "@nines" },
          splitLine: { show: false },
        },
        yAxis: { type: "value", name: "time", axisLabel: { formatter: "@seconds" } },
        series,
      },
    },
  ];
}
