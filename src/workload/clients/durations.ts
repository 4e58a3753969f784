import { randomExponential, randomLogNormal } from "d3-random";
import type { Random } from "../../core/random.ts";
import { requireNotNegative, requirePositive } from "../checks.ts";

/** How long people take, e.g. to think between two requests, as plain data; in seconds. */
export type DurationSpec =
  | { readonly kind: "fixed"; readonly seconds: number }
  | { readonly kind: "exponential"; readonly meanSeconds: number }
  | {
      readonly kind: "lognormal";
      /** The mean is `medianSeconds · exp(sigma² / 2)`. */
      readonly medianSeconds: number;
      /** Standard deviation of the natural logarithm. */
      readonly sigma: number;
    };

/** Each call draws a duration in seconds, 0 or longer. */
export type DurationSampler = () => number;

/**
 * The sampler that a description asks for.
 * @param key name of the description in error messages, e.g. "thinkTime"
 * @throws InputError for a parameter out of range
 */
export function createDurationSampler(spec: DurationSpec, random: Random, key: string): DurationSampler {
  switch (spec.kind) {
    case "fixed": {
      const { seconds } = spec;
      requireNotNegative(`${key}.seconds`, seconds);
      return () => seconds;
    }
    case "exponential":
      requirePositive(`${key}.meanSeconds`, spec.meanSeconds);
      return randomExponential.source(random)(1 / spec.meanSeconds);
    case "lognormal":
      requirePositive(`${key}.medianSeconds`, spec.medianSeconds);
      requirePositive(`${key}.sigma`, spec.sigma);
      return randomLogNormal.source(random)(Math.log(spec.medianSeconds), spec.sigma);
  }
}

/** Mean of a described duration in seconds. */
export function meanDurationSeconds(spec: DurationSpec): number {
  switch (spec.kind) {
    case "fixed":
      return spec.seconds;
    case "exponential":
      return spec.meanSeconds;
    case "lognormal":
      return spec.medianSeconds * Math.exp(spec.sigma ** 2 / 2);
  }
}
