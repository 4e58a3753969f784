/** The first step away from a guess, and by how much each further one is longer. */
const FIRST_FACTOR = 1.25;
const GROWTH = 1.6;
const MOST_STEPS = 10;
const HALVINGS = 4;
/** Ratio of the two rates that so many halvings leave between them where the guess was near. */
const FINEST = FIRST_FACTOR ** (1 / 2 ** HALVINGS) * 1.001;

/**
 * The largest rate at which a system meets its targets, within about 1.5 %: from a guess outwards to a rate that does and
 * one that does not, then halving between them. 0 where even a hundredth of the guess is too much.
 * @param blind whether nothing is known of the rate, so that the two may be far apart: they are then halved until they are not
 */
export function capacityNear(
  guess: number,
  meets: (ratePerSecond: number) => boolean,
  blind = false,
): number {
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
  for (let i = 0; i < HALVINGS || (blind && high / low > FINEST); i++) {
    const middle = Math.sqrt(low * high);
    if (meets(middle)) low = middle;
    else high = middle;
  }
  return low;
}
