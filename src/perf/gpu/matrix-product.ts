import type { GpuDevice } from "../../hardware/device.ts";

/** Output tiles (rows, columns) of one thread block, as GPU libraries ship them. */
const TILES: readonly (readonly [number, number])[] = [
  [16, 64],
  [32, 64],
  [64, 64],
  [64, 128],
  [128, 64],
  [128, 128],
  [128, 256],
  [256, 128],
];

/** Most parts into which the inner dimension is cut among thread blocks; the partial sums cost traffic. */
const MOST_K_PARTS = 8;

const MANY_WAVES = 8;

/** rows · columns / (rows + columns) of the largest tile, at which `tensorEfficiency` holds. */
const LARGEST_TILE = (128 * 256) / (128 + 256);

/** Bytes of a float32 partial sum, written once and read once by the reduction. */
const PARTIAL_SUM_BYTES = 4;

interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** Seconds of one multiprocessor per element of the inner dimension. */
  readonly secondsPerK: number;
}

/** Matrix products of one GPU and precision. */
export class GpuProductModel {
  /** Of the last product: arithmetic of all tiles, padding included, at the rate of the largest tiles. */
  tensorSeconds = 0;
  readonly #tiles: readonly Tile[];
  readonly #multiprocessors: number;
  readonly #flopsPerSecond: number;
  readonly #bytesPerSecond: number;
  readonly #fixedSeconds: number;
  readonly #waveSeconds: number;

  /** @param peakFlopsPerSecond tensor peak for the operands' precision */
  constructor({ kernels, memory, ...device }: GpuDevice, peakFlopsPerSecond: number) {
    this.#multiprocessors = device.multiprocessors;
    this.#flopsPerSecond = peakFlopsPerSecond * device.tensorEfficiency;
    this.#bytesPerSecond = Math.min(memory.bytesPerSecond * memory.efficiency, device.l2BytesPerSecond);
    this.#fixedSeconds = kernels.matrixSeconds;
    this.#waveSeconds = kernels.waveSeconds;
    // A tile's efficiency saturates with its size, since small tiles load more operands per FLOP.
    this.#tiles = TILES.map(([rows, columns]) => {
      const size = (rows * columns) / (rows + columns);
      const share = (size * (LARGEST_TILE + kernels.tileKnee)) / ((size + kernels.tileKnee) * LARGEST_TILE);
      const flopsOfOne = (this.#flopsPerSecond * Math.min(1, share)) / this.#multiprocessors;
      return { rows, columns, secondsPerK: (2 * rows * columns) / flopsOfOne };
    });
  }

  /**
   * Seconds of y[m, n] = x[m, k] · w[k, n]: tiles are dealt to the multiprocessors in waves, a wave lasts as long as one
   * tile, and arithmetic overlaps with the memory traffic of `bytes`. The tile and the cut of k that finish first are
   * taken, as autotuned libraries do.
   */
  seconds(m: number, n: number, k: number, bytes: number): number {
    const multiprocessors = this.#multiprocessors;
    let best = Infinity;
    for (const { rows, columns, secondsPerK } of this.#tiles) {
      const tiles = Math.ceil(m / rows) * Math.ceil(n / columns);
      for (let parts = 1; parts <= MOST_K_PARTS; parts *= 2) {
        const waves = Math.ceil((tiles * parts) / multiprocessors);
        const partialBytes = parts === 1 ? 0 : PARTIAL_SUM_BYTES * parts * m * n;
        const arithmetic = waves * (secondsPerK * Math.ceil(k / parts) + this.#waveSeconds);
        const seconds = Math.max(arithmetic, (bytes + partialBytes) / this.#bytesPerSecond);
        if (seconds < best) {
          best = seconds;
          this.tensorSeconds = (2 * rows * columns * tiles * k) / this.#flopsPerSecond;
        }
        // After many waves the last, partly filled one hardly matters, and neither would a finer cut.
        if (waves >= MANY_WAVES) break;
      }
    }
    return this.#fixedSeconds + best;
  }
}
