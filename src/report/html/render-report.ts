import { judge } from "../comparison.ts";
import { formatCount, formatSeconds, formatShare } from "../format.ts";
import { bestIndices, KEY_FIGURES } from "../key-figures.ts";
import { runSentence } from "../run-sentence.ts";
import type { RunReport } from "../run-report.ts";
import { chartsOf, type Chart } from "./charts.ts";
import { escapeHtml, type Html, html, raw } from "./markup.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";

/**
 * One self-contained page about one system, or about several under the same traffic: figures, charts, settings and
 * checks. Nothing in it depends on the machine or the moment, and it asks for no other file.
 * @param reports at least one
 * @param chartLibrary text of an ECharts build that defines the global `echarts`, with line and scatter charts
 */
export function renderReport(reports: readonly RunReport[], chartLibrary: string): string {
  const { scenario, identity, system } = reports[0]!;
  const charts = chartsOf(reports);
  const several = reports.length > 1;
  const title = several || !scenario.comparesSystems ? scenario.name : `${scenario.name}: ${system.name}`;
  const body = html`<main>
    <header>
      <div class="mark">ador <span>replay report</span></div>
      <button id="theme" type="button">Light / dark</button>
    </header>
    <h1>${title}</h1>
    ${scenario.description === "" ? "" : html`<p class="description">${scenario.description}</p>`}
    ${answer(reports)} ${several ? "" : tiles(reports[0]!)}
    <h2>Key figures</h2>
    ${figuresTable(reports)} ${sloTable(reports)}
    <h2>Distributions over time and requests</h2>
    <div class="grid">${charts.map(chartCard)}</div>
    <h2>What was run</h2>
    ${settingsTable(reports)}
    <h2>Self-check</h2>
    ${auditTable(reports)} ${warnings(identity.warnings)}
    <footer>
      ador ${identity.version} · seed ${scenario.seed} · scenario <code>${identity.scenarioHash}</code>${
        identity.trace === undefined
          ? ""
          : html` · trace ${identity.trace.name} <code>${identity.trace.sha256}</code>`
      }<br />TTFT: arrival to first token. TBT: gap between consecutive tokens, pooled over requests. Goodput:
      completed requests per second that meet every per-request target.
    </footer>
  </main>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} - ador</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
</head>
<body>
${body.text}
<script type="application/json" id="charts">${JSON.stringify(charts.map(({ id, option }) => ({ id, option }))).replaceAll("<", "\\u003c")}</script>
<script>${chartLibrary.replace(/<\/(script)/gi, "<\\/$1")}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function answer(reports: readonly RunReport[]): Html {
  const failed = reports.some(({ outcome }) => outcome.metrics.audit.some((check) => !check.passed));
  const sentence = reports.length > 1 ? judge(reports).sentence : runSentence(reports[0]!);
  return html`<p class="${failed ? "answer bad" : "answer"}">
    ${failed ? "The self-check failed; do not trust these figures. " : ""}${sentence}
  </p>`;
}

function tiles(report: RunReport): Html {
  const { metrics } = report.outcome;
  const tile = (value: string, label: string) =>
    html`<div class="tile"><b>${value}</b><span>${label}</span></div>`;
  return html`<div class="tiles">
    ${tile(formatSeconds(metrics.ttft.p50), "TTFT, median")}
    ${tile(formatSeconds(metrics.ttft.p99), "TTFT p99")}
    ${tile(formatSeconds(metrics.tbt.p50), "TBT, median")} ${tile(formatSeconds(metrics.tbt.p99), "TBT p99")}
    ${tile(formatShare(metrics.slo.attainment), "of requests within SLO")}
    ${tile(formatCount(metrics.counts.completed), `of ${formatCount(metrics.counts.submitted)} requests completed`)}
  </div>`;
}

function systemHeads(reports: readonly RunReport[]): Html[] {
  return reports.map(
    ({ system }, i) =>
      html`<th><span class="dot" style="background: var(--series${i})"></span>${system.name}</th>`,
  );
}

function figuresTable(reports: readonly RunReport[]): Html {
  const groups = [...new Set(KEY_FIGURES.map((figure) => figure.group))];
  const rowsOf = (group: string) =>
    KEY_FIGURES.filter((figure) => figure.group === group).map((figure) => {
      const best = bestIndices(figure, reports);
      const cells = reports.map(
        (report, i) =>
          html`<td${raw(best.includes(i) ? ' class="best"' : "")}>${figure.format(figure.value(report))}</td>`,
      );
      return html`<tr>
        <th>${figure.label}</th>
        ${cells}
      </tr>`;
    });
  return html`<div class="card">
    <table>
      <thead>
        <tr>
          <th></th>
          ${systemHeads(reports)}
        </tr>
      </thead>
      <tbody>
        ${groups.map(
          (group) =>
            html`<tr class="group">
                <td colspan="${reports.length + 1}">${group}</td>
              </tr>
              ${rowsOf(group)}`,
        )}
      </tbody>
    </table>
  </div>`;
}

function sloTable(reports: readonly RunReport[]): Html {
  const { request, run } = reports[0]!.scenario.slo;
  const perRequest = [
    ["TTFT", request.ttftSeconds],
    ["TPOT", request.tpotSeconds],
    ["largest TBT", request.maxTbtSeconds],
    ["E2E", request.e2eSeconds],
  ].filter((entry): entry is [string, number] => entry[1] !== undefined);
  if (perRequest.length === 0 && run.length === 0) return html``;
  const targets = perRequest.map(([name, seconds]) => `${name} ≤ ${formatSeconds(seconds)}`).join(", ");
  const runRows = run.map((target, k) => {
    const cells = reports.map(({ outcome }) => {
      const { actualSeconds, met } = outcome.metrics.slo.runTargets[k]!;
      return html`<td class="${met ? "good" : "bad"}">
        ${formatSeconds(actualSeconds)} ${met ? "met" : "missed"}
      </td>`;
    });
    return html`<tr>
      <th>${target.metric.toUpperCase()} ${target.statistic} ≤ ${formatSeconds(target.seconds)}</th>
      ${cells}
    </tr>`;
  });
  return html`<h2>Service level</h2>
    <div class="card">
      <table>
        <thead>
          <tr>
            <th>Target</th>
            ${systemHeads(reports)}
          </tr>
        </thead>
        <tbody>
          ${
            targets === ""
              ? ""
              : html`<tr>
                  <th>Every request: ${targets}</th>
                  ${reports.map(({ outcome }) => html`<td>${formatShare(outcome.metrics.slo.attainment)}</td>`)}
                </tr>`
          }
          ${runRows}
        </tbody>
      </table>
    </div>`;
}

function chartCard({ id, title, caption, wide }: Chart): Html {
  return html`<section class="${wide ? "card wide" : "card"}">
    <h3>${title}</h3>
    <p class="caption">${caption}</p>
    <div class="chart" id="chart-${id}" role="img" aria-label="${title}. ${caption}"></div>
  </section>`;
}

function settingsTable(reports: readonly RunReport[]): Html {
  const flat = reports.map(({ system: { settings } }) => ({
    model: settings.model,
    device: settings.device,
    ...Object.fromEntries(
      Object.entries(settings.precision).map(([key, value]) => [`precision.${key}`, value]),
    ),
    ...settings.cluster,
    ...settings.serving,
  })) as Record<string, string | number | boolean>[];
  const keys = [...new Set(flat.flatMap((settings) => Object.keys(settings)))];
  return html`<div class="card">
    <table>
      <thead>
        <tr>
          <th>Setting</th>
          ${systemHeads(reports)}
        </tr>
      </thead>
      <tbody>
        ${keys.map(
          (key) =>
            html`<tr>
              <th><code>${key}</code></th>
              ${flat.map((settings) => html`<td>${String(settings[key] ?? "-")}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function auditTable(reports: readonly RunReport[]): Html {
  const rows = reports.flatMap(({ system, outcome }) =>
    outcome.metrics.audit.map(
      (check) =>
        html`<tr>
          <th>${reports.length > 1 ? `${system.name}: ` : ""}${check.law}</th>
          <td class="${check.passed ? "good" : "bad"}">${check.passed ? "holds" : "broken"}</td>
          <td class="text">${check.detail}</td>
        </tr>`,
    ),
  );
  return html`<div class="card">
    <table>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function warnings(texts: readonly string[]): Html {
  return texts.length === 0
    ? html``
    : html`<h2>Warnings</h2>
        <div class="card">${texts.map((text) => html`<p class="note">${text}</p>`)}</div>`;
}
