/** A figure of one system in a row of systems, each of which differs from the one before by one thing. */
export interface Rung {
  /** What changed from the one before; of the first what it is. */
  readonly label: string;
  /** More is better; above 0. */
  readonly value: number;
}

/** How many times larger each change makes a figure. */
export interface Factor {
  readonly label: string;
  readonly factor: number;
}

/** The factors between neighbours; their product is the last value over the first. */
export function factorsOf(rungs: readonly Rung[]): Factor[] {
  return rungs.slice(1).map(({ label, value }, i) => ({ label, factor: value / rungs[i]!.value }));
}
