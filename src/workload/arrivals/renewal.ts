import { randomExponential, randomGamma, randomWeibull } from "d3-random";
import type { Random } from "../../core/random.ts";
import { requirePositive } from "../checks.ts";
import { gammaFunction, weibullShapeOfCv } from "./weibull-moments.ts";

/** Independent, equally distributed gaps with mean `1 / ratePerSecond`. */
export type RenewalArrivals =
  | { readonly kind: "constant"; readonly ratePerSecond: number }
  | { readonly kind: "poisson"; readonly ratePerSecond: number }
  | {
      readonly kind: "gamma";
      readonly ratePerSecond: number;
      /**
       * Shape of the gamma-distributed gaps, as `--burstiness` of vLLM's serving benchmark (`benchmark_serving.py`): 1 is
       * Poisson, less is burstier, more is smoother. The CV of the gaps is `1 / sqrt(burstiness)`.
       */
      readonly burstiness: number;
    }
  | {
      readonly kind: "weibull";
      readonly ratePerSecond: number;
      /** Coefficient of variation (standard deviation / mean) of the gaps: 1 is Poisson, more is burstier. */
      readonly cv: number;
    };

/** @throws InputError for a rate, burstiness or CV that is not positive */
export function createRenewalArrivals(spec: RenewalArrivals, random: Random): () => number {
  requirePositive("arrivals.ratePerSecond", spec.ratePerSecond);
  if (spec.kind === "constant") {
    // A product instead of a sum: rounding does not pile up over a million arrivals.
    let count = 0;
    return () => ++count / spec.ratePerSecond;
  }
  const gap = createGap(spec, random);
  let now = 0;
  return () => (now += gap());
}

function createGap(spec: Exclude<RenewalArrivals, { kind: "constant" }>, random: Random): () => number {
  const meanGapSeconds = 1 / spec.ratePerSecond;
  switch (spec.kind) {
    case "poisson":
      return randomExponential.source(random)(spec.ratePerSecond);
    case "gamma":
      requirePositive("arrivals.burstiness", spec.burstiness);
      return randomGamma.source(random)(spec.burstiness, meanGapSeconds / spec.burstiness);
    case "weibull": {
      requirePositive("arrivals.cv", spec.cv);
      const shape = weibullShapeOfCv(spec.cv);
      return randomWeibull.source(random)(shape, 0, meanGapSeconds / gammaFunction(1 + 1 / shape));
    }
  }
}
