import type { StepExplanation } from "../../perf/step-explanation.ts";
import { html } from "../html/markup.ts";
import { COLOURS } from "../html/page-style.ts";
import { lineHeight, wrapped } from "./drawing-units.ts";
import { rooflineDrawing, WIDE } from "./roofline-drawing.ts";
import { ROOFLINE_STYLE } from "./roofline-style.ts";
import { systemText } from "./step-text.ts";
import { verdict } from "./verdict.ts";

const PADDING = 24;
const TITLE_SIZE = 20;
const TEXT_SIZE = 14;

/** `roofline.svg`: a picture that stands alone, light or dark by its reader's setting. */
export function rooflinePicture(explanation: StepExplanation): string {
  const title = systemText(explanation);
  const lines = wrapped(verdict(explanation), WIDE.width, TEXT_SIZE);
  const textTop = PADDING + 2 * TITLE_SIZE;
  const drawingTop = textTop + lines.length * lineHeight(TEXT_SIZE) + TEXT_SIZE;
  const width = WIDE.width + 2 * PADDING;
  const height = drawingTop + WIDE.height + PADDING;
  const style = { text: `${COLOURS}${ROOFLINE_STYLE}` };
  return `${
    html`<svg
      xmlns="http://www.w3.org/2000/svg"
      class="roofline"
      width="${width}"
      height="${height}"
      viewBox="0 0 ${width} ${height}"
      role="img"
    >
      <title>${title}</title>
      <style>
        ${style}
      </style>
      <rect width="${width}" height="${height}" fill="var(--card)" />
      <text class="strong" font-size="${TITLE_SIZE}" x="${PADDING}" y="${PADDING + TITLE_SIZE}">
        ${title}
      </text>
      <text class="soft" font-size="${TEXT_SIZE}">
        ${lines.map((line, i) => html`<tspan x="${PADDING}" y="${textTop + (i + 1) * lineHeight(TEXT_SIZE)}">${line}</tspan>`)}
      </text>
      <g transform="translate(${PADDING} ${drawingTop})">${rooflineDrawing(explanation, WIDE)}</g>
    </svg>`.text
  }\n`;
}
