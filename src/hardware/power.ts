import { deviceAreaMm2 } from "./area.ts";
import type { Device, GpuDevice, HdaDevice, MemorySystem } from "./device.ts";

/** Dynamic energy of what perf counts; joules. A multiply-add is two FLOPs and one MAC. */
export interface EnergyConstants {
  readonly perArrayFlop: number;
  readonly perTreeFlop: number;
  readonly perVectorFlop: number;
  readonly perDramByte: number;
  /** One byte through the on-chip network and the shared memory behind it. */
  readonly perNocByte: number;
  /** One byte between local SRAM and an arithmetic unit. */
  readonly perLocalByte: number;
  readonly perLinkByte: number;
}

const PICO = 1e-12;

/** bf16 multiply with fp32 accumulation in 7 nm (Jouppi et al., ISCA 2021, table 2: 0.21 + 0.38 pJ). */
const SYSTOLIC_MAC_JOULES = 0.6 * PICO;
/** The same in a tree, whose adders share alignment (estimate). */
const TREE_MAC_JOULES = 0.45 * PICO;
/** fp32 vector operation with operand fetch in 7 nm (ISCA 2021 table 2: 1.31 + 0.38 pJ). */
const VECTOR_JOULES = 1.7 * PICO;
/** Clock tree, pipeline registers and control on top of bare arithmetic. */
const LOGIC_OVERHEAD = 1.75;
/** Wires and routers of a mean path over the die: four hops of 0.25 pJ/bit (2 mm of wire and a router each). */
const NOC_JOULES_PER_BYTE = 4 * 0.25 * 8 * PICO;
/** 112G PAM4 SerDes: 5.5 pJ/bit. */
const LINK_JOULES_PER_BYTE = 5.5 * 8 * PICO;
/**
 * On-chip movement of a byte on a 7 nm GPU (L2, crossbar, L1, registers, instruction issue), so that Llama-2-70B decoding on
 * two A100s draws the 0.73 of TDP that Mutinifni/splitwise-sim:data/perf_model.csv records at 1.3 TB/s.
 */
const GPU_MOVE_JOULES_PER_BYTE = 150 * PICO;
/** Share of the power above idle that tensor cores draw while a GPU runs large matrix products at its TDP (assumption). */
const GPU_TENSOR_SHARE = 0.85;

/** Joules per byte by kind: pJ/bit of reallm presets (HBM), Micron by way of public models (GDDR), DDR5 DIMM. */
const DRAM_JOULES_PER_BYTE: Readonly<Record<MemorySystem["kind"], number>> = {
  hbm2: 3.9 * 8 * PICO,
  hbm2e: 3.9 * 8 * PICO,
  hbm3: 3.0 * 8 * PICO,
  hbm3e: 3.0 * 8 * PICO,
  gddr6: 7.5 * 8 * PICO,
  gddr6x: 7.25 * 8 * PICO,
  gddr7: 6.5 * 8 * PICO,
  ddr5: 10 * 8 * PICO,
};

/** Dynamic energy of logic at fixed speed relative to 7 nm (ECO-CHIP for older nodes, foundry statements for newer). */
const LOGIC_ENERGY: Readonly<Record<number, number>> = {
  16: 1.73,
  14: 1.73,
  12: 1.73,
  10: 1.36,
  7: 1,
  6: 0.92,
  5: 0.7,
  4: 0.65,
  3: 0.47,
};

/** Leakage and clock of an idle die in 7 nm: an idle A800 draws 65 W on 826 mm², about 25 W of it in its memory. */
const IDLE_WATTS_PER_MM2 = 0.05;
/** Refresh and standby of one HBM stack, or of a DIMM of 32 GB (casys-kaist/LLMServingSim: 2 W). */
const IDLE_WATTS_PER_STACK = 4;
const IDLE_DRAM_WATTS_PER_BYTE = 2 / 32e9;

/** Watts that the device draws while it waits. */
export function idleWatts(device: Device): number {
  if (device.kind === "gpu") return device.idleWatts;
  const { memory } = device;
  const memoryWatts = memory.kind.startsWith("hbm")
    ? memory.stacks * IDLE_WATTS_PER_STACK
    : memory.capacityBytes * IDLE_DRAM_WATTS_PER_BYTE;
  return deviceAreaMm2(device).totalMm2 * IDLE_WATTS_PER_MM2 + memoryWatts;
}

