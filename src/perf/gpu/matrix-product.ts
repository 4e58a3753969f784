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

/** Ways to cut the inner dimension among thread blocks; the partial sums cost traffic. */
const K_SPLITS = [1, 2, 4, 8] as const;

/** rows · columns / (rows + columns) of the largest tile, at which `tensorEfficiency` holds. */
const LARGEST_TILE = (128 * 256) / (128 + 256);

/** Bytes of a float32 partial sum, written once and read once by the reduction. */
const PARTIAL_SUM_BYTES = 4;

/** Seconds and parts of a GPU matrix product; overwritten by each call. */
export interface GpuProductSeconds {
  seconds: number;
  /** Arithmetic of all tiles, padding included, at the rate of the largest tiles. */
  tensorSeconds: number;
  /** Traffic through memory or L2, whichever is slower. */
  memorySeconds: number;
}

/**
 * y[m, n] = x[m, k] · w[k, n] on a GPU: tiles are dealt to the multiprocessors in waves, a wave lasts as long as one
 * tile, and arithmetic overlaps with memory traffic. The tile and split that finish first are taken, as autotuned
 * libraries do. A tile's efficiency saturates with its size, since small tiles load more operands per FLOP.
 */
export function gpuProductSeconds(
  device: GpuDevice,
  peakFlopsPerSecond: number,
  m: number,
  n: number,
  k: number,
  trafficBytes: number,
  into: GpuProductSeconds,
): void {
  const { kernels, memory, multiprocessors } = device;
  const bytesPerSecond = Math.min(memory.bytesPerSecond * memory.efficiency, device.l2BytesPerSecond);
  const flopsOfOne = (peakFlopsPerSecond * device.tensorEfficiency) / multiprocessors;
  into.seconds = Infinity;
  for (const [rows, columns] of TILES) {
    const size = (rows * columns) / (rows + columns);
    const shareOfLargest =
      (size * (LARGEST_TILE + kernels.tileKnee)) / ((size + kernels.tileKnee) * LARGEST_TILE);
    const secondsPerK = (2 * rows * columns) / (flopsOfOne * Math.min(1, shareOfLargest));
    const tiles = Math.ceil(m / rows) * Math.ceil(n / columns);
    for (const split of K_SPLITS) {
      const waves = Math.ceil((tiles * split) / multiprocessors);
      const tensorSeconds = waves * (secondsPerK * Math.ceil(k / split) + kernels.waveSeconds);
      const partialBytes = split === 1 ? 0 : PARTIAL_SUM_BYTES * split * m * n;
      const memorySeconds = (trafficBytes + partialBytes) / bytesPerSecond;
      const seconds = kernels.matrixSeconds + Math.max(tensorSeconds, memorySeconds);
      if (seconds < into.seconds) {
        into.seconds = seconds;
        into.tensorSeconds = (2 * rows * columns * tiles * k) / (flopsOfOne * multiprocessors);
        into.memorySeconds = memorySeconds;
      }
    }
  }
}
