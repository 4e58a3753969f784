const HALVINGS = 8;

/**
 * The largest rate at which the targets hold, from one at which nothing does on: where they hold at almost no load, else
 * 0. Found by halving, to 1/256 of the saturation.
 */
export function maxRateWithin(saturationRate: number, meets: (ratePerSecond: number) => boolean): number {
  let low = saturationRate * 2 ** -HALVINGS;
  if (!meets(low)) return 0;
  let high = saturationRate;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (meets(middle)) low = middle;
    else high = middle;
  }
  return low;
}
