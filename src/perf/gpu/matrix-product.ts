import type { GpuDevice } from "../../hardware/device.ts";
import { overlapped } from "./overlap.ts";

/** Output tiles (rows, columns) of one thread block, as GPU libraries ship them. */
const TILES: readonly (readonly [number, number])[] = [
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

/** A float32 partial sum, written and read, each at half the speed of a stream (fitted). */
const PARTIAL_SUM_BYTES = 16;

/** All multiprocessors together load operands only so many times as fast as one alone: the L2 is shared. */
const LONE_LOAD_GAIN = 1.5;

/** Matrix products of one GPU and precision. */
export class GpuProductModel {
  /** Of the last product: useful arithmetic at the rate that the largest products reach. */
  tensorSeconds = 0;
  /** Of the last product: operands and results through memory, once each. */
  bytes = 0;
  /** Of the last product: its output tile, the parts into which k is cut, and the waves in which tiles are dealt. */
  tileRows = 0;
  tileColumns = 0;
  kParts = 0;
  waves = 0;
  readonly #multiprocessors: number;
  readonly #mostParts: number;
  readonly #tileFlopsPerSecond: number;
  readonly #tileBytesPerSecond: number;
  readonly #flopsPerSecond: number;
  readonly #loadBytesPerSecond: number;
  readonly #bytesPerSecond: number;
  readonly #fixedSeconds: number;
  readonly #waveSeconds: number;

  /** @param speedup of the arithmetic over that of 16-bit operands; above 1, the kernels are those of 8-bit operands */
  constructor({ kernels, memory, ...device }: GpuDevice, speedup: number) {
    const peak = device.tensorFlopsPerSecond * speedup;
    const share = speedup > 1 ? kernels.eightBitTileShare : 1;
    this.#multiprocessors = device.multiprocessors;
    this.#mostParts = speedup > 1 ? 1 : MOST_K_PARTS;
    this.#flopsPerSecond = peak * device.tensorEfficiency;
    this.#tileFlopsPerSecond = (peak * kernels.tileSpeed * share) / device.multiprocessors;
    this.#tileBytesPerSecond = kernels.operandBytesPerSecond * share;
    this.#loadBytesPerSecond = (this.#tileBytesPerSecond * device.multiprocessors) / LONE_LOAD_GAIN;
    this.#bytesPerSecond = Math.min(
      memory.bytesPerSecond * kernels.matrixMemoryEfficiency,
      device.l2BytesPerSecond,
    );
    this.#fixedSeconds = kernels.matrixSeconds;
    this.#waveSeconds = kernels.waveSeconds;
  }

  /**
   * Seconds of y[m, n] = x[m, k] · w[k, n] with elements of so many bytes. Tiles are dealt to the multiprocessors in waves,
   * each of which lasts as long as one tile: its arithmetic or the loads of its operands. All together take no less than
   * the arithmetic at the clock that the power limit leaves. Memory traffic overlaps with that, more so the more one of the
   * two outweighs the other. The tile and the cut of k that finish first are taken, as autotuned libraries do.
   */
  seconds(m: number, n: number, k: number, weightBytes: number, activationBytes: number): number {
    const bytes = n * k * weightBytes + m * (n + k) * activationBytes;
    const floor = (2 * m * n * k) / this.#flopsPerSecond;
    this.bytes = bytes;
    this.tensorSeconds = floor;
    let best = Infinity;
    for (const [rows, columns] of TILES) {
      const tiles = Math.ceil(m / rows) * Math.ceil(n / columns);
      const loadBytes = Math.min(m, rows) * activationBytes + columns * weightBytes;
      const secondsPerK = Math.max(
        (2 * rows * columns) / this.#tileFlopsPerSecond,
        loadBytes / this.#tileBytesPerSecond,
      );
      const loads = (tiles * k * loadBytes) / this.#loadBytesPerSecond;
      for (let parts = 1; parts <= this.#mostParts; parts *= 2) {
        const waves = Math.ceil((tiles * parts) / this.#multiprocessors);
        const wave = secondsPerK * Math.ceil(k / parts) + this.#waveSeconds;
        const arithmetic = Math.max(waves * wave, floor);
        const partialBytes = parts === 1 ? 0 : PARTIAL_SUM_BYTES * parts * m * n;
        const traffic = Math.max((bytes + partialBytes) / this.#bytesPerSecond, loads);
        const seconds = overlapped(arithmetic, traffic);
        if (seconds < best) {
          best = seconds;
          this.tileRows = rows;
          this.tileColumns = columns;
          this.kParts = parts;
          this.waves = waves;
        }
        // After many waves the last, partly filled one hardly matters, and neither would a finer cut.
        if (waves >= MANY_WAVES) break;
      }
    }
    return this.#fixedSeconds + best;
  }
}
