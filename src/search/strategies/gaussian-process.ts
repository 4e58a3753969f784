import { Cholesky } from "./cholesky.ts";

/** A prediction with its standard deviation. */
export interface Prediction {
  readonly mean: number;
  readonly deviation: number;
}

/** What a process assumes of its function: how far it reaches along each axis, and how much it scatters. */
export interface Kernel {
  /** Logarithms of the length scales, one per axis. */
  readonly logLengths: Float64Array;
  /** Variance of the noise, as a share of that of the function. */
  readonly logNoise: number;
}

interface GaussianProcessOptions {
  readonly start?: Kernel | undefined;
  readonly iterations?: number;
  readonly fitted?: number;
  readonly extra?: number;
}

const ITERATIONS = 24;
const LEAST_NOISE = 1e-6;
const SQRT5 = Math.sqrt(5);

/**
 * Regression by a Gaussian process with a Matérn 5/2 kernel, a length scale for each axis, and a mean that is linear in the axes
 * (Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, algorithm 2.1 and equation 4.17; gradient of the
 * likelihood 5.9). Length scales are the likeliest ones under a log-normal prior around √axes (Hvarfner, Hellsten and Nardi,
 * "Vanilla Bayesian Optimization Performs Great in High Dimensions", 2024), which keeps axes that tell nothing out of it.
 */
export class GaussianProcess {
  readonly #points: Float64Array[];
  readonly #values: number[];
  readonly #trend: Float64Array;
  readonly #scale: number;
  readonly #cholesky: Cholesky;
  readonly #inverseLengths: Float64Array;
  readonly #noise: number;
  readonly #row: Float64Array;
  readonly #spread: Float64Array;
  readonly kernel: Kernel;
  #weights: Float64Array;

