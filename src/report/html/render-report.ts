import { assumptionsOf } from "../assumptions.ts";
import { trustSentences } from "../confidence.ts";
import { judge } from "../comparison.ts";
import { formatCount, formatSeconds, formatShare } from "../format.ts";
import type { RunReport } from "../run-report.ts";
import { runSentence } from "../run-sentence.ts";
import { chartsOf } from "./charts.ts";
import { auditTable, settingsTable, warningList } from "./facts.ts";
import { figureCards } from "./figures.ts";
import { html, type Html } from "./markup.ts";
import { chartCard, pageHeader, reportPage } from "./page.ts";

/**
 * One self-contained page about one system, or about several under the same traffic: figures, charts, settings and
 * checks. Nothing in it depends on the machine or the moment, and it asks for no other file.
 * @param reports at least one
 * @param chartLibrary text of an ECharts build that defines the global `echarts`, with line and scatter charts
 */
export function renderReport(reports: readonly RunReport[], chartLibrary: string): string {
  const { scenario, system } = reports[0]!;
  const charts = chartsOf(reports);
  const several = reports.length > 1;
  const title = several || !scenario.comparesSystems ? scenario.name : `${scenario.name}: ${system.name}`;
  const body = html`<main>
    ${pageHeader("replay report")}
    <h1>${title}</h1>
    ${scenario.description === "" ? "" : html`<p class="description">${scenario.description}</p>`}
    ${answer(reports)} ${several ? "" : tiles(reports[0]!)}
    <h2>Key figures</h2>
    ${figureCards(reports)}
    <h2>Distributions and load</h2>
    <div class="grid">${charts.map(chartCard)}</div>
    <div class="${several ? "" : "grid"}">
      <section>
        <h2>What was run</h2>
        ${settingsTable(reports)}
      </section>
      <section>
        <h2>Self-check</h2>
        ${auditTable(reports)}
      </section>
    </div>
    ${warningList(reports[0]!.identity.warnings)} ${footer(reports[0]!)}
  </main>`;
  return reportPage(title, body, charts, chartLibrary);
}

function answer(reports: readonly RunReport[]): Html {
  const sentence = reports.length > 1 ? judge(reports).sentence : runSentence(reports[0]!);
  const failed = reports.some(({ outcome }) => outcome.metrics.audit.some((check) => !check.passed));
  const assumptions = assumptionsOf(reports);
  const caveat = [...trustSentences(reports), assumptions.join(" ")].map((text) =>
    text === "" ? "" : html`<p class="note">${text}</p>`,
  );
  if (!failed)
    return html`<p class="answer">${sentence}</p>
      ${caveat}`;
  return html`<p class="answer bad">The self-check failed; do not trust these figures. ${sentence}</p>
    ${caveat}`;
}

function tiles({ outcome: { metrics } }: RunReport): Html {
  const { ttft, tbt, slo, counts } = metrics;
  const tile = (value: string, label: string): Html =>
    html`<div class="tile"><b>${value}</b><span>${label}</span></div>`;
  return html`<div class="tiles">
    ${tile(formatSeconds(ttft.p50), "TTFT, median")} ${tile(formatSeconds(ttft.p99), "TTFT p99")}
    ${tile(formatSeconds(tbt.p50), "TBT, median")} ${tile(formatSeconds(tbt.p99), "TBT p99")}
    ${slo.attainment === null ? "" : tile(formatShare(slo.attainment), "of requests within SLO")}
    ${tile(formatCount(counts.completed), `of ${formatCount(counts.submitted)} requests completed`)}
  </div>`;
}

function footer({ scenario, identity: { version, scenarioHash, trace } }: RunReport): Html {
  const origin = trace === undefined ? "" : html`<br />trace ${trace.name} <code>${trace.sha256}</code>`;
  return html`<footer>
    TTFT: arrival to first token. TBT: gap between two consecutive tokens, pooled over all requests. Goodput:
    completed requests per second that meet every per-request target.
    <br />ador ${version} · seed ${scenario.seed} · scenario <code>${scenarioHash}</code>${origin}
  </footer>`;
}