/** Watts with every unit busy at its peak: the TDP of a GPU, the sum over the blocks of an HDA. */
export function peakWatts(device: Device): number {
  if (device.kind === "gpu") return device.tdpWatts;
  const energy = energyConstants(device);
  const { clockHertz, cores, systolicArray: array, macTree: tree, memory, links } = device;
  const arrayMacs = cores * array.perCore * array.rows * array.columns;
  const treeMacs = cores * tree.treesPerCore * tree.width * tree.reuse;
  return (
    idleWatts(device) +
    2 *
      arrayMacs *
      clockHertz *
      (energy.perArrayFlop + localBytesPerArrayFlop(device) * energy.perLocalByte) +
    2 * treeMacs * clockHertz * energy.perTreeFlop +
    cores * device.vector.lanesPerCore * clockHertz * energy.perVectorFlop +
    memory.bytesPerSecond * energy.perDramByte +
    device.globalSramBytesPerSecond * energy.perNocByte +
    links.bytesPerSecond * energy.perLinkByte
  );
}

/** Bytes that an array moves over its edges per FLOP: one 16-bit operand a row and a column for rows × columns MACs. */
export function localBytesPerArrayFlop(device: HdaDevice): number {
  const { rows, columns } = device.systolicArray;
  return (2 * (rows + columns)) / (2 * rows * columns);
}

/** The energies of `devices` devices that do the same work in lockstep: each joule happens on all of them. */
export function replicaEnergy(device: Device, devices: number): EnergyConstants {
  const energy = energyConstants(device);
  return {
    perArrayFlop: energy.perArrayFlop * devices,
    perTreeFlop: energy.perTreeFlop * devices,
    perVectorFlop: energy.perVectorFlop * devices,
    perDramByte: energy.perDramByte * devices,
    perNocByte: energy.perNocByte * devices,
    perLocalByte: energy.perLocalByte * devices,
    perLinkByte: energy.perLinkByte * devices,
  };
}

/** Energies of one device, from its process, memories and, for a GPU, from the power it is known to draw. */
export function energyConstants(device: Device): EnergyConstants {
  return device.kind === "gpu" ? gpuEnergy(device) : hdaEnergy(device);
}

function hdaEnergy(device: HdaDevice): EnergyConstants {
  const scale = LOGIC_ENERGY[device.processNanometres] ?? 1;
  // SRAM energy falls about half as fast as that of logic.
  const sramScale = (1 + scale) / 2;
  const logic = scale * LOGIC_OVERHEAD;
  return {
    perArrayFlop: (SYSTOLIC_MAC_JOULES * logic) / 2,
    perTreeFlop: (TREE_MAC_JOULES * logic) / 2,
    perVectorFlop: VECTOR_JOULES * logic,
    perDramByte: DRAM_JOULES_PER_BYTE[device.memory.kind],
    perNocByte: sramJoulesPerByte(device.globalSramBytes) * sramScale + NOC_JOULES_PER_BYTE * scale,
    perLocalByte: sramJoulesPerByte(device.localSramBytesPerCore) * sramScale,
    perLinkByte: LINK_JOULES_PER_BYTE,
  };
}

/** The energy of a tensor FLOP follows from the TDP: that is what a GPU draws while large products run at their best. */
function gpuEnergy(device: GpuDevice): EnergyConstants {
  const { memory } = device;
  const perDramByte = DRAM_JOULES_PER_BYTE[memory.kind];
  const perNocByte = GPU_MOVE_JOULES_PER_BYTE * (LOGIC_ENERGY[device.processNanometres] ?? 1);
  const tensorWatts = GPU_TENSOR_SHARE * (device.tdpWatts - device.idleWatts);
  const perTensorFlop = tensorWatts / (device.tensorFlopsPerSecond * device.tensorEfficiency);
  return {
    perArrayFlop: perTensorFlop,
    perTreeFlop: 0,
    perVectorFlop: 2 * perTensorFlop,
    perDramByte,
    perNocByte,
    perLocalByte: 0,
    perLinkByte: LINK_JOULES_PER_BYTE,
  };
}

/** Read energy of a monolithic SRAM in 7 nm: 1.75 pJ/B at 1 MiB, growing with the root of the size (CACTI 7 runs). */
function sramJoulesPerByte(bytes: number): number {
  return Math.max(0.9, 1.75 * Math.sqrt(bytes / 2 ** 20)) * PICO;
}
