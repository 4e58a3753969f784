import { randomStream, type Random } from "../../core/random.ts";
import type { RequestLog } from "../request-log.ts";

/**
 * Guesses how many tokens a request will put out: the truth times a lognormal error of median 1, drawn once for each
 * request in order of arrival, so that neither routing nor scheduling shifts what others get.
 */
export class LengthPredictor {
  readonly #log: RequestLog;
  readonly #sigma: number;
  readonly #random: Random;
  readonly #factors: number[] = [];

  /** @param sigma standard deviation of the logarithm of the error; 0 for a predictor that knows */
  constructor(log: RequestLog, sigma: number, seed: number) {
    this.#log = log;
    this.#sigma = sigma;
    this.#random = randomStream(seed, "predicted output lengths");
  }

  /** Predicted output tokens, more than 0. */
  outputTokens(request: number): number {
    while (this.#factors.length <= request) this.#factors.push(Math.exp(this.#sigma * this.#normal()));
    return this.#log.outputTokens[request]! * this.#factors[request]!;
  }

  /** Standard normal deviate (Box and Muller, "A note on the generation of random normal deviates", 1958). */
  #normal(): number {
    return Math.sqrt(-2 * Math.log(this.#random())) * Math.cos(2 * Math.PI * this.#random());
  }
}
