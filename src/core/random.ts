import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import seedrandom from "seedrandom";

/** Draws uniform numbers in (0, 1) with 53 random bits, so that far tails of a distribution are reachable. */
export type Random = () => number;

/**
 * The random stream of one consumer. Equal (seed, name) give equal draws; different ones are independent, so that
 * drawing more in one place never shifts another.
 *
 * The eight words of xorshift7 (Panneton & L'Ecuyer, "On the xorshift random number generators", ACM TOMACS 15(4),
 * 2005) are the SHA-256 of the text `seed/name`. seedrandom's own seeding from text is not used: its xorshift7 drops
 * the first characters, so that seeds 1, 2 and 3 of one name would be the same stream.
 */
export function randomStream(seed: number, name: string): Random {
  const digest = sha256(utf8ToBytes(`${seed}/${name}`));
  const words = new DataView(digest.buffer, digest.byteOffset);
  const x = Array.from({ length: 8 }, (_, word) => words.getInt32(4 * word));
  const generator = seedrandom.xorshift7("", { state: { x, i: 0 } });
  return () => generator.double();
}
