/**
 * Spearman's rank correlation of paired values, ties by their mean rank; null for fewer than three pairs or values that are
 * all equal.
 */
export function rankCorrelation(pairs: readonly (readonly [number, number])[]): number | null {
  if (pairs.length < 3) return null;
  const a = ranks(pairs.map(([first]) => first));
  const b = ranks(pairs.map(([, second]) => second));
  const mean = (pairs.length - 1) / 2;
  let [covariance, spreadA, spreadB] = [0, 0, 0];
  for (let i = 0; i < pairs.length; i++) {
    covariance += (a[i]! - mean) * (b[i]! - mean);
    spreadA += (a[i]! - mean) ** 2;
    spreadB += (b[i]! - mean) ** 2;
  }
  return spreadA > 0 && spreadB > 0 ? covariance / Math.sqrt(spreadA * spreadB) : null;
}

/** From 0; equal values share the mean of their places. */
function ranks(values: readonly number[]): Float64Array {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const found = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) found[order[i]!] = (from + to - 1) / 2;
    from = to;
  }
  return found;
}
