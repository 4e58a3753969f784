import { formatShare } from "../format.ts";
import { html, type Html } from "../html/markup.ts";
import { lineHeight, px, textWidth } from "./drawing-units.ts";
import { freePlace, inside, type Box, type Circle } from "./label-places.ts";
import type { RooflineDot } from "./roofline-plot.ts";

/** A dot where it is drawn. */
export interface PlacedDot extends Circle {
  readonly dot: RooflineDot;
}

/** Operators that take less of the step are not named. */
const LEAST_NAMED_SHARE = 0.005;
/** Dots whose centres lie this close share one label, a line each; in font sizes. */
const CLOSE = 1.2;

/** Names the largest dots, at most `most`, beside them where there is room. */
export function dotLabels(
  dots: readonly PlacedDot[],
  most: number,
  fontSize: number,
  taken: readonly Box[],
  bounds: Box,
): Html[] {
  const named = dots.filter(({ dot }) => dot.share >= LEAST_NAMED_SHARE).slice(0, most);
  const occupied = [...taken];
  const placed = groupsOf(named, CLOSE * fontSize).flatMap(({ circle, lines }) => {
    // Where there is no room for all names, that of the largest dot comes first.
    for (let count = lines.length; count > 0; count--) {
      const shown = lines.slice(0, count);
      const place = freePlace({ ...circle, ...sizeOf(shown, fontSize) }, dots, occupied, bounds);
      if (place === undefined) continue;
      occupied.push(place);
      return [{ circle, lines: shown, place }];
    }
    return [];
  });
  return [
    ...placed.map(({ circle, place }) => leader(circle, place)),
    ...placed.map(({ lines, place }) => textLines(lines, place, fontSize)),
  ];
}

interface LabelGroup {
  /** The largest dot of the group. */
  readonly circle: Circle;
  readonly lines: string[];
}

function groupsOf(named: readonly PlacedDot[], close: number): LabelGroup[] {
  const groups: LabelGroup[] = [];
  for (const spot of named) {
    const line = `${spot.dot.row.operator} ${formatShare(spot.dot.share)}`;
    const near = groups.find(({ circle }) => Math.hypot(circle.x - spot.x, circle.y - spot.y) < close);
    if (near === undefined) groups.push({ circle: spot, lines: [line] });
    else near.lines.push(line);
  }
  return groups;
}

function sizeOf(lines: readonly string[], fontSize: number): { width: number; height: number } {
  return {
    width: Math.max(...lines.map((line) => textWidth(line, fontSize))),
    height: lines.length * lineHeight(fontSize),
  };
}

/** A thin line from the rim of a dot to a label that lies further off. */
function leader({ x, y, radius }: Circle, place: Box): Html {
  const end = { x: inside(x, place.x, place.width), y: inside(y, place.y, place.height) };
  const distance = Math.hypot(end.x - x, end.y - y);
  if (distance < radius + 8) return html``;
  const rim = radius / distance;
  const from = { x: x + (end.x - x) * rim, y: y + (end.y - y) * rim };
  return html`<line
    class="leader"
    x1="${px(from.x)}"
    y1="${px(from.y)}"
    x2="${px(end.x)}"
    y2="${px(end.y)}"
  />`;
}

function textLines(lines: readonly string[], { x, y }: Box, fontSize: number): Html {
  return html`<text class="halo">
    ${lines.map((line, i) => html`<tspan x="${px(x)}" y="${px(y + fontSize + i * lineHeight(fontSize))}">${line}</tspan>`)}
  </text>`;
}
