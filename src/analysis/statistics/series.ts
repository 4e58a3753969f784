/** Mean of at least one value; taken about the first, so that equal values have exactly that mean. */
export function meanOf(values: Float64Array): number {
  const origin = values[0]!;
  let excess = 0;
  for (let i = 0; i < values.length; i++) excess += values[i]! - origin;
  return origin + excess / values.length;
}

/** Unbiased variance of at least two values. */
export function sampleVarianceOf(values: Float64Array): number {
  const mean = meanOf(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return squares / (values.length - 1);
}

/**
 * Means of `count` consecutive batches, whose lengths differ by one value at most.
 * @param count 1 to the number of values
 */
export function batchMeansOf(values: Float64Array, count: number): Float64Array {
  const start = (batch: number): number => Math.floor((batch * values.length) / count);
  return Float64Array.from({ length: count }, (_, batch) =>
    meanOf(values.subarray(start(batch), start(batch + 1))),
  );
}

/** Correlation of each value with the next one, -1..1; 0 for values that are all equal. */
export function lagOneCorrelation(values: Float64Array): number {
  const mean = meanOf(values);
  let squares = 0;
  let products = 0;
  for (let i = 0; i < values.length; i++) {
    const deviation = values[i]! - mean;
    squares += deviation * deviation;
    if (i > 0) products += deviation * (values[i - 1]! - mean);
  }
  return squares === 0 ? 0 : products / squares;
}
