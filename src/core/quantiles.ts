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

/** Exact distribution of the values. Sorts `values` in place. */
export function distributionOf(values: Float64Array): Distribution {
  const count = values.length;
  if (count === 0) return EMPTY_DISTRIBUTION;
  values.sort();
  const min = values[0]!;
  // Moments about the smallest value: equal values have exactly that mean and no deviation.
  let excess = 0;
  for (let i = 0; i < count; i++) excess += values[i]! - min;
  const mean = min + excess / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i]! - mean) ** 2;
  return {
    count,
    mean,
    std: Math.sqrt(squares / count),
    min,
    p50: quantileOfSorted(values, 0.5),
    p90: quantileOfSorted(values, 0.9),
    p95: quantileOfSorted(values, 0.95),
    p99: quantileOfSorted(values, 0.99),
    p999: quantileOfSorted(values, 0.999),
    max: values[count - 1]!,
  };
}
