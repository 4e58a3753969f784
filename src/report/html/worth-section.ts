import type { Sensitivity } from "../../hardware/band.ts";
import { snakeCase } from "../../scenario/setting-map.ts";
import type { Worth } from "../../search/worth/worth.ts";
import {
  breakEvenTable,
  robustnessTable,
  savingInputs,
  tokenCostTable,
  worthLines,
} from "../explore/worth-text.ts";
import { formatDollars } from "../format.ts";
import type { Chart } from "./chart-parts.ts";
import { html, type Html } from "./markup.ts";
import { chartCard } from "./page.ts";
import { textTable } from "./text-table.ts";
import { tornadoChart } from "./tornado-chart.ts";

/** What the recommended design costs and saves, what that depends on, and whether it stays recommended. */
export function worthSection(worth: Worth, charts: readonly Chart[]): Html {
  return html`<h2>What it is worth</h2>
    <section class="card">
      <ul>
        ${worthLines(worth).map((line) => html`<li>${line}</li>`)}
      </ul>
      ${worth.breakEvens.length === 0 ? "" : textTable(breakEvenTable(worth))}
      ${textTable(tokenCostTable(worth))}
    </section>
    <div class="grid">${charts.map(chartCard)}</div>
    <h2>Whether it stays recommended</h2>
    <section class="card">${textTable(robustnessTable(worth))}</section>`;
}

export function worthCharts({ recommended, tokenInputs, saving }: Worth): Chart[] {
  const dollars = recommended.dollarsPerMillionTokens.default;
  const names = tokenInputs.map(({ constant }) => snakeCase(constant));
  return [
    dollarTornado("token-cost", "What a million output tokens cost", dollars, tokenInputs, names),
    ...(saving === undefined
      ? []
      : [
          dollarTornado(
            "saving",
            `What they cost less than with ${saving.name}`,
            saving.dollarsPerMillionTokens,
            saving.inputs,
            savingInputs(saving),
          ),
        ]),
  ];
}

function dollarTornado(
  id: string,
  title: string,
  dollars: number,
  inputs: readonly Sensitivity<string>[],
  names: readonly string[],
): Chart {
  return tornadoChart({
    ...{ id, title },
    caption: `Change in dollars from ${formatDollars(dollars)}, each input alone at either end of its band.`,
    bars: inputs.map(({ atLow, atHigh }, i) => ({
      ...{ name: names[i]!, low: atLow - dollars, high: atHigh - dollars },
    })),
    sides: { low: "low end", high: "high end" },
    formatter: "@number",
  });
}
