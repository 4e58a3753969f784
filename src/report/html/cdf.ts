/** A point of a cumulative distribution: the share (0..1) of values at or below `seconds`. */
export type CdfPoint = readonly [seconds: number, share: number];

const EVEN_POINTS = 279;
const TAIL_POINTS = 120;
const MOST_POINTS = EVEN_POINTS + 1 + TAIL_POINTS;

/**
 * The values' distribution in at most 400 points: most evenly spread in share, the others ever closer to 1, so that the
 * tail keeps its shape (0.9, 0.99, 0.999…). Both ends are always there. Sorts in place.
 */
export function cdfOf(values: Float64Array): CdfPoint[] {
  const count = values.length;
  values.sort();
  const ranks = new Set<number>();
  for (let i = 0; i <= EVEN_POINTS; i++) ranks.add(Math.round((i * (count - 1)) / EVEN_POINTS));
  for (let i = 0; i < TAIL_POINTS; i++)
    ranks.add(Math.round((count - 1) * (1 - count ** (-i / TAIL_POINTS))));
  return count === 0
    ? []
    : [...ranks].sort((a, b) => a - b).map((rank) => [values[rank]!, (rank + 1) / count]);
}

/** A finer cumulative distribution thinned to at most 400 points, the ends kept. */
export function thinCdf(points: readonly { readonly seconds: number; readonly share: number }[]): CdfPoint[] {
  const stride = Math.max(1, Math.ceil(points.length / MOST_POINTS));
  return points.flatMap(({ seconds, share }, i): CdfPoint[] =>
    i % stride === 0 || i === points.length - 1 ? [[seconds, share]] : [],
  );
}
