import type { Device, GpuDevice, HdaDevice } from "../../hardware/device.ts";
import type { System } from "../../scenario/scenario.ts";

/** A setting that can be turned up and down. */
export interface Knob {
  /** Its path in a scenario. */
  readonly path: string;
  readonly value: number;
  /** Written behind the number. */
  readonly unit: string;
  readonly whole: boolean;
}

/** Where a knob stands in a system; undefined where it has none. */
interface KnobKind {
  readonly path: string;
  readonly unit?: string;
  readonly whole?: boolean;
  readonly read: (system: System) => number | undefined;
}

const ofDevice = (path: string, read: (device: Device) => number, unit = "", whole = false): KnobKind => ({
  ...{ path: `device.${path}`, unit, whole },
  read: ({ device }) => read(device),
});
const ofHda = (path: string, read: (device: HdaDevice) => number, unit = "", whole = true): KnobKind => ({
  ...{ path: `device.${path}`, unit, whole },
  read: ({ device }) => (device.kind === "hda" ? read(device) : undefined),
});
const ofGpu = (path: string, read: (device: GpuDevice) => number, unit = "", whole = false): KnobKind => ({
  ...{ path: `device.${path}`, unit, whole },
  read: ({ device }) => (device.kind === "gpu" ? read(device) : undefined),
});
const ofEngine = (path: string, read: (system: System) => number | undefined, whole = true): KnobKind => ({
  ...{ path, whole },
  read,
});

const KINDS: readonly KnobKind[] = [
  ofDevice("clock", ({ clockHertz }) => clockHertz, "Hz"),
  ofDevice("memory.bandwidth", ({ memory }) => memory.bytesPerSecond, "B/s"),
  ofDevice("memory.capacity", ({ memory }) => memory.capacityBytes, "B"),
  ofDevice("memory.efficiency", ({ memory }) => memory.efficiency),
  ofDevice("links.bandwidth", ({ links }) => links.bytesPerSecond, "B/s"),
  ofDevice("links.collective_latency", ({ links }) => links.collectiveSeconds, "s"),
  ofDevice("links.efficiency", ({ links }) => links.efficiency),
  ofDevice("overheads.host_per_step", ({ overheads }) => overheads.hostSecondsPerStep, "s"),
  ofDevice("overheads.launch", ({ overheads }) => overheads.launchSeconds, "s"),
  ofHda("cores", ({ cores }) => cores),
  ofHda("systolic_array.per_core", ({ systolicArray }) => systolicArray.perCore),
  ofHda("systolic_array.rows", ({ systolicArray }) => systolicArray.rows),
  ofHda("systolic_array.columns", ({ systolicArray }) => systolicArray.columns),
  ofHda("mac_tree.trees_per_core", ({ macTree }) => macTree.treesPerCore),
  ofHda("mac_tree.width", ({ macTree }) => macTree.width),
  ofHda("mac_tree.reuse", ({ macTree }) => macTree.reuse),
  ofHda("vector.lanes_per_core", ({ vector }) => vector.lanesPerCore),
  ofHda("local_sram_per_core", ({ localSramBytesPerCore }) => localSramBytesPerCore, "B", false),
  ofHda("local_sram_bytes_per_cycle", ({ localSramBytesPerCycle }) => localSramBytesPerCycle),
  ofHda("global_sram", ({ globalSramBytes }) => globalSramBytes, "B", false),
  ofHda("global_sram_bandwidth", ({ globalSramBytesPerSecond }) => globalSramBytesPerSecond, "B/s", false),
  ofHda("noc.bytes_per_cycle_per_port", ({ noc }) => noc.bytesPerCyclePerPort),
  ofGpu("multiprocessors", ({ multiprocessors }) => multiprocessors, "", true),
  ofGpu("tensor_peak", ({ tensorFlopsPerSecond }) => tensorFlopsPerSecond, "FLOPS"),
  ofGpu("tensor_efficiency", ({ tensorEfficiency }) => tensorEfficiency),
  ofGpu("vector_peak", ({ vectorFlopsPerSecond }) => vectorFlopsPerSecond, "FLOPS"),
  ofGpu("l2", ({ l2Bytes }) => l2Bytes, "B"),
  ofEngine("serving.max_num_seqs", ({ engine }) => engine.maxNumSeqs),
  ofEngine("serving.max_num_batched_tokens", ({ engine }) => engine.maxNumBatchedTokens),
  ofEngine("serving.block_size", ({ engine }) => engine.blockSize),
  ofEngine("serving.gpu_memory_utilization", memoryUtilization, false),
  ofEngine(
    "serving.long_prefill_token_threshold",
    ({ engine }) => engine.longPrefillTokenThreshold || undefined,
  ),
  ofEngine("cluster.replicas", ({ replicas, pools }) => (pools === undefined ? replicas : undefined)),
];

function memoryUtilization({ settings }: System): number | undefined {
  const value = settings.serving["gpu_memory_utilization"];
  return typeof value === "number" ? value : undefined;
}

/** Every hardware and serving knob of a system that stands at more than 0. */
export function knobsOf(system: System): Knob[] {
  return KINDS.flatMap(({ path, unit = "", whole = false, read }) => {
    const value = read(system);
    return value === undefined || !(value > 0) ? [] : [{ path, value, unit, whole }];
  });
}

/** The knob turned by a factor; a whole number by at least one. At least 1 where it is whole. */
export function turned({ value, whole }: Knob, factor: number): number {
  if (!whole) return Number((value * factor).toPrecision(12));
  const rounded = Math.round(value * factor);
  return Math.max(1, rounded === value ? value + Math.sign(factor - 1) : rounded);
}

/** As a scenario states it. */
export function settingText({ path, unit }: Knob, value: number): string {
  return `${path}=${value}${unit}`;
}
