import type { CapacityTrial } from "../../analysis/capacity/capacity.ts";
import type { Figure } from "../../analysis/experiment/figures.ts";
import {
  figureText,
  targetText,
  type CapacityReport,
  type SystemCapacity,
} from "../capacity/capacity-report.ts";
import { capacitySentence, trialsOf, verdictText } from "../capacity/capacity-screen.ts";
import { formatCount, formatNumber } from "../format.ts";
import type { Chart } from "./chart-parts.ts";
import { curveChart } from "./curve-chart.ts";
import { html, type Html } from "./markup.ts";
import { chartCard, pageHeader, reportPage } from "./page.ts";

const LEVEL_NAMES = { rate: "offered requests a second", users: "users", replicas: "replicas" } as const;

/** What is drawn over the load, one chart each: the tail of both latencies, and what comes out. */
const DRAWN: readonly { readonly figure: Figure; readonly title: string; readonly seconds: boolean }[] = [
  { figure: "ttft_p99", title: "TTFT p99", seconds: true },
  { figure: "tbt_p99", title: "TBT p99", seconds: true },
  { figure: "ttft_p50", title: "TTFT p50", seconds: true },
  { figure: "output_throughput_tps", title: "Output tokens a second", seconds: false },
];

/**
 * One self-contained page: the answer, latency and throughput over the load with bands of confidence, and all that was
 * simulated.
 * @param chartLibrary text of an ECharts build that defines the global `echarts`
 */
export function capacityPage(report: CapacityReport, chartLibrary: string): string {
  const charts = [...DRAWN.map((drawn) => chartOf(report, drawn)), latencyThroughputChart(report)];
  const body = html`<main>
    ${pageHeader("capacity")}
    <h1>${report.scenario}</h1>
    <p class="description">Within ${report.targets.map(targetText).join(", ")}.</p>
    ${report.systems.map((system) => html`<p class="answer">${capacitySentence(report, system)}</p>`)}
    <h2>Over the load</h2>
    <div class="grid">${charts.map(chartCard)}</div>
    <h2>All that was simulated</h2>
    ${report.systems.map((system) => trialTable(report, system))}
    <footer>
      Seed ${report.seed}, the same at every load; scenario ${report.scenarioHash}; ador ${report.version}.
    </footer>
  </main>`;
  return reportPage(`${report.scenario}: capacity`, body, charts, chartLibrary);
}

function chartOf(report: CapacityReport, { figure, title, seconds }: (typeof DRAWN)[number]): Chart {
  const limits = report.targets.filter((target) => target.figure === figure).map(({ limit }) => limit);
  return curveChart({
    ...{ id: figure, title, seconds, limits, xName: LEVEL_NAMES[report.kind], yName: title },
    caption: `As simulated, with the ${Math.round(100 * report.confidence)} % band where there is one; the line across marks the capacity.`,
    curves: report.systems.map((system, i) => ({
      ...{ name: system.name, colour: i % 6, formula: false },
      points: trialsOf(system).map(({ level, point }) => {
        const { value, low, high } = point.figure(figure);
        return { x: level, y: value, low, high };
      }),
    })),
    marks: report.systems.flatMap(({ name, answer }) =>
      answer.sureLevel === undefined
        ? []
        : [{ x: answer.sureLevel, name: report.systems.length > 1 ? name : "" }],
    ),
  });
}

/** As the field draws it: what comes out along the axis, how long it takes upwards. */
function latencyThroughputChart(report: CapacityReport): Chart {
  return curveChart({
    ...{ id: "latency-throughput", title: "Latency over throughput", seconds: true },
    ...{ xName: "output tokens a second", yName: "E2E p50" },
    caption: "Each dot is a load; the curve turns up, and back, where the system saturates.",
    curves: report.systems.map((system, i) => ({
      ...{ name: system.name, colour: i % 6, formula: false },
      points: trialsOf(system).map(({ point }) => ({
        x: point.figure("output_throughput_tps").value ?? 0,
        y: point.figure("e2e_p50").value,
      })),
    })),
  });
}

function trialTable({ kind, targets }: CapacityReport, system: SystemCapacity): Html {
  const heads = [
    LEVEL_NAMES[kind],
    "served/s",
    "TTFT p50",
    "TBT p50",
    ...targets.map(({ figure }) => figure),
    "",
  ];
  return html`<section class="card">
    <h3>${system.name}, ${system.device}</h3>
    <table>
      <thead>
        <tr>
          ${heads.map((head) => html`<th>${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${trialsOf(system).map((trial) => trialRow(kind, trial))}
      </tbody>
    </table>
  </section>`;
}

function trialRow(kind: CapacityReport["kind"], { level, point, verdicts, met, sure }: CapacityTrial): Html {
  const text = (figure: Figure) => figureText({ figure, value: point.figure(figure).value });
  return html`<tr>
    <th>${kind === "rate" ? formatNumber(level) : formatCount(level)}</th>
    <td>${formatNumber(point.figure("request_throughput_rps").value)}</td>
    <td>${text("ttft_p50")}</td>
    <td>${text("tbt_p50")}</td>
    ${verdicts.map(({ target, value }) => html`<td>${figureText({ figure: target.figure, value })}</td>`)}
    <td class="${met && sure === true ? "good" : met ? "" : "bad"}">
      ${met && sure === true ? "met" : verdictText({ point, met })}
    </td>
  </tr>`;
}
