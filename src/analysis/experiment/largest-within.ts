/** A load that was tried. */
export interface Trial {
  /** Requests a second, users, … */
  readonly level: number;
  /** The targets hold as measured. */
  readonly met: boolean;
  /** They hold with the confidence asked for; undefined where too little is known to tell. */
  readonly sure: boolean | undefined;
}

export interface SearchOptions {
  /** Where the answer is likely; more than 0. */
  readonly start: number;
  /** Nothing below counts. */
  readonly least: number;
  /** Whole numbers only. */
  readonly whole: boolean;
  /** Share of the level (0..1) within which an answer is close enough. */
  readonly tolerance: number;
}

export interface SearchResult<T extends Trial> {
  /** The largest level tried that meets the targets, below the smallest that does not; undefined where even the least fails. */
  readonly largest: T | undefined;
  /** The largest that does so surely. */
  readonly surely: T | undefined;
  /** All that was tried, ascending. */
  readonly trials: readonly T[];
}

/** How far apart the first two trials stand around the start, and how fast the search widens. */
const FIRST_SPREAD = 0.08;
const WIDENING = 1.3;
/** Rounds in which a bracket is looked for, then narrowed. */
const MOST_WIDENINGS = 16;
const MOST_CUTS = 12;

/**
 * The largest level at which targets hold that hold less and less. Two levels are tried at a time, one for each core: first
 * around the start, then wider until they bracket the answer, then at the thirds of the bracket. Depends on the answers
 * alone, never on which comes first.
 */
export async function largestWithin<T extends Trial>(
  { start, least, whole, tolerance }: SearchOptions,
  tryLevels: (levels: readonly number[]) => Promise<readonly T[]>,
): Promise<SearchResult<T>> {
  const trials = new Map<number, T>();
  const tidy = (level: number) => Math.max(least, whole ? Math.round(level) : level);
  const attempt = async (...levels: number[]): Promise<void> => {
    const fresh = [...new Set(levels.map(tidy))].filter((level) => !trials.has(level));
    for (const trial of await tryLevels(fresh)) trials.set(trial.level, trial);
  };
  const bracket = (holds: (trial: T) => boolean): [low: number | undefined, high: number | undefined] => {
    const sorted = ascending(trials);
    const firstMiss = sorted.findIndex((trial) => !holds(trial));
    if (firstMiss < 0) return [sorted.at(-1)?.level, undefined];
    return [sorted[firstMiss - 1]?.level, sorted[firstMiss]!.level];
  };
  const closeEnough = (low: number, high: number) =>
    whole ? high - low <= Math.max(1, tolerance * low) : high - low <= tolerance * high;

  const narrow = async (holds: (trial: T) => boolean): Promise<number | undefined> => {
    for (let round = 0; round < MOST_WIDENINGS; round++) {
      const [low, high] = bracket(holds);
      if (low !== undefined && high !== undefined) break;
      if (high === undefined) await attempt(low! * WIDENING ** 0.5, low! * WIDENING);
      else if (high <= least) return undefined;
      else await attempt(high / WIDENING, high / WIDENING ** 2);
    }
    for (let round = 0; round < MOST_CUTS; round++) {
      const [low, high] = bracket(holds);
      if (low === undefined || high === undefined || closeEnough(low, high)) return low;
      const before = trials.size;
      await attempt(low + (high - low) / 3, low + (2 * (high - low)) / 3);
      if (trials.size === before) return low;
    }
    return bracket(holds)[0];
  };

  await attempt(start * (1 - FIRST_SPREAD), start * (1 + FIRST_SPREAD));
  const met = await narrow((trial) => trial.met);
  const tells = ascending(trials).some((trial) => trial.met && trial.sure !== undefined);
  const surely =
    met === undefined || !tells ? undefined : await narrow((trial) => trial.met && trial.sure === true);
  return {
    largest: met === undefined ? undefined : trials.get(met),
    surely: surely === undefined ? undefined : trials.get(surely),
    trials: ascending(trials),
  };
}

function ascending<T extends Trial>(trials: ReadonlyMap<number, T>): T[] {
  return [...trials.values()].sort((a, b) => a.level - b.level);
}
