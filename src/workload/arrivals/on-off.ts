import { randomExponential } from "d3-random";
import type { Random } from "../../core/random.ts";
import { requireNotNegative, requirePositive } from "../checks.ts";

/**
 * Bursts and lulls: a Poisson process whose rate switches between two values after exponentially distributed times
 * (a Markov-modulated Poisson process of two states). It starts in its long-run mix of states; its mean rate is the
 * mean of both rates weighted by their mean times.
 */
export interface OnOffArrivals {
  readonly kind: "on-off";
  readonly onRatePerSecond: number;
  /** 0 for silence between the bursts. */
  readonly offRatePerSecond: number;
  readonly meanOnSeconds: number;
  readonly meanOffSeconds: number;
}

/** @throws InputError unless the on-rate and both times are positive and the off-rate is not negative */
export function createOnOffArrivals(spec: OnOffArrivals, random: Random): () => number {
  const { onRatePerSecond, offRatePerSecond, meanOnSeconds, meanOffSeconds } = spec;
  requirePositive("arrivals.onRatePerSecond", onRatePerSecond);
  requireNotNegative("arrivals.offRatePerSecond", offRatePerSecond);
  requirePositive("arrivals.meanOnSeconds", meanOnSeconds);
  requirePositive("arrivals.meanOffSeconds", meanOffSeconds);
  const unitExponential = randomExponential.source(random)(1);
  let on = random() < meanOnSeconds / (meanOnSeconds + meanOffSeconds);
  let now = 0;
  let switchesAt = unitExponential() * (on ? meanOnSeconds : meanOffSeconds);
  return () => {
    for (;;) {
      const rate = on ? onRatePerSecond : offRatePerSecond;
      // The gap is drawn anew in each state: exponential gaps have no memory.
      const arrival = rate === 0 ? Infinity : now + unitExponential() / rate;
      if (arrival < switchesAt) return (now = arrival);
      now = switchesAt;
      on = !on;
      switchesAt = now + unitExponential() * (on ? meanOnSeconds : meanOffSeconds);
    }
  };
}
