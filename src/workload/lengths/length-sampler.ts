import { randomLogNormal } from "d3-random";
import type { Random } from "../../core/random.ts";
import { MOST_TOKENS, refusal, requireCount, requirePositive } from "../checks.ts";
import { createEmpiricalSampler, type EmpiricalLengths } from "./empirical.ts";
import { createZipfSampler, type ZipfLengths } from "./zipf.ts";

/** How many tokens a prompt or an answer has, as plain data. All bounds are inclusive, in tokens. */
export type LengthSpec = FixedLengths | UniformLengths | LognormalLengths | ZipfLengths | EmpiricalLengths;

export interface FixedLengths {
  readonly kind: "fixed";
  readonly tokens: number;
}

/** Every whole number from `min` to `max` equally likely. */
export interface UniformLengths {
  readonly kind: "uniform";
  readonly min: number;
  readonly max: number;
}

/** `median · exp(sigma · Z)`, Z standard normal, rounded; draws outside the bounds take the nearest bound. */
export interface LognormalLengths {
  readonly kind: "lognormal";
  /** Median in tokens; the mean is `median · exp(sigma² / 2)`. */
  readonly median: number;
  /** Standard deviation of the natural logarithm of the length. */
  readonly sigma: number;
  /** Default 1. */
  readonly min?: number | undefined;
  /** Default 2^24. */
  readonly max?: number | undefined;
}

/** Each call draws a length in tokens, a whole number ≥ 1. */
export type LengthSampler = () => number;

/**
 * The sampler that a description asks for.
 * @param key name of the description in error messages, e.g. "input"
 * @throws InputError for a parameter out of range
 */
export function createLengthSampler(spec: LengthSpec, random: Random, key: string): LengthSampler {
  switch (spec.kind) {
    case "fixed": {
      const { tokens } = spec;
      requireCount(`${key}.tokens`, tokens, MOST_TOKENS);
      return () => tokens;
    }
    case "uniform": {
      requireRange(key, spec.min, spec.max);
      const { min } = spec;
      const width = spec.max - min + 1;
      return () => min + Math.floor(random() * width);
    }
    case "lognormal": {
      const { median, sigma, min = 1, max = MOST_TOKENS } = spec;
      requirePositive(`${key}.median`, median);
      requirePositive(`${key}.sigma`, sigma);
      requireRange(key, min, max);
      const draw = randomLogNormal.source(random)(Math.log(median), sigma);
      return () => Math.min(max, Math.max(min, Math.round(draw())));
    }
    case "zipf":
      requireRange(key, spec.min, spec.max);
      return createZipfSampler(spec, random, key);
    case "empirical":
      return createEmpiricalSampler(spec, random, key);
  }
}

function requireRange(key: string, min: number, max: number): void {
  requireCount(`${key}.min`, min, MOST_TOKENS);
  requireCount(`${key}.max`, max, MOST_TOKENS);
  if (min > max) throw refusal(`${key}.min`, min, `at most ${key}.max, which is ${max}`);
}
