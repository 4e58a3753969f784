/** A rectangle by its top left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** A circle with the size of the label that belongs to it. */
export interface Labelled extends Circle {
  readonly width: number;
  readonly height: number;
}

/** Distances from the rim of a circle at which a label is tried, the nearest first. */
const REACHES = [5, 16, 32, 52, 76, 104];
/** Directions in which it is tried, in turns of a circle from the right, upwards. */
const TURNS = [0, 0.9375, 0.875, 0.5, 0.75, 0.4375, 0.375, 0.0625, 0.125, 0.25, 0.625];
const GAP = 3;
/** A box that was moved against a bound may stick out by the last bit. */
const ROUNDING = 1e-6;

/**
 * The nearest place for a label that covers none of the circles and none of the `taken` boxes and lies within `bounds`;
 * undefined where there is none.
 */
export function freePlace(
  label: Labelled,
  circles: readonly Circle[],
  taken: readonly Box[],
  bounds: Box,
): Box | undefined {
  return candidates(label, bounds).find(
    (box) =>
      isWithin(box, bounds) &&
      !taken.some((other) => overlap(box, other)) &&
      !circles.some((circle) => covers(box, circle)),
  );
}

/** Places around the circle, moved sideways where the bounds would cut them. */
function candidates({ x, y, radius, width, height }: Labelled, bounds: Box): Box[] {
  return REACHES.flatMap((reach) =>
    TURNS.map((turn) => {
      const right = Math.cos(2 * Math.PI * turn);
      const down = -Math.sin(2 * Math.PI * turn);
      const distance = radius + reach;
      return {
        x: inside(x + distance * right - (width * (1 - right)) / 2, bounds.x, bounds.width - width),
        y: y + distance * down - (height * (1 - down)) / 2,
        ...{ width, height },
      };
    }),
  );
}

function isWithin(box: Box, bounds: Box): boolean {
  return (
    box.x >= bounds.x &&
    box.y >= bounds.y &&
    box.x + box.width <= bounds.x + bounds.width + ROUNDING &&
    box.y + box.height <= bounds.y + bounds.height
  );
}

function overlap(a: Box, b: Box): boolean {
  return (
    a.x < b.x + b.width + GAP &&
    b.x < a.x + a.width + GAP &&
    a.y < b.y + b.height + GAP &&
    b.y < a.y + a.height + GAP
  );
}

/** Whether the box hides a part of the circle. */
export function covers(box: Box, { x, y, radius }: Circle): boolean {
  return Math.hypot(inside(x, box.x, box.width) - x, inside(y, box.y, box.height) - y) < radius;
}

/** The coordinate between `from` and `from + length` that is nearest to a value. */
export function inside(value: number, from: number, length: number): number {
  return Math.min(Math.max(value, from), from + length);
}

/** Small boxes along a line, to keep labels off it. */
export function boxesAlong(
  from: { x: number; y: number },
  to: { x: number; y: number },
  size: number,
): Box[] {
  const count = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / size);
  return Array.from({ length: count + 1 }, (_, i) => ({
    x: from.x + ((to.x - from.x) * i) / count - size / 2,
    y: from.y + ((to.y - from.y) * i) / count - size / 2,
    ...{ width: size, height: size },
  }));
}
