import { randomStream } from "../../src/core/random.ts";

/**
 * Times in the system of successive customers of M/M/1 with mean service 1, from an empty start, by Lindley's recursion
 * (Proc. Cambridge Phil. Soc. 48, 1952).
 * @param load arrivals per unit of time
 * @param speed how many times as fast the server works; with equal seeds the same customers come
 */
export function mm1Sojourns(seed: number, customers: number, load: number, speed = 1): Float64Array {
  return sojourns(seed, customers, load, (uniform) => -Math.log(uniform) / speed);
}

/** The same for constant service of length 1. */
export function md1Sojourns(seed: number, customers: number, load: number): Float64Array {
  return sojourns(seed, customers, load, () => 1);
}

function sojourns(
  seed: number,
  customers: number,
  load: number,
  serviceOf: (uniform: number) => number,
): Float64Array {
  const arrivals = randomStream(seed, "arrivals");
  const services = randomStream(seed, "services");
  let wait = 0;
  return Float64Array.from({ length: customers }, () => {
    const service = serviceOf(services());
    const sojourn = wait + service;
    wait = Math.max(0, sojourn + Math.log(arrivals()) / load);
    return sojourn;
  });
}

/** Sojourns of M/M/1 are exponential with rate speed − load. */
export function mm1Quantile(fraction: number, load: number, speed = 1): number {
  return -Math.log(1 - fraction) / (speed - load);
}

export function mm1Mean(load: number, speed = 1): number {
  return 1 / (speed - load);
}

/** Pollaczek and Khinchine: 1 + ρ / (2 (1 − ρ)). */
export function md1Mean(load: number): number {
  return 1 + load / (2 * (1 - load));
}
