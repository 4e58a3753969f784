import { formatSeconds } from "../format.ts";
import { bestIndices, KEY_FIGURES, type KeyFigure } from "../key-figures.ts";
import type { RunReport } from "../run-report.ts";
import { html, type Html } from "./markup.ts";

/** Heads of a table's columns, one a system, with the colour that the system has in the charts. */
export function systemHeads(reports: readonly RunReport[]): Html[] {
  return reports.map(
    ({ system }, i) =>
      html`<th><span class="dot" style="background: var(--series${i % 6})"></span>${system.name}</th>`,
  );
}

/** The key figures, a card for each group, with the best of several systems marked. */
export function figureCards(reports: readonly RunReport[]): Html {
  const groups = [...new Set(KEY_FIGURES.map((figure) => figure.group))];
  return html`<div
    class="${reports.length > 2 ? "figures stacked" : "figures"}"
    style="--systems: ${reports.length}"
  >
    ${groups.map((group) => figureCard(group, reports))}
  </div>`;
}

function figureCard(group: KeyFigure["group"], reports: readonly RunReport[]): Html {
  const rows = KEY_FIGURES.filter((figure) => figure.group === group).map((figure) => {
    const best = bestIndices(figure, reports);
    const cells = reports.map((report, i) => {
      const text = figure.format(figure.value(report));
      return best.includes(i) ? html`<td class="best">${text}</td>` : html`<td>${text}</td>`;
    });
    return html`<tr>
      <th>${figure.label}</th>
      ${cells}
    </tr>`;
  });
  const targetRows = group === "Service" ? runTargetRows(reports) : [];
  const note = group === "Service" ? requestTargets(reports[0]!) : "";
  return html`<div class="card">
    <table>
      <thead>
        <tr>
          <th>${group}</th>
          ${reports.length > 1 ? systemHeads(reports) : html`<th></th>`}
        </tr>
      </thead>
      <tbody>
        ${rows}${targetRows}
      </tbody>
    </table>
    ${note === "" ? "" : html`<p class="note">${note}</p>`}
  </div>`;
}

function runTargetRows(reports: readonly RunReport[]): Html[] {
  return reports[0]!.scenario.slo.run.map((target, k) => {
    const cells = reports.map(({ outcome }) => {
      const { actualSeconds, met } = outcome.metrics.slo.runTargets[k]!;
      return html`<td class="${met ? "good" : "bad"}">
        ${formatSeconds(actualSeconds)}, ${met ? "met" : "missed"}
      </td>`;
    });
    return html`<tr>
      <th>${target.metric.toUpperCase()} ${target.statistic} ≤ ${formatSeconds(target.seconds)}</th>
      ${cells}
    </tr>`;
  });
}

function requestTargets({ scenario }: RunReport): string {
  const { ttftSeconds, tpotSeconds, maxTbtSeconds, e2eSeconds } = scenario.slo.request;
  const targets = [
    ["TTFT", ttftSeconds] as const,
    ["TPOT", tpotSeconds] as const,
    ["largest TBT", maxTbtSeconds] as const,
    ["E2E", e2eSeconds] as const,
  ].flatMap(([name, seconds]) => (seconds === undefined ? [] : [`${name} ≤ ${formatSeconds(seconds)}`]));
  return targets.length === 0 ? "" : `Every request: ${targets.join(", ")}.`;
}
