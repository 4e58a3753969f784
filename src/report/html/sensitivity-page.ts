import { isEffect, isSure, strength, type Effect, type Refusal } from "../../analysis/sensitivity/effects.ts";
import { figureText } from "../capacity/capacity-report.ts";
import { formatWithPrefix } from "../format.ts";
import type { SensitivityReport } from "../sensitivity/sensitivity-report.ts";
import { coarseText, sensitivitySentence } from "../sensitivity/sensitivity-screen.ts";
import { signedShare } from "../validation/validation-screen.ts";
import type { Chart } from "./chart-parts.ts";
import { html, type Html } from "./markup.ts";
import { chartCard, pageHeader, reportPage } from "./page.ts";
import { textTable } from "./text-table.ts";
import { tornadoChart } from "./tornado-chart.ts";

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
  const changeOf = (side: Effect | Refusal) => (isEffect(side) ? side.change : 0);
  const text = `${Math.round(100 * share)} %`;
  return tornadoChart({
    id: "tornado",
    title: `Change of ${figure}`,
    caption: "The strongest knob on top; a bar to each side for the knob turned down and up.",
    bars: sensitivities
      .filter((one) => strength(one) > 0)
      .map(({ knob, down, up }) => ({ name: knob.path, low: changeOf(down), high: changeOf(up) })),
    sides: { low: `-${text}`, high: `+${text}` },
    formatter: "@share",
  });
}

function knobTable(report: SensitivityReport): Html {
  const estimatedText = (side: Effect | Refusal) =>
    isEffect(side) && side.estimated !== null ? signedShare(side.estimated) : "";
  return html`<section class="card">
    ${textTable({
      head: ["knob", "now", "turned down", "turned up", "est. down", "est. up"],
      rows: report.sensitivities.map(({ knob, down, up }) => [
        knob.path,
        formatWithPrefix(knob.value, knob.unit),
        ...[down, up].map((side) => sideText(side) + coarseText(report, knob, side)),
        ...[down, up].map(estimatedText),
      ]),
    })}
  </section>`;
}

function sideText(side: Effect | Refusal): string {
  if (!isEffect(side)) return `not possible: ${side.refused}`;
  return `${signedShare(side.change)}${isSure(side) || side.change === 0 ? "" : " (may be chance)"}`;
}
