import { randomStream, type Random } from "../../core/random.ts";
import type { SpeculationConfig } from "../config.ts";

/**
 * How many drafted tokens are accepted, when each is by itself with the same chance until the first that is not:
 * Leviathan et al., "Fast inference from transformers via speculative decoding", ICML 2023, section 3.1. Every request
 * has a stream of its own, so that what it draws does not depend on who runs beside it.
 */
export class Acceptance {
  readonly #tokens: number;
  readonly #logRate: number;
  readonly #seed: number;
  readonly #streams = new Map<number, Random>();

  constructor({ tokens, acceptanceRate, seed }: SpeculationConfig) {
    this.#tokens = tokens;
    // Just below 0 for a rate of 1, so that every quotient is too large.
    this.#logRate = Math.min(Math.log(acceptanceRate), -Number.MIN_VALUE);
    this.#seed = seed;
  }

  /** Draws for one verification of a request: 0 to all of its drafted tokens. */
  draw(request: number): number {
    let random = this.#streams.get(request);
    if (random === undefined) {
      random = randomStream(this.#seed, `speculation/${request}`);
      this.#streams.set(request, random);
    }
    // At least j are accepted when u ≤ rateʲ.
    return Math.min(this.#tokens, Math.floor(Math.log(random()) / this.#logRate));
  }

  forget(request: number): void {
    this.#streams.delete(request);
  }
}

/** Tokens that a verification yields on average, the one that is always right included: Leviathan et al., equation 1. */
export function expectedTokens({ tokens, acceptanceRate }: SpeculationConfig): number {
  if (acceptanceRate === 1) return tokens + 1;
  return (1 - acceptanceRate ** (tokens + 1)) / (1 - acceptanceRate);
}
