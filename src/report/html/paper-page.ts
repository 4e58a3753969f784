import type { PaperReport, ReportedCase } from "../paper/paper-report.ts";
import {
  aloneTable,
  gridTable,
  headlineTable,
  ladderTable,
  measuredTable,
  systemsTable,
} from "../paper/paper-tables.ts";
import { causesOf, verdictOf } from "../paper/paper-verdict.ts";
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
  const ratios = ratioChart(figures);
  const sweeps = figures.map(sweepChart);
  const waterfalls = figures.flatMap((one) => [
    waterfallChart(one, "tokensPerMm2", "tokens/s/mm² in a decode step of the largest batch"),
    waterfallChart(one, "requestsPerMm2", "requests/s/mm² within the SLO"),
  ]);
  const body = html`<main>
    ${pageHeader("paper")}
    <h1>The paper's headline, reproduced</h1>
    ${figures.map((one) => html`<p class="answer">${verdictOf(one)}</p>`)}
    <div class="grid">${chartCard(ratios)}</div>
    <section class="card wide">${textTable(headlineTable(figures))}</section>
    <h2>Requests within service levels from strict to loose</h2>
    <p>
      Requests a second that each system bears, and in brackets users served at once, within a TTFT and a TPOT
      that 99 of 100 requests meet.
    </p>
    <div class="grid">${sweeps.map(chartCard)}</div>
    ${figures.map((one) => html`<section class="card">${textTable(systemsTable(one))}</section>`)}
    <h2>Where the gain comes from</h2>
    <div class="grid">${waterfalls.map(chartCard)}</div>
    ${figures.map(
      (one) =>
        html`<section class="card">
          <h3>${one.name}</h3>
          <ul>
            ${causesOf(one).map((text) => html`<li>${text}</li>`)}
          </ul>
        </section>`,
    )}
    <section class="card">${textTable(ladderTable(figures))}</section>
    <h2>The found designs with one thing off at a time</h2>
    <section class="card">${textTable(aloneTable(figures))}</section>
    <h2>Decode steps by batch and context</h2>
    <p>
      How many times as fast as the A100 under today's engine; a dash where a KV cache does not hold the
      batch.
    </p>
    ${figures.map((one) => html`<section class="card">${textTable(gridTable(one))}</section>`)}
    <h2>The A100 as measured with the software of its day</h2>
    ${
      measurements === undefined
        ? html`<p>No measurements were at hand.</p>`
        : figures
            .filter(({ measured }) => measured.length > 0)
            .map((one) => html`<section class="card">${textTable(measuredTable(one))}</section>`)
    }
    <h2>The designs</h2>
    ${cases.map(designCard)}
    <footer>ador ${version}.</footer>
  </main>`;
  const charts: Chart[] = [ratios, ...sweeps, ...waterfalls];
  return reportPage("The paper's headline, reproduced", body, charts, chartLibrary);
}

function designCard({ figures, design, candidateId, estimated, seed, scenarioHash }: ReportedCase): Html {
  return html`<section class="card">
    <h3>${figures.name}: design ${candidateId} of ${estimated}</h3>
    <p>${design.map(([path, value]) => `${path} ${String(value)}`).join(", ")}</p>
    <p class="caption">Seed ${seed}; scenario ${scenarioHash}.</p>
  </section>`;
}
