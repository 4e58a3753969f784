import { DDSketch } from "@datadog/sketches-js";
import { EMPTY_DISTRIBUTION, type Distribution } from "./quantiles.ts";

/** Relative error of the quantiles, as a fraction. */
export const GAP_SKETCH_RELATIVE_ERROR = 0.001;

/** Buckets per factor of e, as in the library's logarithmic mapping: bounds a factor (1 + ε) / (1 − ε) apart. */
const BUCKETS_PER_E = 1 / Math.log1p((2 * GAP_SKETCH_RELATIVE_ERROR) / (1 - GAP_SKETCH_RELATIVE_ERROR));

/** Where a time lies on the scale of buckets; the bucket is the next whole number. `Math.log2` takes twice as long. */
function placeOf(seconds: number): number {
  return Math.log(seconds) * BUCKETS_PER_E;
}

/** What the library's `mapping.key` gives up to rounding at a bound, without its three calls. */
function bucketOf(seconds: number): number {
  return Math.ceil(placeOf(seconds));
}

/**
 * Weighted distribution of positive times (gaps between tokens, in seconds) in memory that does not grow with their
 * number: quantiles within 0.1 % (DDSketch: Masson, Rim, Lee, VLDB 2019), exact count, min, max and moments.
 * Moments are kept about the first value, so that the variance of nearly equal gaps does not cancel away.
 */
export class GapSketch {
  readonly #sketch = new DDSketch({ relativeAccuracy: GAP_SKETCH_RELATIVE_ERROR });
  #count = 0;
  #origin = 0;
  #sum = 0;
  #sumOfSquares = 0;
  #min = Infinity;
  #max = -Infinity;

  get count(): number {
    return this.#count;
  }

  /** Exact largest value; -Infinity when empty. */
  get max(): number {
    return this.#max;
  }

  /** Exact sum of all values in seconds. */
  get sum(): number {
    return this.#sum + this.#origin * this.#count;
  }

  /**
   * Adds `weight` equal gaps of `seconds`.
   * @param seconds > 0
   * @param weight > 0, a whole number
   */
  add(seconds: number, weight: number): void {
    if (this.#count === 0) this.#origin = seconds;
    this.#sketch.store.add(bucketOf(seconds), weight);
    const deviation = seconds - this.#origin;
    this.#count += weight;
    this.#sum += deviation * weight;
    this.#sumOfSquares += deviation * deviation * weight;
    if (seconds < this.#min) this.#min = seconds;
    if (seconds > this.#max) this.#max = seconds;
  }

  /**
   * Adds the gaps `first + slope · j` for j = 0…steps-1, each `weight` times: what `add` would give one by one, found
   * bucket by bucket with the same bucket function instead.
   * @param first > 0, seconds
   * @param slope ≥ 0, seconds per step
   * @param steps ≥ 1, a whole number below 2^30
   * @param weight > 0, a whole number
   */
  addRamp(first: number, slope: number, steps: number, weight: number): void {
    if (steps === 1 || slope === 0) {
      this.add(first, weight * steps);
      return;
    }
    if (this.#count === 0) this.#origin = first;
    const { store } = this.#sketch;
    const last = first + slope * (steps - 1);
    const firstPlace = placeOf(first);
    const lastPlace = placeOf(last);
    const lastKey = Math.ceil(lastPlace);
    // Within a few buckets a ramp is nearly straight on the logarithmic scale too: a guess lands next to the boundary.
    const stepsPerPlace = (steps - 1) / (lastPlace - firstPlace);
    let from = 0;
    let key = Math.ceil(firstPlace);
    while (key < lastKey) {
      let beyond = Math.ceil((key - firstPlace) * stepsPerPlace);
      beyond = Math.min(steps - 1, Math.max(from + 1, beyond));
      while (beyond > from + 1 && bucketOf(first + slope * (beyond - 1)) > key) beyond--;
      let beyondKey = bucketOf(first + slope * beyond);
      while (beyondKey <= key) beyondKey = bucketOf(first + slope * ++beyond);
      store.add(key, weight * (beyond - from));
      from = beyond;
      key = beyondKey;
    }
    store.add(key, weight * (steps - from));

    const start = first - this.#origin;
    const sumOfIndex = (steps * (steps - 1)) / 2;
    const sumOfIndexSquares = (sumOfIndex * (2 * steps - 1)) / 3;
    this.#count += weight * steps;
    this.#sum += weight * (steps * start + slope * sumOfIndex);
    this.#sumOfSquares +=
      weight * (steps * start * start + 2 * start * slope * sumOfIndex + slope * slope * sumOfIndexSquares);
    if (first < this.#min) this.#min = first;
    if (last > this.#max) this.#max = last;
  }

  /** Adds all that another sketch holds. */
  merge(other: GapSketch): void {
    if (other.#count === 0) return;
    if (this.#count === 0) this.#origin = other.#origin;
    const shift = other.#origin - this.#origin;
    // Bin by bin, as the library's `store.merge` loses the upper end of a range that ends in bin 0 (gaps of 1 s).
    const { bins, offset } = other.#sketch.store;
    for (const [index, weight] of bins.entries()) {
      if (weight > 0) this.#sketch.store.add(index + offset, weight);
    }
    this.#sumOfSquares += other.#sumOfSquares + 2 * shift * other.#sum + shift * shift * other.#count;
    this.#sum += other.#sum + shift * other.#count;
    this.#count += other.#count;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  /**
   * Quantile by linear interpolation between order statistics (as `quantileOfSorted`), within the relative error of
   * the exact one and never outside the exact extremes; NaN when empty.
   * @param fraction 0..1
   */
  quantile(fraction: number): number {
    if (this.#count === 0) return NaN;
    const rank = fraction * (this.#count - 1);
    const below = Math.floor(rank);
    const low = this.#valueAtRank(below);
    if (rank === below) return low;
    return low + (rank - below) * (this.#valueAtRank(below + 1) - low);
  }

  /** The order statistic with `rank` gaps below it, within the relative error. */
  #valueAtRank(rank: number): number {
    const { mapping, store } = this.#sketch;
    return Math.min(this.#max, Math.max(this.#min, mapping.value(store.keyAtRank(rank))));
  }

  /** The filled buckets in rising order: upper bound in seconds and the share of gaps at or below it (0..1). */
  cumulative(): { readonly seconds: number; readonly share: number }[] {
    const { mapping, store } = this.#sketch;
    const points: { seconds: number; share: number }[] = [];
    // A bucket's value stands where the relative error to both of its bounds is the same.
    const valueOverBound = 1 - GAP_SKETCH_RELATIVE_ERROR;
    let below = 0;
    for (const [index, weight] of store.bins.entries()) {
      if (weight === 0) continue;
      below += weight;
      const bound = mapping.value(index + store.offset) / valueOverBound;
      const seconds = below < this.#count ? Math.min(this.#max, bound) : this.#max;
      points.push({ seconds, share: below / this.#count });
    }
    return points;
  }

  distribution(): Distribution {
    if (this.#count === 0) return EMPTY_DISTRIBUTION;
    const meanDeviation = this.#sum / this.#count;
    return {
      count: this.#count,
      mean: this.#origin + meanDeviation,
      std: Math.sqrt(Math.max(0, this.#sumOfSquares / this.#count - meanDeviation * meanDeviation)),
      min: this.#min,
      p50: this.quantile(0.5),
      p90: this.quantile(0.9),
      p95: this.quantile(0.95),
      p99: this.quantile(0.99),
      p999: this.quantile(0.999),
      max: this.#max,
    };
  }
}
