import type { StepExplanation } from "../../perf/step-explanation.ts";
import { html, type Html } from "../html/markup.ts";
import { legendEntries } from "./bound-colours.ts";
import { px, textWidth } from "./drawing-units.ts";

/** The colours of the dots in as many lines as they need, and the height of those. */
export function rooflineLegend(
  explanation: StepExplanation,
  bounds: readonly string[],
  width: number,
  fontSize: number,
): { readonly markup: readonly Html[]; readonly height: number } {
  const lineHeight = 1.6 * fontSize;
  let left = 0;
  let top = 0;
  const markup = legendEntries(bounds, explanation).map(({ text, className }) => {
    const entryWidth = 1.3 * fontSize + textWidth(text, fontSize);
    if (left > 0 && left + entryWidth > width) {
      left = 0;
      top += lineHeight;
    }
    const x = left;
    left += entryWidth + 1.5 * fontSize;
    return html`<circle
        class="dot ${className}"
        cx="${px(x + 0.5 * fontSize)}"
        cy="${px(top + 0.75 * fontSize)}"
        r="${px(0.4 * fontSize)}"
      />
      <text x="${px(x + 1.3 * fontSize)}" y="${px(top + 1.1 * fontSize)}">${text}</text>`;
  });
  return { markup, height: top + lineHeight };
}
