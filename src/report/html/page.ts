import type { Chart } from "./chart-parts.ts";
import { escapeHtml, html, type Html } from "./markup.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";

/**
 * A self-contained page around `body`, which holds a card for each chart. It asks for no other file.
 * @param chartLibrary text of an ECharts build that defines the global `echarts`, with line and scatter charts
 */
export function reportPage(
  title: string,
  body: Html,
  charts: readonly Chart[],
  chartLibrary: string,
): string {
  const data = JSON.stringify(charts.map(({ id, option, tail }) => ({ id, option, tail })));
  return htmlPage(
    title,
    PAGE_STYLE,
    `${body.text}
<script type="application/json" id="charts">${data.replaceAll("<", "\\u003c")}</script>
<script>${chartLibrary.replace(/<\/(script)/gi, "<\\/$1")}</script>
<script>${PAGE_SCRIPT}</script>`,
  );
}

/** A self-contained page with the given style sheet and body. */
export function htmlPage(title: string, style: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} - ador</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/** The line at the top of a page. */
export function pageHeader(kind: string): Html {
  return html`<header>
    <div class="mark">ador <span>${kind}</span></div>
    <button id="theme" type="button">Light / dark</button>
  </header>`;
}

/** Where the page's script draws a chart, with its title and caption. */
export function chartCard({ id, title, caption, wide, tail }: Chart): Html {
  const button = html`<button type="button" data-tail="${id}" aria-pressed="false">tail</button>`;
  return html`<section class="${wide ? "card wide" : "card"}">
    <div class="head">
      <h3>${title}</h3>
      ${tail === undefined ? "" : button}
    </div>
    <p class="caption">${caption}</p>
    <div class="chart" id="chart-${id}" role="img" aria-label="${title}. ${caption}"></div>
  </section>`;
}
