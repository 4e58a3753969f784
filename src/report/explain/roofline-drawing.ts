import type { StepExplanation } from "../../perf/step-explanation.ts";
import { formatNumber, formatSeconds, formatShare } from "../format.ts";
import { html, type Html } from "../html/markup.ts";
import { boundClass } from "./bound-colours.ts";
import { dotLabels, type PlacedDot } from "./dot-labels.ts";
import { logScale, px } from "./drawing-units.ts";
import { boxesAlong, type Box } from "./label-places.ts";
import { formatPrefixed } from "./quantities.ts";
import { flatLabel, slopeLabel } from "./roof-labels.ts";
import { rooflineLegend } from "./roofline-legend.ts";
import { decadesWithin, rooflinePlot, type RooflineDot, type RooflinePlot } from "./roofline-plot.ts";
import { boundText } from "./step-text.ts";

/** How large a picture is drawn; lengths in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
  readonly fontSize: number;
  /** Radius of a dot that takes the whole step. */
  readonly wholeRadius: number;
  /** Operators that are named beside their dots, at most. */
  readonly labels: number;
}

export const WIDE: PictureSize = { width: 1090, height: 560, fontSize: 13, wholeRadius: 42, labels: 9 };
export const NARROW: PictureSize = { width: 334, height: 400, fontSize: 11, wholeRadius: 26, labels: 5 };

const SMALLEST_RADIUS = 3;

/** The roofline of a step as what an SVG element of that size holds, coloured by the variables of the page around it. */
export function rooflineDrawing(explanation: StepExplanation, size: PictureSize): Html {
  const { width, height, fontSize } = size;
  const plot = rooflinePlot(explanation);
  const bounds = plot.dots.map(({ row }) => row.bound);
  const legend = rooflineLegend(explanation, bounds, width, fontSize);
  const area: Box = {
    x: 3.6 * fontSize,
    y: legend.height + 2.8 * fontSize,
    width: width - 4.6 * fontSize,
    height: height - legend.height - 6.2 * fontSize,
  };
  const scales: Scales = {
    x: logScale(plot.intensities, area.x, area.x + area.width),
    y: logScale(plot.rates, area.y + area.height, area.y),
  };
  const dots = plot.dots.map((dot): PlacedDot => {
    const radius = Math.max(SMALLEST_RADIUS, size.wholeRadius * Math.sqrt(dot.share));
    return { dot, x: scales.x(dot.intensity), y: scales.y(dot.flopsPerSecond), radius };
  });
  const roofs = roofsOf(plot, scales, area, dots, fontSize);
  return html`<g font-size="${fontSize}">
    ${legend.markup}
    <text class="soft" x="0" y="${px(area.y - 1.1 * fontSize)}">FLOP/s</text>
    ${grid(plot, scales, area, fontSize)} ${roofs.lines}
    ${dots.map(
      ({ dot, x, y, radius }) =>
        html`<circle class="dot ${boundClass(dot.row.bound)}" cx="${px(x)}" cy="${px(y)}" r="${px(radius)}">
          <title>${dotText(dot, explanation)}</title>
        </circle>`,
    )}
    ${dotLabels(dots, size.labels, fontSize, roofs.boxes, area)} ${roofs.texts}
  </g>`;
}

interface Scales {
  readonly x: (intensity: number) => number;
  readonly y: (flopsPerSecond: number) => number;
}

/** Lines at powers of ten, with their values on the axes. */
function grid({ rates, intensities }: RooflinePlot, { x, y }: Scales, area: Box, fontSize: number): Html[] {
  const bottom = area.y + area.height;
  const right = area.x + area.width;
  return [
    ...decadesWithin(rates).map((rate) => {
      const at = y(rate);
      return html`<path class="rule" d="M${px(area.x)} ${px(at)}H${px(right)}" />
        <text class="soft end" x="${px(area.x - 6)}" y="${px(at + 0.35 * fontSize)}"
          >${formatPrefixed(rate, "")}</text
        >`;
    }),
    ...decadesWithin(intensities).map((value) => {
      const at = px(x(value));
      return html`<path class="rule" d="M${at} ${px(area.y)}V${px(bottom)}" />
        <text class="soft middle" x="${at}" y="${px(bottom + 1.4 * fontSize)}">${tickText(value)}</text>`;
    }),
    html`<text class="soft end" x="${px(right)}" y="${px(bottom + 2.9 * fontSize)}"
      >FLOPs per byte of memory traffic</text
    >`,
  ];
}

/** The roof of the memory, those of the units, and their names. */
function roofsOf(
  { roofs, rates, intensities, bytesPerSecond }: RooflinePlot,
  { x, y }: Scales,
  area: Box,
  dots: readonly PlacedDot[],
  fontSize: number,
): { readonly lines: readonly Html[]; readonly texts: readonly Html[]; readonly boxes: readonly Box[] } {
  const bottom = area.y + area.height;
  const right = area.x + area.width;
  const top = roofs[0]!;
  const start = Math.max(intensities.low, rates.low / bytesPerSecond);
  const low = { x: x(start), y: y(start * bytesPerSecond) };
  const bend = { x: x(top.ridge), y: y(top.flopsPerSecond) };
  const outline = `L${px(bend.x)} ${px(bend.y)}H${px(right)}`;
  const flat = roofs.filter(({ flopsPerSecond }) => flopsPerSecond > rates.low);
  const labels = [
    slopeLabel(`memory ${formatPrefixed(bytesPerSecond, "B/s")}`, low, bend, fontSize),
    ...flat.map(({ unit, flopsPerSecond, ridge }) => {
      const line = { left: Math.max(area.x, x(ridge)), right, y: y(flopsPerSecond) };
      return flatLabel(`${unit} ${formatPrefixed(flopsPerSecond, "FLOP/s")}`, line, dots, fontSize);
    }),
  ];
  return {
    lines: [
      html`<path class="below" d="M${px(low.x)} ${px(bottom)}V${px(low.y)}${outline}V${px(bottom)}Z" />`,
      html`<path class="roof" d="M${px(low.x)} ${px(low.y)}${outline}" />`,
      ...flat
        .slice(1)
        .map(
          ({ ridge, flopsPerSecond }) =>
            html`<path
              class="roof lower"
              d="M${px(Math.max(area.x, x(ridge)))} ${px(y(flopsPerSecond))}H${px(right)}"
            />`,
        ),
    ],
    texts: labels.map(({ markup }) => markup),
    boxes: [...labels.flatMap(({ boxes }) => boxes), ...boxesAlong(low, bend, fontSize / 2)],
  };
}

function dotText(
  { row, intensity, flopsPerSecond, share }: RooflineDot,
  { request }: StepExplanation,
): string {
  return [
    `${row.operator}: ${formatSeconds(row.seconds)}, ${formatShare(share)} of the step`,
    `${formatPrefixed(flopsPerSecond, "FLOP/s")} at ${formatNumber(intensity)} FLOPs per byte`,
    `bound by ${boundText(row.bound, request.device.kind)}`,
  ].join("\n");
}

function tickText(value: number): string {
  return value >= 1000 ? formatPrefixed(value, "") : String(value);
}
