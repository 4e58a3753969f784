import { PUBLISHED } from "../../search/paper/published.ts";
import { THINK_SECONDS } from "../../search/paper/service.ts";
import type { TextTable } from "../plain-table.ts";
import type { PaperReport, ReportedCase } from "../paper/paper-report.ts";
import {
  aloneTable,
  gridTable,
  headlineTable,
  ladderTable,
  measuredTable,
  sweepTable,
  systemsOf,
  systemsTable,
} from "../paper/paper-tables.ts";
import { areaText, verdictOf } from "../paper/paper-verdict.ts";
import type { Chart } from "./chart-parts.ts";
import { html, type Html } from "./markup.ts";
import { chartCard, pageHeader, reportPage } from "./page.ts";
import { ratioChart, sweepChart, waterfallChart } from "./paper-charts.ts";
import { textTable } from "./text-table.ts";

/**
 * One self-contained page of a reproduction: our figures beside the paper's, the sweep over service levels, and where the
 * gain comes from.
 * @param chartLibrary text of an ECharts build that defines the global `echarts`
 */
export function paperPage(report: PaperReport, chartLibrary: string): string {
  const { cases, measurements, version } = report;
  const figures = cases.map((one) => one.figures);
  const ratios = [
    ratioChart(figures, "tbt", "TBT, ours and the paper's", PUBLISHED.tbtRatio),
    ratioChart(
      figures,
      "areaEfficiency",
      "Tokens/s/mm², ours and the paper's",
      PUBLISHED.areaEfficiencyRatio,
    ),
  ];
  const sweeps = figures.map(sweepChart);
  const waterfalls = figures.flatMap((one) => [
    waterfallChart(one, "tokensPerMm2", "tokens/s/mm² in a decode step of the largest batch"),
    waterfallChart(one, "requestsPerMm2", "requests/s/mm² within the SLO"),
  ]);
  const body = html`<main>
    ${pageHeader("paper")}
    <h1>The paper's headline, reproduced</h1>
    <div class="answer">${figures.map((one) => html`<p>${verdictOf(one)}</p>`)}</div>
    <h2>Our figures beside the paper's</h2>
    <div class="grid">${ratios.map(chartCard)} ${tableCard(headlineTable(figures))}</div>
    <h2>Requests within service levels from strict to loose</h2>
    <p>
      Requests a second that each system bears, and in brackets concurrent users who think for
      ${THINK_SECONDS} s between an answer and their next prompt, within a TTFT and a TPOT that 99 of 100
      requests meet.
    </p>
    <div class="grid">
      ${sweeps.map(chartCard)} ${figures.map((one) => tableCard(sweepTable(one, systemsOf(one))))}
    </div>
    <h2>All systems at the scenarios' own service levels</h2>
    <div class="grid">${figures.map((one) => tableCard(systemsTable([one])))}</div>
    <h2>Where the gain comes from</h2>
    <div class="grid">${waterfalls.map(chartCard)} ${tableCard(ladderTable(figures))}</div>
    ${figures.map((one) => html`<p>${one.name}: ${areaText(one)}</p>`)}
    <h2>The found designs with one thing off at a time</h2>
    <div class="grid">${tableCard(aloneTable(figures))}</div>
    <h2>Decode steps by batch and context</h2>
    <p>
      How many times as fast as the A100 under today's engine; a dash where a KV cache does not hold the
      batch.
    </p>
    <div class="grid">${figures.map((one) => tableCard(gridTable(one)))}</div>
    <h2>The A100 as measured with the software of its day</h2>
    ${
      measurements === undefined
        ? html`<p>No measurements were at hand.</p>`
        : html`<div class="grid">${tableCard(measuredTable(figures))}</div>`
    }
    <h2>The designs</h2>
    <div class="grid">${cases.map(designCard)}</div>
    <footer>ador ${version}.</footer>
  </main>`;
  const charts: Chart[] = [...ratios, ...sweeps, ...waterfalls];
  return reportPage("The paper's headline, reproduced", body, charts, chartLibrary);
}

function tableCard(table: TextTable): Html {
  return html`<section class="card wide">${textTable(table)}</section>`;
}

function designCard({ figures, design, candidateId, estimated, seed, scenarioHash }: ReportedCase): Html {
  return html`<section class="card wide">
    <h3>${figures.name}: design ${candidateId} of ${estimated}</h3>
    <p>${design.map(([path, value]) => `${path} ${String(value)}`).join(", ")}</p>
    <p class="caption">Seed ${seed}; scenario ${scenarioHash}.</p>
  </section>`;
}
