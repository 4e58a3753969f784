/** A point of a cumulative distribution: the share (0..1) of values at or below `seconds`. */
export type CdfPoint = readonly [seconds: number, share: number];

const MOST_POINTS = 400;

/** At most 400 points of the values' distribution, evenly spread in share and always with both ends. Sorts in place. */
export function cdfOf(values: Float64Array): CdfPoint[] {
  const count = values.length;
  if (count === 0) return [];
  values.sort();
  const points = Math.min(count, MOST_POINTS);
  return Array.from({ length: points }, (_, i): CdfPoint => {
    const rank = points === 1 ? 0 : Math.round((i * (count - 1)) / (points - 1));
    return [values[rank]!, (rank + 1) / count];
  });
}

/** A finer cumulative distribution thinned to at most 400 points, the ends kept. */
export function thinCdf(points: readonly { readonly seconds: number; readonly share: number }[]): CdfPoint[] {
  const stride = Math.max(1, Math.ceil(points.length / MOST_POINTS));
  return points.flatMap(({ seconds, share }, i): CdfPoint[] =>
    i % stride === 0 || i === points.length - 1 ? [[seconds, share]] : [],
  );
}
