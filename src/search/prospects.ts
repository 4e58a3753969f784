import { RESULT_NAMES, type ResultName, type Results } from "./evaluation/results.ts";
import { KNOWN_RESULTS, SHARES_OF_GOODPUT, type KnownResults } from "./known-results.ts";
import { scoresOf, type Objectives, type Scores } from "./objectives.ts";
import type { Point } from "./space/space.ts";

/** What a design is worth. */
export interface Judged {
  /** Of limits and of what can be made; 0 for a design that may be built, Infinity for one that is refused. */
  readonly violation: number;
  /** Lower is better throughout; undefined for a design that was not evaluated. */
  readonly scores: Scores | undefined;
}

/**
 * What a search does not know of a design before its evaluation, apart from what follows from the design alone: a model has
 * to learn the former only, and what a design is worth follows from both.
 */
export interface Prospects {
  /** Numbers that only an evaluation tells. */
  readonly count: number;
  /** What a design is worth, given these numbers. */
  of(point: Point): (values: ArrayLike<number>) => Judged;
}

/** Results of a search by name: which of them only an evaluation tells. */
export class ResultProspects implements Prospects {
  readonly names: readonly ResultName[];
  readonly #objectives: Objectives;
  readonly #demandPerSecond: number;
  readonly #known: ((point: Point) => KnownResults) | undefined;

  /** @param known results that follow from a design alone; undefined where an evaluation has to tell them as well */
  constructor(
    objectives: Objectives,
    demandPerSecond: number,
    known: ((point: Point) => KnownResults) | undefined,
  ) {
    this.#objectives = objectives;
    this.#demandPerSecond = demandPerSecond;
    this.#known = known;
    const needed = objectives.list.flatMap(({ result }): ResultName[] =>
      result in SHARES_OF_GOODPUT
        ? ["goodput_at_slo_rps", SHARES_OF_GOODPUT[result as keyof typeof SHARES_OF_GOODPUT]]
        : [result],
    );
    const wanted = new Set<ResultName>(["goodput_at_slo_rps", ...needed]);
    this.names = RESULT_NAMES.filter((name) => wanted.has(name) && (known === undefined || !isKnown(name)));
  }

  get count(): number {
    return this.names.length;
  }

  /**
   * The numbers in what an evaluation found: logarithms, as results of designs differ by factors; NaN for what is unknown.
   * Of a goodput far below the demand all that matters is that it is.
   */
  valuesOf(results: Results): number[] {
    return this.names.map((name) => {
      const value = results[name];
      if (name === "goodput_at_slo_rps")
        return Math.log(Math.max(value ?? 0, this.#demandPerSecond / HOPELESS));
      return value === null ? NaN : Math.log(Math.max(value, 1e-12));
    });
  }

  of(point: Point): (values: ArrayLike<number>) => Judged {
    const results: Record<ResultName, number | null> = { ...NOTHING_KNOWN, ...this.#known?.(point) };
    return (values) => {
      for (let i = 0; i < this.names.length; i++) results[this.names[i]!] = Math.exp(values[i]!);
      const goodput = results.goodput_at_slo_rps!;
      for (const [share, of] of SHARES) results[share] = goodput / (results[of] ?? NaN);
      return {
        violation: shortfallOf(goodput, this.#demandPerSecond),
        scores: scoresOf(this.#objectives, results),
      };
    };
  }
}

const SHARES = Object.entries(SHARES_OF_GOODPUT) as [ResultName, ResultName][];

/** Goodputs below this fraction of the demand are all the same. */
const HOPELESS = 8;

const NOTHING_KNOWN = Object.fromEntries(RESULT_NAMES.map((name) => [name, null])) as Record<
  ResultName,
  null
>;

function isKnown(name: ResultName): boolean {
  return (KNOWN_RESULTS as readonly ResultName[]).includes(name);
}

/** Share of a demand that a goodput leaves unserved. */
export function shortfallOf(goodputPerSecond: number, demandPerSecond: number): number {
  return Math.max(0, 1 - goodputPerSecond / demandPerSecond);
}
