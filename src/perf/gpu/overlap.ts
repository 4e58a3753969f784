/** (a⁴ + b⁴)^¼: the longer of two that run beside each other, and a fifth more where both are equal. */
export function overlapped(a: number, b: number): number {
  const longer = Math.max(a, b);
  if (longer === 0) return 0;
  const ratio = Math.min(a, b) / longer;
  const square = ratio * ratio;
  return longer * Math.sqrt(Math.sqrt(1 + square * square));
}

/** Shares of the L2 that a working set may take before it begins to spill, and at which nothing of it is left there. */
const SPILL_BEGINS = 0.6;
const SPILL_ENDS = 1.2;

/**
 * Share (0..1) of what a kernel moves that goes through memory, when its working set of `bytes` was written by the kernel
 * before it or is read in rounds: a least-recently-used cache keeps all of a small set and nothing of a large one.
 */
export function spilledShare(bytes: number, l2Bytes: number): number {
  return Math.min(1, Math.max(0, (bytes / l2Bytes - SPILL_BEGINS) / (SPILL_ENDS - SPILL_BEGINS)));
}
