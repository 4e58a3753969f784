import type { Random } from "../src/core/random.ts";

/** Points (share of the requests, tokens) of a quantile function, by rising share from 0 (least) to 1 (most). */
export type Quantiles = readonly (readonly [share: number, tokens: number])[];

/**
 * `count` lengths that follow the quantiles, in random order. Between two points the quantile function runs
 * log-linearly. Shares are stratified (one draw in each of `count` equal parts), so that a sample has the statistics and
 * does not just tend to them.
 */
export function sampleLengths(quantiles: Quantiles, count: number, random: Random): number[] {
  const lengths = Array.from({ length: count }, (_, i) => Math.round(tokensAt(quantiles, (i + random()) / count)));
  // The extremes are known: the outermost draws take them.
  lengths[0] = quantiles[0]![1];
  lengths[count - 1] = quantiles.at(-1)![1];
  return shuffled(lengths, random);
}

function tokensAt(quantiles: Quantiles, share: number): number {
  const above = quantiles.findIndex(([pointShare]) => pointShare > share);
  const [fromShare, from] = quantiles[above - 1]!;
  const [toShare, to] = quantiles[above]!;
  return from * (to / from) ** ((share - fromShare) / (toShare - fromShare));
}

function shuffled(values: number[], random: Random): number[] {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
  return values;
}