  /**
   * @param points at least two, of equal length, each axis of about unit variance
   * @param start where the search for the kernel starts; from the prior when undefined
   * @param fitted points, the last ones, from which the kernel is found at most
   * @param extra points that may be added later
   */
  constructor(
    points: readonly Float64Array[],
    values: readonly number[],
    { start, iterations = ITERATIONS, fitted = points.length, extra = 0 }: GaussianProcessOptions = {},
  ) {
    this.#points = [...points];
    this.#trend = linearTrend(points, values);
    const rest = values.map((value, i) => value - trendAt(this.#trend, points[i]!));
    const variance = rest.reduce((sum, value) => sum + value * value, 0) / rest.length;
    this.#scale = Math.sqrt(variance) || 1;
    this.#values = rest.map((value) => value / this.#scale);
    this.kernel = likeliest(
      points.slice(-fitted),
      Float64Array.from(this.#values.slice(-fitted)),
      start ?? priorKernel(points[0]!.length),
      iterations,
    );
    this.#inverseLengths = this.kernel.logLengths.map((log) => Math.exp(-log));
    this.#noise = Math.exp(this.kernel.logNoise);
    const room = points.length + extra;
    this.#cholesky = new Cholesky(room);
    this.#row = new Float64Array(room);
    this.#spread = new Float64Array(room);
    for (const point of points) this.#append(point);
    this.#weights = this.#cholesky.solve(this.#values);
  }

  predict(point: Float64Array): Prediction {
    const count = this.#points.length;
    const row = this.#row;
    let mean = 0;
    for (let i = 0; i < count; i++) {
      const similar = matern(this.#points[i]!, point, this.#inverseLengths);
      row[i] = similar;
      mean += similar * this.#weights[i]!;
    }
    this.#cholesky.forward(row, this.#spread);
    let variance = 1;
    for (let i = 0; i < count; i++) variance -= this.#spread[i]! ** 2;
    return {
      mean: trendAt(this.#trend, point) + this.#scale * mean,
      deviation: this.#scale * Math.sqrt(Math.max(variance, 1e-12)),
    };
  }

  /** The mean of `predict` alone, which takes far less time. */
  meanAt(point: Float64Array): number {
    let mean = 0;
    for (let i = 0; i < this.#points.length; i++)
      mean += matern(this.#points[i]!, point, this.#inverseLengths) * this.#weights[i]!;
    return trendAt(this.#trend, point) + this.#scale * mean;
  }

  /** Takes a value for known that is not: what is predicted nearby becomes surer, by no more than it would be. */
  believe(point: Float64Array, value: number): void {
    if (!this.#append(point)) return;
    this.#points.push(point);
    this.#values.push((value - trendAt(this.#trend, point)) / this.#scale);
    this.#weights = this.#cholesky.solve(this.#values);
  }

  #append(point: Float64Array): boolean {
    const size = this.#cholesky.size;
    for (let i = 0; i < size; i++) this.#row[i] = matern(this.#points[i]!, point, this.#inverseLengths);
    this.#row[size] = 1 + this.#noise;
    return this.#cholesky.append(this.#row);
  }
}

function priorKernel(axes: number): Kernel {
  return { logLengths: new Float64Array(axes).fill(priorLogLength(axes)), logNoise: Math.log(1e-3) };
}

/** Mode of the prior, for axes of unit variance. */
function priorLogLength(axes: number): number {
  return Math.log(axes) / 2 + 0.7;
}

/** Spread of the logarithms of the length scales. */
const PRIOR_DEVIATION = 1;
const NOISE_MODE = Math.log(1e-3);
const NOISE_DEVIATION = 2;

/** Matérn 5/2 of two points. */
function matern(a: Float64Array, b: Float64Array, inverseLengths: Float64Array): number {
  let squares = 0;
  for (let k = 0; k < a.length; k++) {
    const apart = (a[k]! - b[k]!) * inverseLengths[k]!;
    squares += apart * apart;
  }
  const distance = SQRT5 * Math.sqrt(squares);
  return (1 + distance + (distance * distance) / 3) * Math.exp(-distance);
}

/** Climbs the posterior of the kernel from a start, each parameter by a step of its own that grows while its slope keeps its sign (Rprop). */
function likeliest(
  points: readonly Float64Array[],
  values: Float64Array,
  start: Kernel,
  iterations: number,
): Kernel {
  const axes = start.logLengths.length;
  const at = Float64Array.of(...start.logLengths, start.logNoise);
  const step = new Float64Array(axes + 1).fill(0.25);
  const before = new Float64Array(axes + 1);
  let best = at.slice();
  let most = -Infinity;
  if (iterations === 0) return start;
  for (let i = 0; i <= iterations; i++) {
    const { logPosterior, slope } = posteriorOf(points, values, at);
    if (logPosterior > most) [most, best] = [logPosterior, at.slice()];
    for (let k = 0; k <= axes; k++) {
      const turn = before[k]! * slope[k]!;
      step[k] = Math.min(1, Math.max(0.01, step[k]! * (turn > 0 ? 1.3 : turn < 0 ? 0.5 : 1)));
      at[k] = at[k]! + Math.sign(slope[k]!) * step[k]!;
      before[k] = slope[k]!;
    }
    at[axes] = Math.min(0, Math.max(Math.log(LEAST_NOISE), at[axes]!));
  }
  return { logLengths: best.slice(0, axes), logNoise: best[axes]! };
}

/** Logarithm of the posterior of a kernel, up to a constant, and its slope along each parameter. */
function posteriorOf(points: readonly Float64Array[], values: Float64Array, parameters: Float64Array) {
  const count = points.length;
  const axes = parameters.length - 1;
  const inverseLengths = parameters.slice(0, axes).map((log) => Math.exp(-log));
  const noise = Math.exp(parameters[axes]!);
  const slope = new Float64Array(axes + 1);
  const cholesky = new Cholesky(count);
  const row = new Float64Array(count);
  // The kernel's factor in its slope along a log length: dk/dlog l = (5/3)(1 + √5 r) exp(-√5 r) · (Δ/l)².
  const factors = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [points[i]!, points[j]!];
      let squares = 0;
      for (let k = 0; k < axes; k++) {
        const apart = (a[k]! - b[k]!) * inverseLengths[k]!;
        squares += apart * apart;
      }
      const distance = SQRT5 * Math.sqrt(squares);
      const fading = Math.exp(-distance);
      row[j] = (1 + distance + (distance * distance) / 3) * fading;
      factors[i * count + j] = (5 / 3) * (1 + distance) * fading;
    }
    row[i] = 1 + noise;
    if (!cholesky.append(row)) return { logPosterior: -Infinity, slope };
  }
  const weights = cholesky.solve(values);
  const inverse = cholesky.inverse();
  let logPosterior = -cholesky.logDeterminant;
  for (let i = 0; i < count; i++) logPosterior -= (values[i]! * weights[i]!) / 2;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      // Both triangles: twice half of (w wᵀ - K⁻¹).
      const pull = (weights[i]! * weights[j]! - inverse[i * count + j]!) * factors[i * count + j]!;
      const [a, b] = [points[i]!, points[j]!];
      for (let k = 0; k < axes; k++) {
        const apart = (a[k]! - b[k]!) * inverseLengths[k]!;
        slope[k] = slope[k]! + pull * apart * apart;
      }
    }
    slope[axes] = slope[axes]! + (noise * (weights[i]! ** 2 - inverse[i * count + i]!)) / 2;
  }
  const mode = priorLogLength(axes);
  for (let k = 0; k < axes; k++) {
    const off = parameters[k]! - mode;
    logPosterior -= off ** 2 / (2 * PRIOR_DEVIATION ** 2);
    slope[k] = slope[k]! - off / PRIOR_DEVIATION ** 2;
  }
  const off = parameters[axes]! - NOISE_MODE;
  logPosterior -= off ** 2 / (2 * NOISE_DEVIATION ** 2);
  slope[axes] = slope[axes]! - off / NOISE_DEVIATION ** 2;
  return { logPosterior, slope };
}

/** Coefficients of a ridge regression on all axes, the constant last. */
function linearTrend(points: readonly Float64Array[], values: readonly number[]): Float64Array {
  const axes = points[0]!.length;
  const ridge = 0.05 * points.length;
  const normal = new Cholesky(axes + 1);
  const right = new Float64Array(axes + 1);
  const coordinate = (point: Float64Array, k: number) => (k === axes ? 1 : point[k]!);
  for (let k = 0; k <= axes; k++) {
    const row = Array.from({ length: k + 1 }, (_, j) =>
      points.reduce((sum, point) => sum + coordinate(point, k) * coordinate(point, j), 0),
    );
    row[k] = row[k]! + (k === axes ? 1e-9 : ridge);
    normal.append(row);
    right[k] = points.reduce((sum, point, i) => sum + coordinate(point, k) * values[i]!, 0);
  }
  return normal.solve(right);
}

function trendAt(trend: Float64Array, point: Float64Array): number {
  let sum = trend[trend.length - 1]!;
  for (let k = 0; k < point.length; k++) sum += trend[k]! * point[k]!;
  return sum;
}
