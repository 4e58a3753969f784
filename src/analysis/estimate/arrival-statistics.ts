/** A stretch of time with a rate of its own. */
export interface RateLevel {
  /** Of the mean rate. */
  readonly factor: number;
  /** Share of the time (0..1). */
  readonly share: number;
}

/** Mean arrivals in a window over which the rate is told, at least; and the number of windows, at most. */
const LEVEL_ARRIVALS = 100;
const MOST_WINDOWS = 60;
const FEWEST_WINDOWS = 10;
const LEVELS = 5;
/** Standard deviation of the rate, as a share of it, that is worth telling. */
const LEAST_WANDER = 0.03;

/** A rate that does not wander. */
export const STEADY: readonly RateLevel[] = [{ factor: 1, share: 1 }];

/** Variance over mean of the arrivals within a time, by the mean number of them; ascending. */
export interface Dispersion {
  readonly arrivals: number;
  readonly value: number;
}

/** Windows in which arrivals are counted for that, in mean gaps. */
const DISPERSION_WINDOWS = [0.125, 0.25, 0.5, 1, 2, 4, 8];

/** What Poisson arrivals have, and an estimate takes where it knows no better. */
export const POISSON: readonly Dispersion[] = [{ arrivals: 1, value: 1 }];

/** Dispersion of the arrivals over short times; slower changes of the rate, which `rateLevels` tells, are taken out. */
export function dispersionsOf(
  arrivals: readonly number[],
  levels: readonly RateLevel[],
): readonly Dispersion[] {
  if (arrivals.length < FEWEST_WINDOWS * LEVEL_ARRIVALS) return POISSON;
  const wander = levels.reduce((sum, { factor, share }) => sum + share * (factor - 1) ** 2, 0);
  const found = DISPERSION_WINDOWS.flatMap((mean): Dispersion[] => {
    const windows = Math.floor(arrivals.length / mean);
    const counts = countsIn(arrivals, windows);
    if (counts === undefined) return [];
    const average = arrivals.length / windows;
    let squares = 0;
    for (let i = 0; i < windows; i++) squares += (counts[i]! - average) ** 2;
    const variance = squares / windows - wander * average ** 2;
    return [{ arrivals: average, value: Math.min(50, Math.max(0.02, variance / average)) }];
  });
  return found.length === 0 ? POISSON : found;
}

/** Dispersion over a time in which so many arrivals are expected; linear between those known. */
export function dispersionOver(dispersions: readonly Dispersion[], arrivals: number): number {
  const above = dispersions.findIndex((known) => known.arrivals >= arrivals);
  if (above < 0) return dispersions.at(-1)!.value;
  const high = dispersions[above]!;
  // Within no time at all, arrivals that come one by one have the dispersion of a Poisson process.
  const low =
    above === 0 ? { arrivals: 0, value: dispersions.length === 1 ? high.value : 1 } : dispersions[above - 1]!;
  const share = (arrivals - low.arrivals) / (high.arrivals - low.arrivals);
  return low.value + share * (high.value - low.value);
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
  const chance = mean * neighbourDispersion(arrivals);
  if (variance <= Math.max(2 * chance, (LEAST_WANDER * mean) ** 2)) return STEADY;
  const shrink = Math.sqrt(1 - chance / variance);
  const factors = Array.from(counts, (count) => 1 + (shrink * (count - mean)) / mean).sort((a, b) => a - b);
  return Array.from({ length: LEVELS }, (_, i): RateLevel => {
    const slice = factors.slice(Math.floor((i * windows) / LEVELS), Math.floor(((i + 1) * windows) / LEVELS));
    const factor = slice.reduce((sum, of) => sum + of, 0) / slice.length;
    return { factor: Math.max(0, factor), share: slice.length / windows };
  });
}

/** Mean arrivals in a window over which chance is told. */
const CHANCE_ARRIVALS = 8;

/** Dispersion from differences of neighbouring windows: what is common to both, the rate of the hour, drops out. */
function neighbourDispersion(arrivals: readonly number[]): number {
  const windows = Math.floor(arrivals.length / CHANCE_ARRIVALS);
  const counts = countsIn(arrivals, windows)!;
  let squares = 0;
  for (let i = 1; i < windows; i++) squares += (counts[i]! - counts[i - 1]!) ** 2;
  return squares / (2 * (windows - 1)) / (arrivals.length / windows);
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
