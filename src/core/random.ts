import seedrandom from "seedrandom";

/** Draws uniform numbers in [0, 1) with 53 random bits, so that far tails of a distribution are reachable. */
export type Random = () => number;

/**
 * The random stream of one consumer. Equal (seed, name) give equal draws; different names are independent, so that
 * drawing more in one place never shifts another. The seed is written as text, since seedrandom tells 42 from "42".
 */
export function randomStream(seed: number, name: string): Random {
  const generator = seedrandom.xorshift7(`${seed}/${name}`);
  return () => generator.double();
}
