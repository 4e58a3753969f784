import quickselect from "quickselect";

/** Count, moments and percentiles of a quantity; null where nothing was measured. Seconds unless the name says else. */
export interface Distribution {
  readonly count: number;
  readonly mean: number | null;
  /** Standard deviation of the population. */
  readonly std: number | null;
  readonly min: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
}

export const EMPTY_DISTRIBUTION: Distribution = {
  count: 0,
  mean: null,
  std: null,
  min: null,
  p50: null,
  p90: null,
  p95: null,
  p99: null,
  p999: null,
  max: null,
};

/**
 * Quantile of ascending values by linear interpolation between order statistics (Hyndman & Fan type 7, as NumPy).
 * @param sorted ascending, at least one value
 * @param fraction 0..1
 */
export function quantileOfSorted(sorted: Float64Array, fraction: number): number {
  const rank = fraction * (sorted.length - 1);
  const below = Math.floor(rank);
  const low = sorted[below]!;
  if (below === sorted.length - 1) return low;
  return low + (rank - below) * (sorted[below + 1]! - low);
}

/** Exact distribution of the values. Reorders `values` in place. */
export function distributionOf(values: Float64Array): Distribution {
  const count = values.length;
  if (count === 0) return EMPTY_DISTRIBUTION;
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  // Moments about the smallest value: equal values have exactly that mean and no deviation.
  let excess = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) excess += values[i]! - min;
  const mean = min + excess / count;
  for (let i = 0; i < count; i++) squares += (values[i]! - mean) ** 2;
  return {
    count,
    mean,
    std: Math.sqrt(squares / count),
    min,
    // In rising order: each selection leaves all that is larger to its right, where the next one looks.
    p50: selectQuantile(values, 0, 0.5),
    p90: selectQuantile(values, 0.5, 0.9),
    p95: selectQuantile(values, 0.9, 0.95),
    p99: selectQuantile(values, 0.95, 0.99),
    p999: selectQuantile(values, 0.99, 0.999),
    max,
  };
}

/**
 * `quantileOfSorted` for values that are only sorted as far as the quantile at `selected` has been selected before
 * (0 for none): a selection costs O(n) where a sort costs O(n log n).
 */
function selectQuantile(values: Float64Array, selected: number, fraction: number): number {
  const last = values.length - 1;
  const rank = fraction * last;
  const below = Math.floor(rank);
  const from = Math.floor(selected * last);
  // Typed for arrays, written for anything with an index.
  const items = values as unknown as number[];
  quickselect(items, below, from, last);
  const low = values[below]!;
  if (below === last) return low;
  quickselect(items, below + 1, below + 1, last);
  return low + (rank - below) * (values[below + 1]! - low);
}
