/** A stretch of time with a rate of its own. */
export interface RateLevel {
  /** Of the mean rate. */
  readonly factor: number;
  /** Share of the time (0..1). */
  readonly share: number;
}

/** Mean arrivals in a window over which bursts are told. */
const BURST_ARRIVALS = 8;

/** Mean arrivals in a window over which the rate is told, at least; and the number of windows, at most. */
const LEVEL_ARRIVALS = 100;
const MOST_WINDOWS = 60;
const FEWEST_WINDOWS = 10;
const LEVELS = 5;

const STEADY: readonly RateLevel[] = [{ factor: 1, share: 1 }];

/** Variance over mean of the arrivals in windows of some eight mean gaps, what slower changes of the rate add left out. */
export function shortTermDispersion(arrivals: readonly number[]): number {
  const windows = Math.floor(arrivals.length / BURST_ARRIVALS);
  if (windows < 2 * FEWEST_WINDOWS) return 1;
  const counts = countsIn(arrivals, windows);
  if (counts === undefined) return 1;
  // Differences of neighbours: what is common to both, the rate of the hour, drops out.
  let squares = 0;
  for (let i = 1; i < windows; i++) squares += (counts[i]! - counts[i - 1]!) ** 2;
  const variance = squares / (2 * (windows - 1));
  return Math.min(50, Math.max(0.02, variance / (arrivals.length / windows)));
}

/**
 * Five levels of the rate, from the slowest fifth of the time to the busiest; one where windows differ no more than
 * chance lets expect. What chance adds to the differences is taken out.
 */
export function rateLevels(arrivals: readonly number[]): readonly RateLevel[] {
  const windows = Math.min(MOST_WINDOWS, Math.floor(arrivals.length / LEVEL_ARRIVALS));
  if (windows < FEWEST_WINDOWS) return STEADY;
  const counts = countsIn(arrivals, windows);
  if (counts === undefined) return STEADY;
  const mean = arrivals.length / windows;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / windows;
  const chance = mean * shortTermDispersion(arrivals);
  if (variance < 2 * chance) return STEADY;
  const shrink = Math.sqrt(1 - chance / variance);
  const factors = Array.from(counts, (count) => 1 + (shrink * (count - mean)) / mean).sort((a, b) => a - b);
  return Array.from({ length: LEVELS }, (_, i): RateLevel => {
    const slice = factors.slice(Math.floor((i * windows) / LEVELS), Math.floor(((i + 1) * windows) / LEVELS));
    const factor = slice.reduce((sum, of) => sum + of, 0) / slice.length;
    return { factor: Math.max(0, factor), share: slice.length / windows };
  });
}

/** Arrivals in each of so many equal windows from the first to the last; undefined when all come at once. */
function countsIn(arrivals: readonly number[], windows: number): Float64Array | undefined {
  const start = arrivals[0]!;
  const span = arrivals.at(-1)! - start;
  if (!(span > 0)) return undefined;
  const counts = new Float64Array(windows);
  for (const arrival of arrivals) {
    counts[Math.min(windows - 1, Math.floor(((arrival - start) / span) * windows))]! += 1;
  }
  return counts;
}
