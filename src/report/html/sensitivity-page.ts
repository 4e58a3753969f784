import { isEffect, isSure, strength, type Effect, type Refusal } from "../../analysis/sensitivity/effects.ts";
import { figureText } from "../capacity/capacity-report.ts";
import { formatWithPrefix } from "../format.ts";
import type { SensitivityReport } from "../sensitivity/sensitivity-report.ts";
import { coarseText, sensitivitySentence } from "../sensitivity/sensitivity-screen.ts";
import { signedShare } from "../validation/validation-screen.ts";
import { shortened, type Chart } from "./chart-parts.ts";
import { html, type Html } from "./markup.ts";
import { chartCard, pageHeader, reportPage } from "./page.ts";

/** Knobs that are drawn; the others hardly move anything. */
const MOST_BARS = 15;

/**
 * One self-contained page: a tornado of the strongest knobs, and all of them in a table.
 * @param chartLibrary text of an ECharts build that defines the global `echarts`
 */
export function sensitivityPage(report: SensitivityReport, chartLibrary: string): string {
  const { scenario, system, device, figure, base, seed, scenarioHash, version } = report;
  const charts = [tornado(report)];
  const body = html`<main>
    ${pageHeader("sensitivity")}
    <h1>${scenario}</h1>
    <p class="description">
      ${figure} of ${system} (${device}): ${figureText({ figure, value: base })} as it
      is${report.equalArea ? ", every change at equal area" : ""}.
    </p>
    <p class="answer">${sensitivitySentence(report)}</p>
    <h2>What each knob does</h2>
    <div class="grid">${charts.map(chartCard)}</div>
    <h2>All knobs</h2>
    ${knobTable(report)}
    <footer>
      Every knob turned by ${Math.round(100 * report.share)} % (whole numbers by at least one), simulated with
      the same seeds. Intervals hold with ${Math.round(100 * report.confidence)} % confidence. Seed ${seed};
      scenario ${scenarioHash}; ador ${version}.
    </footer>
  </main>`;
  return reportPage(`${scenario}: sensitivity`, body, charts, chartLibrary);
}

function tornado({ figure, share, sensitivities }: SensitivityReport): Chart {
  const drawn = sensitivities
    .filter((one) => strength(one) > 0)
    .slice(0, MOST_BARS)
    .reverse();
  const bars = (name: string, colour: number, side: (one: (typeof drawn)[number]) => Effect | Refusal) => ({
    type: "bar",
    name,
    color: `@series${colour}`,
    barGap: "-100%",
    barWidth: "62%",
    data: drawn.map((one) => {
      const of = side(one);
      return isEffect(of) ? shortened(of.change) : 0;
    }),
  });
  const text = `${Math.round(100 * share)} %`;
  return {
    id: "tornado",
    title: `Change of ${figure}`,
    caption: "The strongest knob on top; a bar to each side for the knob turned down and up.",
    wide: true,
    option: {
      animation: false,
      aria: { enabled: true },
      grid: { left: 230, right: 24, top: 32, bottom: 28 },
      legend: { show: true, top: 0, right: 0 },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: "@share" },
      xAxis: { type: "value", axisLabel: { formatter: "@share" } },
      yAxis: { type: "category", data: drawn.map(({ knob }) => knob.path), axisTick: { show: false } },
      series: [bars(`-${text}`, 1, ({ down }) => down), bars(`+${text}`, 0, ({ up }) => up)],
    },
  };
}

function knobTable(report: SensitivityReport): Html {
  return html`<section class="card">
    <table>
      <thead>
        <tr>
          ${["knob", "now", "turned down", "turned up", "est. down", "est. up"].map((head) => html`<th>${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${report.sensitivities.map(
          ({ knob, down, up }) =>
            html`<tr>
              <th>${knob.path}</th>
              <td>${formatWithPrefix(knob.value, knob.unit)}</td>
              ${[down, up].map((side) => html`<td>${sideText(side) + coarseText(report, knob, side)}</td>`)}
              ${[down, up].map(
                (side) =>
                  html`<td>
                    ${isEffect(side) && side.estimated !== null ? signedShare(side.estimated) : ""}
                  </td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function sideText(side: Effect | Refusal): string {
  if (!isEffect(side)) return `not possible: ${side.refused}`;
  return `${signedShare(side.change)}${isSure(side) || side.change === 0 ? "" : " (may be chance)"}`;
}
