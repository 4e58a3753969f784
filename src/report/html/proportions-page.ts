import { AREA_PARTS, AREA_PART_NAMES, type AreaPart } from "../../search/area-shares.ts";
import type { Spread } from "../../search/proportions.ts";
import type { ProportionsReport } from "../proportions/proportions-report.ts";
import { designsTable, movementLines, noteLines, sharesTable } from "../proportions/proportions-text.ts";
import { resultLabel, resultText } from "../explore/result-text.ts";
import { formatUnit } from "../format.ts";
import type { Chart } from "./chart-parts.ts";
import { textTable } from "./text-table.ts";
import { html, type Html } from "./markup.ts";
import { chartCard, pageHeader, reportPage } from "./page.ts";

/** Related parts share a colour, the second of them fainter. */
const COLOURS: Readonly<Record<AreaPart, readonly [colour: string, opacity: number]>> = {
  systolic_arrays: ["@series0", 1],
  mac_trees: ["@series1", 1],
  vector_units: ["@series2", 1],
  local_sram: ["@series3", 1],
  global_sram: ["@series3", 0.55],
  noc: ["@series2", 0.45],
  memory_interface: ["@series4", 1],
  p2p_links: ["@series4", 0.5],
  other: ["@series5", 0.6],
};

/**
 * One self-contained page: how the best design's die is divided in each study, what moved, and the designs.
 * @param chartLibrary text of an ECharts build that defines the global `echarts`
 */
export function proportionsPage(report: ProportionsReport, chartLibrary: string): string {
  const { scenario, description, seed, version } = report;
  const charts = [sharesChart(report)];
  const body = html`<style>
      .wide .chart {
        height: ${String(110 + 62 * report.studies.length)}px;
      }
    </style>
    <main>
      ${pageHeader("proportions")}
      <h1>${scenario}</h1>
      <p class="description">${description}</p>
      <div class="answer">${movementLines(report).map((line) => html`<div>${line}</div>`)}</div>
      <h2>How the best die is divided</h2>
      <div class="grid">${charts.map(chartCard)}</div>
      <h2>Shares of the die</h2>
      ${card(textTable(sharesTable(report)))}
      <h2>The designs</h2>
      ${card(textTable(designsTable(report)))}
      ${noteLines(report).map((line) => html`<p class="note">${line}</p>`)}
      <footer>Seed ${seed}; ador ${version}.</footer>
    </main>`;
  return reportPage(`${scenario}: proportions`, body, charts, chartLibrary);
}

function card(content: Html): Html {
  return html`<section class="card">${content}</section>`;
}

/** Narrower parts have no room for their numbers. */
const NARROWEST_LABELLED = 0.055;

function sharesChart({ studies, objective }: ProportionsReport): Chart {
  return {
    id: "shares",
    title: "Share of the die that each part takes, %",
    caption:
      "One bar for the best design of each study; below each share its range among designs that are within 2 % as good.",
    wide: true,
    option: {
      animation: false,
      aria: { enabled: true },
      grid: { left: 176, right: 24, top: 56, bottom: 32 },
      legend: { top: 0, left: 0 },
      tooltip: { trigger: "item", formatter: "{b}<br>{a}: <b>{c} %</b>" },
      xAxis: { type: "value", max: 100 },
      yAxis: {
        type: "category",
        inverse: true,
        axisTick: { show: false },
        axisLine: { lineStyle: { color: "@rule-strong" } },
        axisLabel: { color: "@ink-soft", lineHeight: 16 },
        data: studies.map(({ study, dieMm2, results }) =>
          [
            study,
            formatUnit(dieMm2.best, "mm²"),
            `${resultText(objective.result, results[objective.result])}${objective.result === "goodput_per_mm2" ? " per 1,000 mm²" : ` ${resultLabel(objective.result)}`}`,
          ].join("\n"),
        ),
      },
      series: AREA_PART_NAMES.map((part) => ({
        type: "bar",
        stack: "die",
        name: AREA_PARTS[part],
        color: COLOURS[part][0],
        itemStyle: { opacity: COLOURS[part][1] },
        barWidth: "72%",
        data: studies.map(({ shares }) => barOf(shares[part], COLOURS[part][1])),
      })),
    },
  };
}

function barOf(share: Spread, opacity: number): Record<string, unknown> {
  const percent = (value: number) => (100 * value).toFixed(0);
  const [low, high] = [percent(share.low), percent(share.high)];
  return {
    value: Number((100 * share.best).toFixed(1)),
    label: {
      show: share.best >= NARROWEST_LABELLED,
      color: opacity === 1 ? "@card" : "@ink",
      lineHeight: 15,
      formatter: `${percent(share.best)} %${low === high ? "" : `\n${low}-${high}`}`,
    },
  };
}
