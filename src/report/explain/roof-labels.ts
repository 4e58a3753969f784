import { html, type Html } from "../html/markup.ts";
import { lineHeight, px, textWidth } from "./drawing-units.ts";
import { boxesAlong, covers, type Box, type Circle } from "./label-places.ts";

/** Text with the boxes that other labels should stay off. */
export interface RoofLabel {
  readonly markup: Html;
  readonly boxes: readonly Box[];
}

/** A label above a flat roof from `left` to `right`: as far right as no dot is in its way, else above the dots. */
export function flatLabel(
  text: string,
  { left, right, y }: { readonly left: number; readonly right: number; readonly y: number },
  circles: readonly Circle[],
  fontSize: number,
): RoofLabel {
  const width = textWidth(text, fontSize);
  const height = lineHeight(fontSize);
  const boxAt = (end: number, bottom: number): Box => ({ x: end - width, y: bottom - height, width, height });
  const coveredBy = (box: Box) => circles.filter((circle) => covers(box, circle));
  let end = right;
  while (end - width >= left && coveredBy(boxAt(end, y)).length > 0) end -= fontSize;
  let box = boxAt(end, y);
  if (end - width < left) {
    const tops = coveredBy(boxAt(right, y)).map((circle) => circle.y - circle.radius);
    box = boxAt(right, Math.min(y, ...tops));
  }
  const baseline = box.y + height - 0.45 * fontSize;
  const markup = html`<text class="halo end strong" x="${px(box.x + width)}" y="${px(baseline)}"
    >${text}</text
  >`;
  return { markup, boxes: [box] };
}

/** A label along a rising roof, above its lower end. */
export function slopeLabel(
  text: string,
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  fontSize: number,
): RoofLabel {
  const width = textWidth(text, fontSize);
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const right = (to.x - from.x) / length;
  const down = (to.y - from.y) / length;
  const pointAt = (along: number, above: number) => ({
    x: from.x + right * along + down * above,
    y: from.y + down * along - right * above,
  });
  const start = Math.max(0, Math.min(fontSize, length - width));
  const { x, y } = pointAt(start, 0.5 * fontSize);
  const angle = (Math.atan2(down, right) * 180) / Math.PI;
  return {
    markup: html`<text class="halo strong" transform="translate(${px(x)} ${px(y)}) rotate(${px(angle)})"
      >${text}</text
    >`,
    boxes: boxesAlong(pointAt(start, fontSize), pointAt(start + width, fontSize), fontSize),
  };
}
