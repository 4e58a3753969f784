import { InputError } from "../core/errors.ts";
import type {
  Device,
  GpuDevice,
  HdaDevice,
  LinkSystem,
  MemorySystem,
  Overheads,
} from "../hardware/device.ts";
import { checkFeasible } from "../hardware/feasibility.ts";
import { GPU_KEYS, HDA_KEYS, type DeviceInput } from "./device-schema.ts";

/**
 * The base device with the written fields changed.
 * @throws InputError naming the first key that the base's kind of device does not have, or every limit that the device
 * is beyond
 */
export function withOverrides(base: Device, input: DeviceInput): Device {
  const changed = Object.keys(input).filter((key) => key !== "base");
  if (changed.length === 0) return base;
  const foreign = changed.find((key) => (base.kind === "hda" ? GPU_KEYS : HDA_KEYS).includes(key));
  if (foreign !== undefined) {
    const kinds = { hda: "a heterogeneous dataflow device", gpu: "a GPU" };
    throw new InputError({
      key: foreign,
      message: `${base.name} is ${kinds[base.kind]} and has no ${foreign}`,
    });
  }
  const common = {
    name: input.name ?? `${base.name}*`,
    processNanometres: input.process_nm ?? base.processNanometres,
    clockHertz: input.clock ?? base.clockHertz,
    memory: memoryWith(base.memory, input),
    links: linksWith(base.links, input),
    overheads: overheadsWith(base.overheads, input),
    tdpWatts: input.tdp ?? base.tdpWatts,
  };
  const device =
    base.kind === "hda" ? { ...hdaWith(base, input), ...common } : { ...gpuWith(base, input), ...common };
  checkFeasible(device);
  return device;
}

function hdaWith(base: HdaDevice, input: DeviceInput): HdaDevice {
  const { systolic_array: array, mac_tree: tree, vector, noc, concurrency, sram_style: style } = input;
  const formats = input.native_formats;
  return {
    ...base,
    cores: input.cores ?? base.cores,
    systolicArray: {
      perCore: array?.per_core ?? base.systolicArray.perCore,
      rows: array?.rows ?? base.systolicArray.rows,
      columns: array?.columns ?? base.systolicArray.columns,
      doubleBuffered: array?.double_buffered ?? base.systolicArray.doubleBuffered,
    },
    macTree: {
      treesPerCore: tree?.trees_per_core ?? base.macTree.treesPerCore,
      width: tree?.width ?? base.macTree.width,
      reuse: tree?.reuse ?? base.macTree.reuse,
    },
    vector: { lanesPerCore: vector?.lanes_per_core ?? base.vector.lanesPerCore },
    localSramBytesPerCore: input.local_sram_per_core ?? base.localSramBytesPerCore,
    localSramBytesPerCycle: input.local_sram_bytes_per_cycle ?? base.localSramBytesPerCycle,
    globalSramBytes: input.global_sram ?? base.globalSramBytes,
    globalSramBytesPerSecond: input.global_sram_bandwidth ?? base.globalSramBytesPerSecond,
    noc: {
      ...base.noc,
      topology: noc?.topology ?? base.noc.topology,
      bytesPerCyclePerPort: noc?.bytes_per_cycle_per_port ?? base.noc.bytesPerCyclePerPort,
    },
    concurrency: {
      arraysBesideTrees: concurrency?.arrays_beside_trees ?? base.concurrency.arraysBesideTrees,
      linksBesideCompute: concurrency?.links_beside_compute ?? base.concurrency.linksBesideCompute,
    },
    sramStyle: {
      local: style?.local ?? base.sramStyle.local,
      global: style?.global ?? base.sramStyle.global,
    },
    nativeFormats: {
      fp8: formats?.fp8 ?? base.nativeFormats.fp8,
      int8: formats?.int8 ?? base.nativeFormats.int8,
      fp4: formats?.fp4 ?? base.nativeFormats.fp4,
      int4: formats?.int4 ?? base.nativeFormats.int4,
    },
  };
}

function gpuWith(base: GpuDevice, input: DeviceInput): GpuDevice {
  return {
    ...base,
    dieMm2: input.die_area ?? base.dieMm2,
    multiprocessors: input.multiprocessors ?? base.multiprocessors,
    tensorFlopsPerSecond: input.tensor_peak ?? base.tensorFlopsPerSecond,
    eightBitSpeedup: input.eight_bit_speedup ?? base.eightBitSpeedup,
    vectorFlopsPerSecond: input.vector_peak ?? base.vectorFlopsPerSecond,
    tensorEfficiency: input.tensor_efficiency ?? base.tensorEfficiency,
    l2Bytes: input.l2 ?? base.l2Bytes,
    idleWatts: input.idle_power ?? base.idleWatts,
  };
}

function memoryWith(base: MemorySystem, { memory }: DeviceInput): MemorySystem {
  return {
    kind: memory?.kind ?? base.kind,
    capacityBytes: memory?.capacity ?? base.capacityBytes,
    bytesPerSecond: memory?.bandwidth ?? base.bytesPerSecond,
    efficiency: memory?.efficiency ?? base.efficiency,
    stacks: memory?.stacks ?? base.stacks,
  };
}

function linksWith(base: LinkSystem, { links }: DeviceInput): LinkSystem {
  return {
    ...base,
    bytesPerSecond: links?.bandwidth ?? base.bytesPerSecond,
    topology: links?.topology ?? base.topology,
    collectiveSeconds: links?.collective_latency ?? base.collectiveSeconds,
    efficiency: links?.efficiency ?? base.efficiency,
  };
}

function overheadsWith(base: Overheads, { overheads }: DeviceInput): Overheads {
  return {
    hostSecondsPerStep: overheads?.host_per_step ?? base.hostSecondsPerStep,
    launchSeconds: overheads?.launch ?? base.launchSeconds,
  };
}
