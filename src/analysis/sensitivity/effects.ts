import { meanInterval } from "../statistics/confidence-interval.ts";
import type { Knob } from "./knobs.ts";

/** What turning a knob one way does to a figure. */
export interface Effect {
  /** Where the knob was turned to. */
  readonly value: number;
  /** Cores that keep the area equal, where that was asked for. */
  readonly cores?: number | undefined;
  readonly areaMm2?: number | undefined;
  /** The figure then. */
  readonly figure: number;
  /** Change relative to the figure as it is, and the ends of its interval; these are null where too few runs tell. */
  readonly change: number;
  readonly low: number | null;
  readonly high: number | null;
  /** What the estimate says of the change; null where it says nothing. */
  readonly estimated: number | null;
}

/** A side that the system cannot be turned to, and why. */
export interface Refusal {
  readonly value: number;
  readonly refused: string;
}

export interface Sensitivity {
  readonly knob: Knob;
  readonly down: Effect | Refusal;
  readonly up: Effect | Refusal;
}

export function isEffect(side: Effect | Refusal): side is Effect {
  return "figure" in side;
}

/** What a knob changes at most, as a share of the figure; 0 where it cannot be turned. */
export function strength({ down, up }: Sensitivity): number {
  return Math.max(...[down, up].map((side) => (isEffect(side) ? Math.abs(side.change) : 0)));
}

/** The strongest first; equal ones by name. */
export function ranked(all: readonly Sensitivity[]): Sensitivity[] {
  return [...all].sort((a, b) => strength(b) - strength(a) || (a.knob.path < b.knob.path ? -1 : 1));
}

/** The interval of the change does not hold 0. */
export function isSure({ low, high }: Effect): boolean {
  return low !== null && high !== null && (low > 0 || high < 0);
}

/**
 * The change of a figure from runs that share their seeds or their sections of a trace: what both have in common drops out
 * of the differences.
 * @param before the figure of each run as it is; the first one counts, the others tell the interval of a trace
 */
export function changeOf(
  before: readonly number[],
  after: readonly number[],
  { drawn, confidence }: { readonly drawn: boolean; readonly confidence: number },
): Pick<Effect, "figure" | "change" | "low" | "high"> {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [base, figure] = drawn ? [mean(before), mean(after)] : [before[0]!, after[0]!];
  const change = base === 0 ? 0 : figure / base - 1;
  const paired = (drawn ? after : after.slice(1)).map((value, i) => {
    const reference = (drawn ? before : before.slice(1))[i]!;
    return drawn ? (value - reference) / base : reference === 0 ? 0 : value / reference - 1;
  });
  if (paired.length < 2) return { figure, change, low: null, high: null };
  const { estimate, low, high } = meanInterval(Float64Array.from(paired), confidence);
  return { figure, change, low: change - (estimate - low), high: change + (high - estimate) };
}
