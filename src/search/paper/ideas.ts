import type { GpuDevice, HdaDevice } from "../../hardware/device.ts";

/** One thing that a dataflow design does and the baseline does not; can be turned off to see what it buys. */
export interface Idea {
  readonly key: string;
  readonly label: string;
  /** The design without it. */
  off(device: HdaDevice, baseline: GpuDevice): HdaDevice;
}

/** In the order in which they are turned on, one after the other. */
export const IDEAS: readonly Idea[] = [
  {
    key: "sequencing",
    label: "no host in the loop, fused operators",
    off: (device, { overheads }) => ({ ...device, overheads }),
  },
  {
    key: "trees",
    label: "MAC trees beside the arrays",
    off: (device) => ({ ...device, macTree: { treesPerCore: 0, width: 0, reuse: 0 } }),
  },
  {
    key: "overlap",
    label: "arrays and trees at the same time",
    off: (device) => ({ ...device, concurrency: { ...device.concurrency, arraysBesideTrees: false } }),
  },
  {
    key: "links",
    label: "links beside compute",
    off: (device) => ({ ...device, concurrency: { ...device.concurrency, linksBesideCompute: false } }),
  },
  {
    key: "bandwidth",
    label: "the design's memory efficiency",
    off: (device, { memory }) => ({
      ...device,
      memory: { ...device.memory, efficiency: Math.min(device.memory.efficiency, memory.efficiency) },
    }),
  },
];

/** The design without any of these. */
export function without(ideas: readonly Idea[], device: HdaDevice, baseline: GpuDevice): HdaDevice {
  return ideas.reduce((changed, idea) => idea.off(changed, baseline), device);
}

/** The baseline held to the memory bandwidth and the links of a design. */
export function withinLimitsOf({ memory, links }: HdaDevice, baseline: GpuDevice): GpuDevice {
  return {
    ...baseline,
    memory: { ...baseline.memory, bytesPerSecond: memory.bytesPerSecond },
    links: {
      ...baseline.links,
      bytesPerSecond: Math.min(baseline.links.bytesPerSecond, links.bytesPerSecond),
    },
  };
}
