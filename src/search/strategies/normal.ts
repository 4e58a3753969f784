/** Φ(z) by Abramowitz and Stegun 26.2.17, within 7.5e-8. */
export function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
}

/**
 * So many points that stand for as many independent standard normal numbers each: the first number takes every quantile once in
 * order, the others spread theirs by an irrational step (a Kronecker sequence).
 */
export function normalNodes(numbers: number, nodes: number): readonly (readonly number[])[] {
  return Array.from({ length: nodes }, (_, i) =>
    Array.from({ length: numbers }, (_, k) =>
      normalQuantile(((i + 0.5) * (k === 0 ? 1 / nodes : STEPS[k % STEPS.length]!)) % 1),
    ),
  );
}

const STEPS = [Math.sqrt(13), Math.SQRT2, Math.sqrt(3), Math.sqrt(5), Math.sqrt(7), Math.sqrt(11)].map(
  (root) => root % 1,
);

/** By halving: asked for some dozens of numbers a search. */
function normalQuantile(share: number): number {
  let [low, high] = [-6, 6];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
