/** The first step away from a guess, and by how much each further one is longer. */
const FIRST_FACTOR = 1.25;
const GROWTH = 1.6;
const MOST_STEPS = 10;
const HALVINGS = 4;

/**
 * The largest rate at which a system meets its targets, within about 1.5 %: from a guess outwards to a rate that does and
 * one that does not, then halving between them. 0 where even a hundredth of the guess is too much.
 */
export function capacityNear(guess: number, meets: (ratePerSecond: number) => boolean): number {
  let factor = FIRST_FACTOR;
  let low = 0;
  let high = Infinity;
  let rate = guess;
  for (let step = 0; step < MOST_STEPS && (low === 0 || high === Infinity); step++) {
    if (meets(rate)) {
      low = rate;
      rate *= factor;
    } else {
      high = rate;
      rate /= factor;
    }
    factor **= step === 0 ? 1 : GROWTH;
  }
  if (low === 0 || high === Infinity) return low;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = Math.sqrt(low * high);
    if (meets(middle)) low = middle;
    else high = middle;
  }
  return low;
}
