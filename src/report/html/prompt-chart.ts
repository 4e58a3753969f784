import { STATUS, type RequestRecords } from "../../serving/result.ts";
import { formatCount } from "../format.ts";
import type { RunReport } from "../run-report.ts";
import { frame, timeAxis, NAME_BELOW, shortened, type Chart } from "./chart-parts.ts";

/** Points of a scatter per system; more would only blacken the page. */
const MOST_DOTS = 1500;

/** TTFT over prompt length, a dot per request. */
export function ttftByPromptChart(reports: readonly RunReport[]): Chart {
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
        minInterval: 1,
        axisLabel: { formatter: "@count" },
        splitLine: { show: false },
      },
      yAxis: timeAxis(
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
