/** A growing positive-definite system L Lᵀ x = b: lower triangle row by row in one array, `room` numbers a row. */
export class Cholesky {
  readonly #room: number;
  readonly #lower: Float64Array;
  #size = 0;

  /** @param room rows that it may grow to */
  constructor(room: number) {
    this.#room = room;
    this.#lower = new Float64Array(room * room);
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Adds one row and column.
   * @param row covariances with the rows before it, then its own variance
   * @returns whether the matrix stayed positive definite; else it is as it was
   */
  append(row: ArrayLike<number>): boolean {
    const [room, lower, size] = [this.#room, this.#lower, this.#size];
    const at = size * room;
    let rest = row[size]!;
    for (let i = 0; i < size; i++) {
      const from = i * room;
      let sum = row[i]!;
      for (let k = 0; k < i; k++) sum -= lower[from + k]! * lower[at + k]!;
      sum /= lower[from + i]!;
      lower[at + i] = sum;
      rest -= sum * sum;
    }
    if (!(rest > 1e-14)) return false;
    lower[at + size] = Math.sqrt(rest);
    this.#size++;
    return true;
  }

  /** L⁻¹ b into `out`. */
  forward(b: ArrayLike<number>, out: Float64Array): void {
    const [room, lower] = [this.#room, this.#lower];
    for (let i = 0; i < this.#size; i++) {
      const from = i * room;
      let sum = b[i]!;
      for (let k = 0; k < i; k++) sum -= lower[from + k]! * out[k]!;
      out[i] = sum / lower[from + i]!;
    }
  }

  /** (L Lᵀ)⁻¹ b. */
  solve(b: ArrayLike<number>): Float64Array {
    const [room, lower, size] = [this.#room, this.#lower, this.#size];
    const x = new Float64Array(size);
    this.forward(b, x);
    for (let i = size - 1; i >= 0; i--) {
      x[i] = x[i]! / lower[i * room + i]!;
      for (let k = 0; k < i; k++) x[k] = x[k]! - lower[i * room + k]! * x[i]!;
    }
    return x;
  }

  /** The inverse, row by row. */
  inverse(): Float64Array {
    const [room, lower, size] = [this.#room, this.#lower, this.#size];
    // Rows of L⁻¹, then L⁻ᵀ L⁻¹.
    const own = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      const pivot = lower[i * room + i]!;
      for (let k = 0; k < i; k++) {
        const factor = lower[i * room + k]!;
        for (let j = 0; j <= k; j++) own[i * size + j] = own[i * size + j]! - factor * own[k * size + j]!;
      }
      for (let j = 0; j < i; j++) own[i * size + j] = own[i * size + j]! / pivot;
      own[i * size + i] = 1 / pivot;
    }
    const inverse = new Float64Array(size * size);
    for (let k = 0; k < size; k++) {
      for (let i = 0; i <= k; i++) {
        const factor = own[k * size + i]!;
        for (let j = 0; j <= i; j++)
          inverse[i * size + j] = inverse[i * size + j]! + factor * own[k * size + j]!;
      }
    }
    for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) inverse[j * size + i] = inverse[i * size + j]!;
    return inverse;
  }

  /** Logarithm of the determinant of L. */
  get logDeterminant(): number {
    let sum = 0;
    for (let i = 0; i < this.#size; i++) sum += Math.log(this.#lower[i * this.#room + i]!);
    return sum;
  }
}
