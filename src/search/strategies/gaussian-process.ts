import { CholeskyDecomposition, Matrix } from "ml-matrix";

/** A prediction with its standard deviation. */
export interface Prediction {
  readonly mean: number;
  readonly deviation: number;
}

/** Length scales that are tried, in units of the cube's edge; the likeliest is taken. */
const LENGTH_SCALES = [0.2, 0.35, 0.6, 1, 1.8];
const NOISE = 1e-4;

/**
 * Regression by a Gaussian process with a Matérn 5/2 kernel (Rasmussen and Williams, "Gaussian Processes for Machine
 * Learning", 2006, algorithm 2.1 and equation 4.17) over the unit cube, the length scale by likelihood.
 */
export class GaussianProcess {
  readonly #points: readonly Float64Array[];
  readonly #mean: number;
  readonly #scale: number;
  readonly #fit: Fit;

  /** @param points at least two, of equal length */
  constructor(points: readonly Float64Array[], values: readonly number[]) {
    this.#points = points;
    this.#mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - this.#mean) ** 2, 0) / values.length;
    this.#scale = Math.sqrt(variance) || 1;
    const normal = values.map((value) => (value - this.#mean) / this.#scale);
    const fits = LENGTH_SCALES.map((length) => fit(points, normal, length * Math.sqrt(points[0]!.length)));
    this.#fit = fits.reduce((best, other) => (other.logLikelihood > best.logLikelihood ? other : best));
  }

  predict(point: Float64Array): Prediction {
    const { cholesky, weights, length } = this.#fit;
    const similar = this.#points.map((known) => kernel(known, point, length));
    const mean = similar.reduce((sum, value, i) => sum + value * weights.get(i, 0), 0);
    const spread = forward(cholesky, similar);
    const variance = 1 + NOISE - spread.reduce((sum, value) => sum + value * value, 0);
    return {
      mean: this.#mean + this.#scale * mean,
      deviation: this.#scale * Math.sqrt(Math.max(variance, 1e-12)),
    };
  }
}

interface Fit {
  readonly length: number;
  /** Lower triangle. */
  readonly cholesky: Matrix;
  readonly weights: Matrix;
  readonly logLikelihood: number;
}

function fit(points: readonly Float64Array[], values: readonly number[], length: number): Fit {
  const count = points.length;
  const covariance = Matrix.zeros(count, count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      const value = kernel(points[i]!, points[j]!, length) + (i === j ? NOISE : 0);
      covariance.set(i, j, value);
      covariance.set(j, i, value);
    }
  }
  const decomposition = new CholeskyDecomposition(covariance);
  const target = Matrix.columnVector([...values]);
  const weights = decomposition.solve(target);
  const cholesky = decomposition.lowerTriangularMatrix;
  let logDeterminant = 0;
  for (let i = 0; i < count; i++) logDeterminant += Math.log(cholesky.get(i, i));
  const misfit = values.reduce((sum, value, i) => sum + value * weights.get(i, 0), 0);
  return { length, cholesky, weights, logLikelihood: -misfit / 2 - logDeterminant };
}

function kernel(a: Float64Array, b: Float64Array, length: number): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (a[i]! - b[i]!) ** 2;
  const distance = (Math.sqrt(5) * Math.sqrt(squares)) / length;
  return (1 + distance + (distance * distance) / 3) * Math.exp(-distance);
}

/** L⁻¹ v by forward substitution. */
function forward(lower: Matrix, values: readonly number[]): Float64Array {
  const solved = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    let rest = values[i]!;
    for (let j = 0; j < i; j++) rest -= lower.get(i, j) * solved[j]!;
    solved[i] = rest / lower.get(i, i);
  }
  return solved;
}
