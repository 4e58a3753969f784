import type { GpuDevice, MemorySystem } from "./device.ts";

/** Seconds between the kernels of a CUDA graph, which a profiler does not count. */
export const GRAPH_GAP_SECONDS = 0.9e-6;

/**
 * The device after seconds of full load, at its power limit, with the kernels of 2023 where those were measured; otherwise as
 * it is.
 */
export function underSustainedLoad(device: GpuDevice): GpuDevice {
  const { sustained } = device;
  if (sustained === undefined) return device;
  const kernels = { ...device.kernels, ...sustained.kernels };
  return { ...device, tensorEfficiency: sustained.tensorEfficiency, kernels };
}

/** The device as a profiler sees it: the time of each kernel, without the gap to the next. */
export function withoutGraphGaps(device: GpuDevice): GpuDevice {
  const { kernels, overheads } = device;
  return {
    ...device,
    kernels: { ...kernels, matrixSeconds: kernels.matrixSeconds - GRAPH_GAP_SECONDS },
    overheads: { ...overheads, launchSeconds: overheads.launchSeconds - GRAPH_GAP_SECONDS },
  };
}

/** Share of the L2 that the data of a kernel can take when it runs again and again. */
const REPLAYED_SHARE = 0.7;

/** Share of the L2 bandwidth that a kernel reaches on such data. */
const REPLAYED_EFFICIENCY = 0.5;

/**
 * The device for a kernel that is run again and again over the same `bytes`, as short benchmarks do: what the L2 can hold is
 * read from there. Serving reads the weights and caches of all other layers in between.
 */
export function replaying(device: GpuDevice, bytes: number): GpuDevice {
  if (bytes > REPLAYED_SHARE * device.l2Bytes) return device;
  const { memory, kernels, l2BytesPerSecond } = device;
  const bytesPerSecond = Math.max(memory.bytesPerSecond, REPLAYED_EFFICIENCY * l2BytesPerSecond);
  const fromL2: MemorySystem = { ...memory, bytesPerSecond, efficiency: 1 };
  return { ...device, memory: fromL2, kernels: { ...kernels, matrixMemoryEfficiency: 1 } };
}
