import { InputError } from "../core/errors.ts";
import type {
  Device,
  GpuDevice,
  HdaDevice,
  LinkSystem,
  MemorySystem,
  Overheads,
} from "../hardware/device.ts";
import { checkMemoryInterface } from "../hardware/limits.ts";
import { GPU_KEYS, HDA_KEYS, type DeviceInput } from "./device-schema.ts";

/**
 * The base device with the written fields changed.
 * @throws InputError naming the first key that the base's kind of device does not have, or a bandwidth that its memory
 * cannot deliver
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
  checkMemoryInterface(common.memory);
  return base.kind === "hda"
    ? { ...hdaWith(base, input), ...common }
    : { ...gpuWith(base, input), ...common };
}

function hdaWith(base: HdaDevice, input: DeviceInput): HdaDevice {
  const { systolic_array: array, mac_tree: tree, vector } = input;
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
    globalSramBytes: input.global_sram ?? base.globalSramBytes,
    globalSramBytesPerSecond: input.global_sram_bandwidth ?? base.globalSramBytesPerSecond,
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
