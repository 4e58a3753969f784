import { FIDELITIES, type Fidelity } from "../../search/evaluation/evaluator.ts";
import type { ResultName } from "../../search/evaluation/results.ts";
import type { Findings } from "../../search/findings.ts";
import { resultsOf } from "../../search/search.ts";
import {
  comparisonTable,
  confirmationTable,
  effortLines,
  frontTable,
  recommendedText,
  sensitivityTable,
  tradeLines,
} from "../explore/explore-tables.ts";
import { resultLabel } from "../explore/result-text.ts";
import { NAME_BELOW, shortened, type Chart } from "./chart-parts.ts";
import { html } from "./markup.ts";
import { chartCard, pageHeader, reportPage } from "./page.ts";
import { textTable } from "./text-table.ts";
import { worthCharts, worthSection } from "./worth-section.ts";

/**
 * One self-contained page of a search: the recommended design beside known devices, the front, and every design that was looked
 * at.
 * @param chartLibrary text of an ECharts build that defines the global `echarts`
 */
export function explorePage(findings: Findings, chartLibrary: string): string {
  const { scenario } = findings.exploration;
  const charts = chartsOf(findings);
  const money = worthCharts(findings.worth);
  const body = html`<main>
    ${pageHeader("search")}
    <h1>${scenario.name}</h1>
    <p class="answer">Recommended: ${recommendedText(findings)}.</p>
    <p>${scenario.description}</p>
    <h2>Beside known devices</h2>
    <section class="card">${textTable(comparisonTable(findings))}</section>
    ${findings.confirmations.length === 0 ? "" : html`<section class="card">${textTable(confirmationTable(findings))}</section>`}
    <h2>Pareto front</h2>
    <section class="card">
      ${textTable(frontTable(findings))}
      <ul>
        ${tradeLines(findings).map((line) => html`<li>${line}</li>`)}
      </ul>
    </section>
    <div class="grid">${charts.map(chartCard)}</div>
    <h2>What a tenth of each resource is worth</h2>
    <section class="card">${textTable(sensitivityTable(findings))}</section>
    ${worthSection(findings.worth, money)}
    <h2>How it was found</h2>
    <section class="card">
      <ul>
        ${effortLines(findings).map((line) => html`<li>${line}</li>`)}
      </ul>
    </section>
  </main>`;
  return reportPage(scenario.name, body, [...charts, ...money], chartLibrary);
}

const SERIES_OF: Readonly<Record<Fidelity, string>> = {
  estimate: "estimated",
  slice: "replayed in part",
  full: "replayed whole",
};

/** Each further objective over the first. */
function chartsOf({ exploration, outcome, comparisons }: Findings): Chart[] {
  const [first, ...others] = exploration.objectives.list.map(({ result }) => result);
  const against = others.length === 0 ? (["area_mm2"] as const) : others;
  const front = new Set(outcome.front.map(({ id }) => id));
  return against.map((other): Chart => {
    const series = FIDELITIES.map((fidelity) => ({
      name: SERIES_OF[fidelity],
      dots: outcome.candidates.flatMap(({ id, evaluations }) => {
        const highest = FIDELITIES.findLast((name) => evaluations[name] !== undefined);
        return highest === fidelity && !front.has(id) ? dot(evaluations[fidelity], first!, other, id) : [];
      }),
    }));
    const all = [
      ...series,
      {
        name: "front",
        dots: outcome.front.flatMap(({ id, evaluations }) => dot(evaluations.full, first!, other, id)),
      },
      {
        name: "known devices",
        dots: comparisons.flatMap(({ name, evaluation }) => dot(evaluation, first!, other, name)),
      },
    ];
    return {
      id: `${first}-${other}`,
      title: `${resultLabel(other)} over ${resultLabel(first!)}`,
      caption: "Each dot is a design, by the closest look that was taken at it.",
      wide: true,
      option: {
        animation: false,
        aria: { enabled: true },
        grid: { left: 72, right: 20, top: 44, bottom: 48 },
        legend: { top: 0, right: 0 },
        xAxis: { type: "value", scale: true, name: resultLabel(first!), ...NAME_BELOW },
        yAxis: { type: "value", scale: true, name: resultLabel(other) },
        series: all.map(({ name, dots }, i) => ({
          type: "scatter",
          name,
          color: `@series${i}`,
          symbol: name === "known devices" ? "diamond" : "circle",
          symbolSize: i < 2 ? 4 : 9,
          itemStyle: { opacity: i < 2 ? 0.5 : 1 },
          data: dots,
        })),
      },
    };
  });
}

function dot(
  evaluation: Parameters<typeof resultsOf>[0],
  x: ResultName,
  y: ResultName,
  name: string,
): (number | string)[][] {
  const results = resultsOf(evaluation);
  const [across, up] = [results?.[x] ?? null, results?.[y] ?? null];
  return across === null || up === null ? [] : [[shortened(across), shortened(up), name]];
}
