import type { Figure } from "../../analysis/experiment/figures.ts";
import { latencyOfFigure } from "../../analysis/experiment/figures.ts";
import { REGIMES } from "../../analysis/sweep/regime.ts";
import { trustLines } from "../sweep/sweep-screen.ts";
import type { SweepReport } from "../sweep/sweep-report.ts";
import { signedShare } from "../validation/validation-screen.ts";
import type { Chart } from "./chart-parts.ts";
import { curveChart, type Curve } from "./curve-chart.ts";
import { html, type Html } from "./markup.ts";
import { chartCard, pageHeader, reportPage } from "./page.ts";

/** What is drawn, one chart each. */
const DRAWN: readonly (readonly [figure: Figure, title: string])[] = [
  ["ttft_mean", "TTFT, mean"],
  ["ttft_p99", "TTFT p99"],
  ["tbt_mean", "TBT, mean"],
  ["tbt_p99", "TBT p99"],
  ["e2e_mean", "E2E, mean"],
  ["output_throughput_tps", "Output tokens a second"],
  ["slo_attainment", "SLO attainment"],
  ["energy_per_token_j", "Energy per output token, J"],
];

const AXIS_NAMES: Readonly<Record<string, string>> = {
  load: "offered load over saturation (as estimated)",
  rate: "offered requests a second",
  context: "prompt lengths, times as long",
  slo: "all targets, times as long",
};

const PLAIN = { bold: (text: string) => text, dim: (text: string) => text, good: (text: string) => text };

/**
 * One self-contained page: where the estimate may be trusted, both curves with the band of the simulation, errors by
 * figure and regime.
 * @param chartLibrary text of an ECharts build that defines the global `echarts`
 */
export function sweepPage(report: SweepReport, chartLibrary: string): string {
  const charts = DRAWN.flatMap(([figure, title]) => chartOf(report, figure, title));
  const body = html`<main>
    ${pageHeader("estimate against simulation")}
    <h1>${report.scenario}</h1>
    <p class="description">
      Formulas beside the simulation, over ${AXIS_NAMES[report.axis] ?? report.axis}
      (${report.systems.join(", ")}).
    </p>
    ${trustLines(report, PLAIN).map((line) => html`<p class="answer">${line}</p>`)}
    <h2>Both curves</h2>
    <div class="grid">${charts.map(chartCard)}</div>
    <h2>Errors of the estimate</h2>
    ${errorsTable(report)}
    ${report.leftOut.map((what) => html`<p class="note">The estimate leaves out ${what}.</p>`)}
    <footer>
      Errors are estimated over simulated, less 1: the median with its sign, the worst in brackets. Bands hold
      with ${Math.round(100 * report.confidence)} % confidence. Seed ${report.seed}; scenario
      ${report.scenarioHash}; ador ${report.version}.
    </footer>
  </main>`;
  return reportPage(`${report.scenario}: estimate against simulation`, body, charts, chartLibrary);
}

function chartOf({ axis, systems, compared }: SweepReport, figure: Figure, title: string): Chart[] {
  const own = compared.filter((row) => row.figure === figure);
  if (own.length === 0) return [];
  const label = (system: string, what: string) => (systems.length > 1 ? `${system}, ${what}` : what);
  const curves = systems.flatMap((system, i): Curve[] => {
    const rows = own.filter((row) => row.system === system);
    const measured = rows.filter((row) => row.measured !== null);
    return [
      {
        ...{ name: label(system, "simulated"), colour: (2 * i) % 6, formula: false },
        points: rows.map(({ value, simulated, low, high }) => ({ x: value, y: simulated, low, high })),
      },
      {
        ...{ name: label(system, "estimated"), colour: (2 * i + 1) % 6, formula: true },
        points: rows.map(({ value, estimated }) => ({ x: value, y: estimated })),
      },
      ...(measured.length === 0
        ? []
        : [
            {
              ...{ name: label(system, "measured"), colour: (2 * i + 2) % 6, formula: false },
              points: measured.map((row) => ({ x: row.value, y: row.measured })),
            },
          ]),
    ];
  });
  const caption = "Dashed as estimated; dots as simulated, with the band of the simulation.";
  const seconds = latencyOfFigure(figure) !== undefined;
  return [
    curveChart({
      id: figure,
      title,
      caption,
      seconds,
      curves,
      xName: AXIS_NAMES[axis] ?? axis,
      yName: title,
    }),
  ];
}

function errorsTable({ errors }: SweepReport): Html {
  const regimes = REGIMES.filter((regime) => errors.some((row) => row.regime === regime));
  const figures = [...new Set(errors.map(({ figure }) => figure))];
  return html`<section class="card">
    <table>
      <thead>
        <tr>
          <th>metric</th>
          ${regimes.map((regime) => html`<th>${regime}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${figures.map(
          (figure) =>
            html`<tr>
              <th>${figure}</th>
              ${regimes.map((regime) => {
                const row = errors.find((of) => of.figure === figure && of.regime === regime);
                if (row === undefined) return html`<td></td>`;
                const mark = row.trust === "trusted" ? "good" : row.trust === "rough" ? "" : "bad";
                return html`<td class="${mark}">
                  ${signedShare(row.bias)} (${(100 * row.worst).toFixed(0)} %)
                </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}
