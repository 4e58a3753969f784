import { DATASETS } from "../../analysis/validation/datasets.ts";
import {
  meetsGoal,
  type Point,
  type SummaryRow,
  type Validation,
} from "../../analysis/validation/validate.ts";
import { formatCount, formatPlural, formatShare } from "../format.ts";
import { goalText, signedShare } from "../validation/validation-screen.ts";
import type { Chart } from "./chart-parts.ts";
import { comparisonChart, type ComparedDot } from "./comparison-chart.ts";
import { html, type Html } from "./markup.ts";
import { chartCard, pageHeader, reportPage } from "./page.ts";
import { textTable } from "./text-table.ts";

/**
 * One self-contained page: errors by dataset and device, a scatter plot a dataset, and what was not scored.
 * @param chartLibrary text of an ECharts build that defines the global `echarts`
 */
export function validationPage(validation: Validation, chartLibrary: string): string {
  const { points, summary, unmodelled, absent } = validation;
  const charts = chartsOf(validation);
  const judged = summary.filter(({ goal }) => goal !== null);
  const met = judged.filter((row) => meetsGoal(row) === true).length;
  const body = html`<main>
    ${pageHeader("validation")}
    <h1>Model against measurements</h1>
    <p class="answer">
      ${formatPlural(points.length, "measurement")} compared; ${met} of ${judged.length} goals met.
    </p>
    <h2>Errors</h2>
    <section class="card">${summaryTable(summary)}</section>
    <h2>Predicted over measured</h2>
    <div class="grid">${charts.map(chartCard)}</div>
    ${unmodelled.length === 0 ? "" : unmodelledTable(validation)}
    ${absent.length === 0 ? "" : html`<p class="note">Absent, skipped: ${absent.join(", ")}.</p>`}
    <footer>
      Errors are of the absolute difference, as a share of the measured value; the bias is the median with its
      sign. A goal is the median and, in brackets, the 90th percentile over all target rows of a device.
    </footer>
  </main>`;
  return reportPage("Model against measurements", body, charts, chartLibrary);
}

function chartsOf({ points }: Validation): Chart[] {
  return DATASETS.flatMap(({ name, title }) => {
    const own = points.filter(({ dataset }) => dataset === name);
    if (own.length === 0) return [];
    return [comparisonChart(name, title, own.map(dotOf), own[0]!.metric !== "throughput")];
  });
}

function dotOf({ device, operator, model, shape, measured, predicted }: Point): ComparedDot {
  const what = [operator, model, shape].filter((part) => part !== "").join(" ");
  return { series: device, what, measured, predicted };
}

function summaryTable(summary: readonly SummaryRow[]): Html {
  return html`<table>
    <thead>
      <tr>
        ${["dataset", "device", "rows", "of", "n", "median", "p90", "bias", "goal"].map((name) => html`<th>${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${summary.map((row) => {
        const met = meetsGoal(row);
        return html`<tr>
          <th>${row.dataset}</th>
          <td>${row.device}</td>
          <td>${row.subset}</td>
          <td>${row.metric}</td>
          <td>${formatCount(row.n)}</td>
          <td>${formatShare(row.mdape)}</td>
          <td>${formatShare(row.p90ape)}</td>
          <td>${signedShare(row.bias)}</td>
          <td class="${met === null ? "" : met ? "good" : "bad"}">${goalText(row)}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

function unmodelledTable({ unmodelled }: Validation): Html {
  const rows = unmodelled.map(({ dataset, device, model, reason, rows: count }) => [
    ...[dataset, device, model, reason, formatCount(count)],
  ]);
  return html`<h2>Not described here, not scored</h2>
    <section class="card">
      ${textTable({ head: ["dataset", "device", "model", "why", "rows"], rows })}
    </section>`;
}
