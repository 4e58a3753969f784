/** A distribution in a handful of values: means of its slices from the smallest to the largest, which add up to its mean. */
export interface Strata {
  readonly values: Float64Array;
  /** Shares, 1 in all. */
  readonly weights: Float64Array;
}

/**
 * Slices the values at the given fractions of their total weight. Slices that hold one and the same value are put
 * together.
 * @param edges ascending, from 0 to 1
 * @param weights one a value, 1 for each when left out
 */
export function stratify(
  values: readonly number[],
  edges: readonly number[],
  weights?: readonly number[],
): Strata {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const weightOf = (i: number) => weights?.[i] ?? 1;
  const total = order.reduce((sum, i) => sum + weightOf(i), 0);
  const means: number[] = [];
  const shares: number[] = [];
  let slice = 0;
  let sum = 0;
  let share = 0;
  let passed = 0;
  const close = (): void => {
    if (share === 0) return;
    const mean = sum / share;
    if (means.at(-1) === mean) shares[shares.length - 1]! += share / total;
    else {
      means.push(mean);
      shares.push(share / total);
    }
    sum = 0;
    share = 0;
  };
  for (const i of order) {
    while (passed >= edges[slice + 1]! * total && slice < edges.length - 2) {
      close();
      slice++;
    }
    sum += weightOf(i) * values[i]!;
    share += weightOf(i);
    passed += weightOf(i);
  }
  close();
  return { values: Float64Array.from(means), weights: Float64Array.from(shares) };
}

/** Mean of the values, each cut at `most`. */
export function meanOf({ values, weights }: Strata, most = Infinity): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += weights[i]! * Math.min(values[i]!, most);
  return sum;
}
