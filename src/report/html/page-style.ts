/** The colours and fonts of a report page: light and dark by the reader's setting, or by the switch in its corner. */
export const COLOURS = `
:root {
  color-scheme: light;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --page: #f6f7f9; --card: #ffffff; --ink: #14181f; --ink-soft: #5a6472; --rule: #e6e9ee; --rule-strong: #c3cad4;
  --accent: #1f5fd6; --good: #11805a; --bad: #c2342b; --limit: #c2342b; --zoom: rgba(31, 95, 214, 0.12);
  --series0: #1f5fd6; --series1: #e06c00; --series2: #0f8f6f; --series3: #8a3ffc; --series4: #c61a6b; --series5: #6f7b8a;
}
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { DARK } }
:root[data-theme="dark"] { DARK }
`.replaceAll(
  "DARK",
  `color-scheme: dark;
  --page: #0f1319; --card: #171c24; --ink: #e8ecf2; --ink-soft: #98a3b3; --rule: #262d38; --rule-strong: #3b4656;
  --accent: #6ea0ff; --good: #46c595; --bad: #ff7b72; --limit: #ff7b72; --zoom: rgba(110, 160, 255, 0.16);
  --series0: #6ea0ff; --series1: #ffa24d; --series2: #3fd0a8; --series3: #b794ff; --series4: #ff79b0; --series5: #a5b0be;`,
);

/** The look of a report page. */
export const PAGE_STYLE = `${COLOURS}* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 var(--font); -webkit-font-smoothing: antialiased; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 24px 48px; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 16px; }
.mark { font-weight: 700; letter-spacing: -0.01em; color: var(--accent); }
.mark span { color: var(--ink-soft); font-weight: 400; }
button { font: inherit; font-size: 13px; color: var(--ink-soft); background: none; border: 1px solid var(--rule-strong); border-radius: 6px; padding: 2px 10px; cursor: pointer; }
button:hover { color: var(--ink); }
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -0.02em; margin: 20px 0 6px; }
h2 { font-size: 13px; text-transform: uppercase; letter-spacing: 0.06em; color: var(--ink-soft); margin: 36px 0 12px; font-weight: 600; }
h3 { font-size: 16px; margin: 0; letter-spacing: -0.01em; }
.description { color: var(--ink-soft); max-width: 75ch; margin: 0 0 18px; }
.answer { font-size: 18px; line-height: 1.45; max-width: 85ch; margin: 0; padding: 16px 20px; background: var(--card); border: 1px solid var(--rule); border-left: 4px solid var(--accent); border-radius: 8px; }
.answer.bad { border-left-color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-top: 16px; }
.tile { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 16px; }
.tile b { display: block; font-size: 24px; line-height: 1.25; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tile span { color: var(--ink-soft); font-size: 13px; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 16px 18px; overflow-x: auto; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, max(40%, 230px + var(--systems) * 100px)), 1fr)); gap: 16px; }
.figures.stacked { grid-template-columns: minmax(0, 1fr); }
.head { display: flex; justify-content: space-between; align-items: baseline; gap: 12px; }
button[aria-pressed="true"] { color: var(--accent); border-color: var(--accent); }
.grid { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
.grid .wide { grid-column: 1 / -1; }
@media (max-width: 860px) { .grid { grid-template-columns: minmax(0, 1fr); } h1 { font-size: 24px; } .answer { font-size: 16px; } }
.caption { color: var(--ink-soft); font-size: 13px; margin: 2px 0 10px; }
.chart { width: 100%; height: 300px; }
.wide .chart { height: 280px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 6px 10px; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td:last-child, th:last-child { padding-right: 0; }
thead th { font-weight: 600; border-bottom: 1px solid var(--rule-strong); }
tbody th { font-weight: 400; }
tbody tr:last-child > * { border-bottom: 0; }
td.best { font-weight: 650; color: var(--good); }
td.differs { font-weight: 650; }
td.good { color: var(--good); } td.bad { color: var(--bad); }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 7px; }
.note { color: var(--ink-soft); font-size: 13px; margin: 10px 0 0; max-width: 90ch; }
footer { color: var(--ink-soft); font-size: 13px; margin-top: 36px; border-top: 1px solid var(--rule); padding-top: 14px; overflow-wrap: anywhere; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.92em; }
@media (max-width: 1000px) { tbody th { white-space: normal; } th > code { overflow-wrap: anywhere; } }
@media print { button { display: none; } .card, .tile, .answer { break-inside: avoid; } }
`;
