import type { GpuDevice } from "../../hardware/device.ts";

/**
 * Bytes per second of memory that the kernel which streams best reaches. The memory counts as busy at this rate, so that no
 * kernel keeps it busy for longer than it runs.
 */
export function streamBytesPerSecond({ memory, kernels }: GpuDevice): number {
  const { matrixMemoryEfficiency, expertMemoryEfficiency } = kernels;
  return memory.bytesPerSecond * Math.max(memory.efficiency, matrixMemoryEfficiency, expertMemoryEfficiency);
}
