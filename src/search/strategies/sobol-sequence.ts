import { randomStream, type Random } from "../../core/random.ts";

/**
 * Direction numbers from the second dimension on: degree and coefficients of a primitive polynomial, first odd integers (S.
 * Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30, 2008,
 * file new-joe-kuo-6.21201).
 */
const DIRECTIONS: readonly (readonly [degree: number, coefficients: number, first: readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
  [5, 11, [1, 1, 5, 1, 1]],
  [5, 13, [1, 1, 1, 3, 11]],
  [5, 14, [1, 3, 5, 5, 31]],
  [6, 1, [1, 3, 3, 9, 7, 49]],
  [6, 13, [1, 1, 1, 15, 21, 21]],
  [6, 16, [1, 3, 1, 13, 27, 49]],
  [6, 19, [1, 1, 1, 15, 7, 5]],
  [6, 22, [1, 3, 1, 15, 13, 25]],
  [6, 25, [1, 1, 5, 5, 19, 61]],
  [7, 1, [1, 3, 7, 11, 23, 15, 103]],
  [7, 4, [1, 3, 7, 13, 13, 15, 69]],
];
export const MOST_DIMENSIONS = DIRECTIONS.length + 1;
const BITS = 31;

/**
 * Points that fill the unit cube evenly, shifted digit by digit by the seed; the first 2^k are one in each 2^-k part of every axis.
 * Axes beyond those that there are direction numbers for are drawn at random (the mixed strategy of J. Spanier, "Quasi-Monte Carlo
 * methods for particle transport problems", 1995).
 */
export class SobolSequence {
  readonly #directions: readonly Int32Array[];
  readonly #shift: Int32Array;
  readonly #state: Int32Array;
  readonly #beyond: number;
  readonly #draw: Random;
  #index = 0;

  constructor(dimensions: number, seed: number, name = "sobol") {
    const random = randomStream(seed, name);
    const length = Math.min(dimensions, MOST_DIMENSIONS);
    this.#beyond = dimensions - length;
    this.#draw = randomStream(seed, `${name} beyond`);
    this.#directions = Array.from({ length }, (_, dimension) => directionsOf(dimension));
    this.#shift = Int32Array.from({ length }, () => Math.floor(random() * 2 ** BITS));
    this.#state = Int32Array.from(this.#shift);
  }

  next(): Float64Array {
    const { length } = this.#state;
    const point = new Float64Array(length + this.#beyond);
    for (let d = 0; d < length; d++) point[d] = this.#state[d]! / 2 ** BITS;
    for (let d = length; d < point.length; d++) point[d] = this.#draw();
    const flipped = Math.log2(~this.#index & (this.#index + 1)); // The lowest bit of the index that is 0.
    this.#index++;
    for (let d = 0; d < length; d++) this.#state[d]! ^= this.#directions[d]![flipped]!;
    return point;
  }
}

function directionsOf(dimension: number): Int32Array {
  const numbers = new Int32Array(BITS);
  if (dimension === 0) return numbers.map((_, i) => 2 ** (BITS - 1 - i));
  const [degree, coefficients, first] = DIRECTIONS[dimension - 1]!;
  for (let i = 0; i < BITS; i++) {
    if (i < degree) {
      numbers[i] = first[i]! * 2 ** (BITS - 1 - i);
      continue;
    }
    let number = numbers[i - degree]! ^ (numbers[i - degree]! >> degree);
    for (let k = 1; k < degree; k++) {
      if ((coefficients >> (degree - 1 - k)) & 1) number ^= numbers[i - k]!;
    }
    numbers[i] = number;
  }
  return numbers;
}
