import { randomExponential } from "d3-random";
import type { Random } from "../../core/random.ts";
import { refusal, requireNotNegative, requirePositive } from "../checks.ts";

/**
 * A Poisson process whose rate swings like a day: `mean · (1 + amplitude · sin(2π (t + phase) / period))`.
 */
export interface DiurnalArrivals {
  readonly kind: "diurnal";
  readonly meanRatePerSecond: number;
  /** Swing as a fraction of the mean, 0..1: 0.5 swings between half and one and a half times the mean. */
  readonly amplitude: number;
  readonly periodSeconds: number;
  /** Where in the period the trace starts; 0 (the default) starts at the mean rate, rising. */
  readonly phaseSeconds?: number | undefined;
}

/**
 * Thinning of a Poisson process at the peak rate (Lewis and Shedler, Naval Research Logistics 26(3), 1979).
 * @throws InputError for a rate or period that is not positive, or an amplitude outside 0..1
 */
export function createDiurnalArrivals(spec: DiurnalArrivals, random: Random): () => number {
  const { meanRatePerSecond, amplitude, periodSeconds, phaseSeconds = 0 } = spec;
  requirePositive("arrivals.meanRatePerSecond", meanRatePerSecond);
  requirePositive("arrivals.periodSeconds", periodSeconds);
  requireNotNegative("arrivals.phaseSeconds", phaseSeconds);
  if (!(amplitude >= 0 && amplitude <= 1))
    throw refusal("arrivals.amplitude", amplitude, "a fraction from 0 to 1");
  const peakGap = randomExponential.source(random)(meanRatePerSecond * (1 + amplitude));
  let now = 0;
  return () => {
    for (;;) {
      now += peakGap();
      const swing = amplitude * Math.sin((2 * Math.PI * (now + phaseSeconds)) / periodSeconds);
      if (random() * (1 + amplitude) < 1 + swing) return now;
    }
  };
}
