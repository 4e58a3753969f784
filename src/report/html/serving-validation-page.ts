import type { SweepPoint } from "../../analysis/validation/end-to-end/replay-sweep.ts";
import type {
  ServingSummaryRow,
  ServingValidation,
} from "../../analysis/validation/end-to-end/validate-serving.ts";
import { formatCount, formatPlural, formatSeconds } from "../format.ts";
import { errorCells, metricText, sweepErrors } from "../validation/serving-screen.ts";
import { signedShare } from "../validation/validation-screen.ts";
import { comparisonChart, type ComparedDot } from "./comparison-chart.ts";
import { loadChart } from "./load-chart.ts";
import { html, type Html } from "./markup.ts";
import { chartCard, pageHeader, reportPage } from "./page.ts";
import { textTable } from "./text-table.ts";

/**
 * One self-contained page: the load over each run, its distributions beside the measured ones, and the sweeps.
 * @param chartLibrary text of an ECharts build that defines the global `echarts`
 */
export function servingValidationPage(validation: ServingValidation, chartLibrary: string): string {
  const { runs, points, summary, unmodelled } = validation;
  const loads = runs.map(loadChart);
  const dots = points.length === 0 ? [] : [sweepChart("ttft", points), sweepChart("tpot", points)];
  const body = html`<main>
    ${pageHeader("validation")}
    <h1>Simulated serving against measured serving</h1>
    <p class="answer">
      ${formatPlural(runs.length, "run")} replayed, ${formatPlural(points.length, "point")} of closed-loop
      sweeps.
    </p>
    ${runs.map(
      ({ dataset, system }, i) =>
        html`<h2>${dataset}: ${system}</h2>
          ${chartCard(loads[i]!)}
          <section class="card">${runTable(summary.filter((row) => row.dataset === dataset))}</section>`,
    )}
    ${
      points.length === 0
        ? ""
        : html`<h2>Closed-loop sweeps</h2>
            <section class="card">${sweepTable(summary)}</section>
            <div class="grid">${dots.map(chartCard)}</div>`
    }
    ${unmodelled.length === 0 ? "" : unservedTable(validation)}
    <footer>
      Errors are shares of the measured value; those of sweeps are medians over all points of a system.
    </footer>
  </main>`;
  return reportPage("Simulated against measured serving", body, [...loads, ...dots], chartLibrary);
}

function sweepChart(metric: "ttft" | "tpot", points: readonly SweepPoint[]) {
  const key = `${metric}Seconds` as const;
  const dots = points.map(
    ({ system, deployment: { gpu, backend, parallelism }, loop, measured, predicted }): ComparedDot => ({
      ...{ series: `${gpu} ${backend}`, measured: measured[key], predicted: predicted[key] },
      what: `${system} tp=${parallelism.tensorParallel} ${loop.inputTokens}/${loop.outputTokens} at ${loop.concurrency}`,
    }),
  );
  return comparisonChart(`sweep-${metric}`, `${metric.toUpperCase()} under so many clients`, dots, true);
}

function runTable(rows: readonly ServingSummaryRow[]): Html {
  return textTable({
    head: ["metric", "measured", "predicted", "error"],
    rows: rows.map(({ metric, measured, predicted, error }) => [
      metricText(metric),
      ...[formatSeconds(measured), formatSeconds(predicted), signedShare(error)],
    ]),
  });
}

function sweepTable(summary: readonly ServingSummaryRow[]): Html {
  return textTable({
    head: ["system", "n", "TTFT median", "p90", "bias", "TPOT median", "p90", "bias"],
    rows: sweepErrors(summary).map(({ system, n, ttft, tpot }) => [
      ...[system, formatCount(n), ...errorCells(ttft), ...errorCells(tpot)],
    ]),
  });
}

function unservedTable({ unmodelled }: ServingValidation): Html {
  const rows = unmodelled.map(({ system, reason, rows: count }) => [system, reason, formatCount(count)]);
  return html`<h2>Not described here, not scored</h2>
    <section class="card">${textTable({ head: ["system", "why", "rows"], rows })}</section>`;
}
