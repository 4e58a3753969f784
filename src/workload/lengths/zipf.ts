import type { Random } from "../../core/random.ts";
import { requirePositive } from "../checks.ts";

/** Zipf over ranks: the length `min + r - 1` has a probability ∝ r^-exponent, for r = 1 … max - min + 1. */
export interface ZipfLengths {
  readonly kind: "zipf";
  readonly exponent: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Rejection-inversion (Hörmann and Derflinger, ACM TOMACS 6(3), 1996): no table, constant time for any range.
 * @throws InputError for an exponent that is not positive
 */
export function createZipfSampler(spec: ZipfLengths, random: Random, key: string): () => number {
  const { exponent, min, max } = spec;
  requirePositive(`${key}.exponent`, exponent);
  const ranks = max - min + 1;
  const density = (x: number) => x ** -exponent;
  // Antiderivative of the density that is 0 at 1, and its inverse; both tend to log and exp as the exponent nears 1.
  const power = 1 - exponent;
  const nearOne = Math.abs(power) < 1e-9;
  const area = (x: number) => (nearOne ? Math.log(x) : Math.expm1(power * Math.log(x)) / power);
  const areaInverse = (y: number) => (nearOne ? Math.exp(y) : Math.exp(Math.log1p(power * y) / power));

  const lowest = area(1.5) - 1;
  const highest = area(ranks + 0.5);
  const acceptAtOnce = 2 - areaInverse(area(2.5) - density(2));
  return () => {
    for (;;) {
      const y = highest + random() * (lowest - highest);
      const x = areaInverse(y);
      const rank = Math.min(ranks, Math.max(1, Math.round(x)));
      if (rank - x <= acceptAtOnce || y >= area(rank + 0.5) - density(rank)) return min + rank - 1;
    }
  };
}
