import type { StepExplanation } from "../../perf/step-explanation.ts";
import { formatPlural, formatSeconds, formatShare } from "../format.ts";
import { html, type Html } from "../html/markup.ts";
import { htmlPage, pageHeader } from "../html/page.ts";
import { PAGE_STYLE } from "../html/page-style.ts";
import { timeColumns, workColumns, type OperatorColumn } from "./operator-columns.ts";
import { formatJoules, formatPrefixed } from "./quantities.ts";
import { NARROW, rooflineDrawing, WIDE, type PictureSize } from "./roofline-drawing.ts";
import { rooflinePlot } from "./roofline-plot.ts";
import { ROOFLINE_STYLE } from "./roofline-style.ts";
import { batchText, systemText } from "./step-text.ts";
import { totalsOf } from "./totals.ts";
import { verdict } from "./verdict.ts";

/** `roofline.html`: one self-contained page with the verdict, the roofline and all operators. */
export function rooflinePage(explanation: StepExplanation): string {
  const { seconds, rooflineSeconds, roofs } = explanation;
  const title = systemText(explanation);
  const { dramBytes, peakUtilization, joules } = totalsOf(explanation);
  const memoryShare = dramBytes / (seconds * roofs.peakBytesPerSecond);
  const body = html`<main>
    ${pageHeader("explain")}
    <h1>${title}</h1>
    <p class="description">One ${batchText(explanation)}, operator by operator.</p>
    <p class="answer">${verdict(explanation)}</p>
    <div class="tiles">
      ${tile(formatSeconds(seconds), "step")} ${tile(formatSeconds(rooflineSeconds), "roofline of the step")}
      ${tile(formatShare(memoryShare), "of peak memory bandwidth")}
      ${tile(formatShare(peakUtilization), "of peak arithmetic")}
      ${tile(formatJoules(joules), "dynamic energy")}
    </div>
    <h2>Roofline</h2>
    <section class="card">
      <p class="caption">
        Each dot is an operator, its area the share of the step. The closer to the roof above it, the better
        it uses the device; dots left of the bend can at best be bound by memory.
      </p>
      ${picture(explanation, WIDE, "wide-only")} ${picture(explanation, NARROW, "narrow-only")}
      ${undrawnNote(explanation)}
    </section>
    <h2>What takes the time</h2>
    <section class="card">${tableOf(explanation, timeColumns(explanation))}</section>
    <h2>What is computed and moved</h2>
    <section class="card">${tableOf(explanation, workColumns(explanation))}</section>
    <footer>
      All runs of an operator in the step together, on one device; energy is that of all devices, without what
      they draw when idle. Times of resources overlap. Hidden operators run behind the one before them. Tiles
      and cuts are of rows (m), inner dimension (k) and columns (n). Peak memory bandwidth is
      ${formatPrefixed(roofs.peakBytesPerSecond, "B/s")}, of which long streams reach
      ${formatPrefixed(roofs.streamBytesPerSecond, "B/s")}.
    </footer>
  </main>`;
  return htmlPage(
    title,
    `${PAGE_STYLE}${ROOFLINE_STYLE}${EXPLAIN_STYLE}`,
    `${body.text}\n<script>${THEME_SCRIPT}</script>`,
  );
}

const EXPLAIN_STYLE = `
.card table { font-size: 13px; }
.card th, .card td { padding: 5px 7px; }
.card td.text, .card th.text { text-align: left; }
tfoot td { font-weight: 600; border-bottom: 0; border-top: 1px solid var(--rule-strong); }
.narrow-only { display: none; }
@media (max-width: 760px) { .wide-only { display: none; } .narrow-only { display: block; max-width: 560px; } }
`;

const THEME_SCRIPT = `
document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  root.dataset.theme = getComputedStyle(root).colorScheme === "dark" ? "light" : "dark";
});
`;

function tile(value: string, name: string): Html {
  return html`<div class="tile"><b>${value}</b><span>${name}</span></div>`;
}

function picture(explanation: StepExplanation, size: PictureSize, className: string): Html {
  return html`<svg
    class="roofline ${className}"
    viewBox="0 0 ${size.width} ${size.height}"
    role="img"
    aria-label="Roofline of ${batchText(explanation)}, ${systemText(explanation)}"
  >
    ${rooflineDrawing(explanation, size)}
  </svg>`;
}

/** What of the step the picture leaves out. */
function undrawnNote(explanation: StepExplanation): Html | "" {
  const { undrawn } = rooflinePlot(explanation);
  if (undrawn.length === 0) return "";
  const share = undrawn.reduce((sum, row) => sum + row.seconds, 0) / explanation.seconds;
  return html`<p class="note">
    Not drawn, as they compute nothing or touch no memory: ${formatPlural(undrawn.length, "operator")} that
    take ${formatShare(share)} of the step (${undrawn.map(({ operator }) => operator).join(", ")}).
  </p>`;
}

function tableOf({ operators }: StepExplanation, columns: readonly OperatorColumn[]): Html {
  const kind = ({ isText }: OperatorColumn) => (isText ? "text" : "");
  return html`<table>
    <thead>
      <tr>
        ${columns.map((column) => html`<th class="${kind(column)}">${column.head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${operators.map(
        (row) =>
          html`<tr>
            ${columns.map((column) => html`<td class="${kind(column)}">${column.cell(row)}</td>`)}
          </tr>`,
      )}
    </tbody>
    <tfoot>
      <tr>
        ${columns.map((column) => html`<td class="${kind(column)}">${column.total}</td>`)}
      </tr>
    </tfoot>
  </table>`;
}
