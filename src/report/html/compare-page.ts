import { significanceOf, type ComparedPair, type Comparison } from "../../analysis/comparison/compare.ts";
import { formatPlural } from "../format.ts";
import { differenceText, formatMetric, pairingText, pairSentence, verdictText } from "../compare/words.ts";
import { differenceChart } from "./difference-chart.ts";
import { warningList } from "./facts.ts";
import { html, type Html } from "./markup.ts";
import { chartCard, pageHeader, reportPage } from "./page.ts";

/**
 * One self-contained page: every contender against the first, with intervals on all differences.
 * @param chartLibrary text of an ECharts build that defines the global `echarts`
 */
export function comparePage(
  { names, runs, pairs, winners }: Comparison,
  warnings: readonly string[],
  chartLibrary: string,
): string {
  const charts = pairs.map((pair, i) => differenceChart(`pair${i}`, pair));
  const title = names.join(" against ");
  const body = html`<main>
    ${pageHeader("comparison")}
    <h1>${title}</h1>
    ${pairs.map(
      (pair, i) =>
        html`<p class="answer">${pairSentence(pair)}</p>
          <p class="description">
            ${runs > 1 ? `${formatPlural(runs, "run")} with equal seeds; ` : ""}${pairingText(pair)}.
          </p>
          <div class="grid">${chartCard(charts[i]!)}</div>
          <h2>${pair.second} against ${pair.first}</h2>
          ${pairTable(pair, names.length > 2 ? winners : undefined)}`,
    )}
    ${warningList(warnings)}
    <footer>
      Differences are second minus first. A difference is significant when its 95 % interval leaves out 0;
      each interval stands for itself, and of twenty equal pairs one looks different by chance. A winner is
      surely better than each other system.
    </footer>
  </main>`;
  return reportPage(title, body, charts, chartLibrary);
}

/** @param winners where there are more than two to choose from */
function pairTable(
  { first, second, differences }: ComparedPair,
  winners: Comparison["winners"] | undefined,
): Html {
  const rows = differences
    .filter((difference) => difference.first !== null || difference.second !== null)
    .map((difference) => {
      const { metric } = difference;
      const significance = significanceOf(difference);
      const tone = significance === "better" ? "good" : significance === "worse" ? "bad" : "";
      return html`<tr>
        <th>${metric.label}</th>
        <td>${formatMetric(metric, difference.first)}</td>
        <td>${formatMetric(metric, difference.second)}</td>
        <td>${differenceText(difference)}</td>
        <td class="${tone}">${verdictText(difference)}</td>
        ${winners === undefined ? "" : html`<td>${winners[metric.key] ?? ""}</td>`}
      </tr>`;
    });
  return html`<div class="card">
    <table>
      <thead>
        <tr>
          ${["", first, second, "difference (95 %)", "", ...(winners === undefined ? [] : ["winner"])].map((name) => html`<th>${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
